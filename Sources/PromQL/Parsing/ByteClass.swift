/// What a byte is in a query.
enum ByteClass: UInt8 {
    case other, space, digit, letter, colon

    private static let table: [ByteClass] = (0...255).map { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): .space
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): .letter
        case UInt8(ascii: ":"): .colon
        default: .other
        }
    }

    /// The underscore is a letter.
    @inline(__always)
    static func of(_ byte: UInt8) -> ByteClass { table.withUnsafeBufferPointer { $0[Int(byte)] } }

    @inline(__always)
    static func isWord(_ byte: UInt8) -> Bool {
        let kind = of(byte)
        return kind == .letter || kind == .digit
    }
}
