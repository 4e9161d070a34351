/// The fields of one protobuf message while it is being written.
///
/// The wire format: <https://protobuf.dev/programming-guides/encoding/>. Values that equal a default are written too, as
/// readers of optional fields tell them from fields that are absent.
struct ProtobufWriter {
    /// How a field's value is laid out.
    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
    }

    private(set) var bytes: [UInt8] = []

    /// A message of its own, after its length.
    static func delimited(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.appendDelimited(write)
        return writer.bytes
    }

    mutating func field(_ number: Int, unsigned value: UInt64) {
        tag(number, .varint)
        varint(value)
    }

    /// Of a field of type `sint32` or `sint64`: short for numbers near 0 on either side.
    mutating func field(_ number: Int, zigzag value: Int64) {
        field(number, unsigned: Self.zigzag(value))
    }

    mutating func field(_ number: Int, _ value: Double) {
        tag(number, .fixed64)
        let pattern = value.bitPattern
        for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
        }
    }

    mutating func field(_ number: Int, _ value: String) {
        tag(number, .lengthDelimited)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// A message within this one.
    mutating func field(_ number: Int, _ write: (inout ProtobufWriter) -> Void) {
        tag(number, .lengthDelimited)
        appendDelimited(write)
    }

    /// A repeated field of type `sint64`, packed; nothing if there are no values.
    mutating func field(_ number: Int, packedZigzag values: [Int64]) {
        guard !values.isEmpty else { return }
        field(number) { field in
            for value in values { field.varint(Self.zigzag(value)) }
        }
    }

    /// Writes behind the place for a length of one byte, which most messages have; a longer one moves what was written.
    private mutating func appendDelimited(_ write: (inout ProtobufWriter) -> Void) {
        let start = bytes.count
        bytes.append(0)
        write(&self)
        let length = bytes.count - start - 1
        var prefix = ProtobufWriter()
        prefix.varint(UInt64(length))
        bytes.replaceSubrange(start...start, with: prefix.bytes)
    }

    private mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | type.rawValue)
    }

    /// Seven bits a byte, the low ones first, each byte but the last with its high bit set.
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// 0, −1, 1, −2, 2 … as 0, 1, 2, 3, 4 …
    private static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1 ^ value >> 63)
    }
}
