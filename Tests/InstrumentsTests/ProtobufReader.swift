/// Reads messages `io.prometheus.client.MetricFamily`, knowing nothing of how they were written: field numbers and wire
/// types as metrics.proto and the encoding guide have them. What it does not expect is an error.
struct ProtobufReader {
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// The value of a field as it stands on the wire.
    enum Value: Hashable {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes([UInt8])
    }

    /// A message: its fields by number, each in the order in which they came.
    struct Message {
        private var fields: [Int: [Value]] = [:]

        init(_ bytes: [UInt8]) throws {
            var reader = ProtobufReader(bytes)
            while !reader.atEnd {
                let tag = try reader.varint()
                fields[Int(tag >> 3), default: []].append(try reader.value(wireType: tag & 7))
            }
        }

        var numbers: Set<Int> { Set(fields.keys) }

        private func all<Wanted>(_ number: Int, _ read: (Value) throws -> Wanted?) throws -> [Wanted] {
            try (fields[number] ?? []).map { value in
                guard let wanted = try read(value) else { throw Malformed(description: "field \(number): \(value)") }
                return wanted
            }
        }

        private func one<Wanted>(_ number: Int, _ all: [Wanted]) throws -> Wanted? {
            if all.count > 1 { throw Malformed(description: "field \(number) is there \(all.count) times") }
            return all.first
        }

        func unsigned(_ number: Int) throws -> UInt64? {
            try one(number, all(number) { if case .varint(let number) = $0 { number } else { nil } })
        }

        func signed(_ number: Int) throws -> Int64? {
            try unsigned(number).map(ProtobufReader.signed)
        }

        func double(_ number: Int) throws -> Double? {
            try one(number, all(number) { if case .fixed64(let bits) = $0 { Double(bitPattern: bits) } else { nil } })
        }

        func strings(_ number: Int) throws -> [String] {
            try all(number) { if case .bytes(let bytes) = $0 { String(validating: bytes, as: UTF8.self) } else { nil } }
        }

        func string(_ number: Int) throws -> String? { try one(number, strings(number)) }

        func messages(_ number: Int) throws -> [Message] {
            try all(number) { if case .bytes(let bytes) = $0 { try Message(bytes) } else { nil } }
        }

        func message(_ number: Int) throws -> Message? { try one(number, messages(number)) }

        /// A packed field of type `sint64`.
        func packedSigned(_ number: Int) throws -> [Int64] {
            try all(number) { value -> [Int64]? in
                guard case .bytes(let bytes) = value else { return nil }
                var reader = ProtobufReader(bytes)
                var numbers: [Int64] = []
                while !reader.atEnd { numbers.append(ProtobufReader.signed(try reader.varint())) }
                return numbers
            }.flatMap(\.self)
        }
    }

    /// All messages, each after its length.
    static func delimited(_ bytes: [UInt8]) throws -> [Message] {
        var reader = ProtobufReader(bytes)
        var messages: [Message] = []
        while !reader.atEnd { messages.append(try Message(try reader.lengthDelimited())) }
        return messages
    }

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var atEnd: Bool { position == bytes.count }

    private static func signed(_ zigzag: UInt64) -> Int64 {
        zigzag.isMultiple(of: 2) ? Int64(zigzag / 2) : -1 - Int64(zigzag / 2)
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw Malformed(description: "ends too early") }
        position += count
        return bytes[position - count..<position]
    }

    private mutating func varint() throws -> UInt64 {
        var number: UInt64 = 0
        for place in 0..<10 {
            guard let byte = try take(1).first else { break }
            number |= UInt64(byte & 0x7f) << UInt64(7 * place)
            if byte < 0x80 { return number }
        }
        throw Malformed(description: "a varint of more than ten bytes")
    }

    private mutating func lengthDelimited() throws -> [UInt8] {
        let length = try varint()
        guard let length = Int(exactly: length) else { throw Malformed(description: "a length of \(length)") }
        return Array(try take(length))
    }

    private mutating func value(wireType: UInt64) throws -> Value {
        switch wireType {
        case 0: .varint(try varint())
        case 1: .fixed64(try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
        case 2: .bytes(try lengthDelimited())
        default: throw Malformed(description: "wire type \(wireType)")
        }
    }
}
