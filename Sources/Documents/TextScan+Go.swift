/// The strings of Go templates.
extension TextScan {
    static func goString(_ source: ArraySlice<UInt8>) -> TextScan {
        var scan = TextScan(source, from: source.startIndex + 1)
        while let byte = scan.byte, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { scan.goEscape() } else { scan.copy() }
        }
        return scan
    }

    static func goRawString(_ source: ArraySlice<UInt8>) -> TextScan {
        var scan = TextScan(source, from: source.startIndex + 1)
        while let byte = scan.byte, byte != UInt8(ascii: "`") {
            // Go leaves carriage returns out of raw strings.
            if byte == 0x0D { scan.skip() } else { scan.copy() }
        }
        return scan
    }

    private mutating func goEscape() {
        switch self[1] {
        case UInt8(ascii: "a"): replace(2, by: [0x07])
        case UInt8(ascii: "b"): replace(2, by: [0x08])
        case UInt8(ascii: "f"): replace(2, by: [0x0C])
        case UInt8(ascii: "n"): replace(2, by: [0x0A])
        case UInt8(ascii: "r"): replace(2, by: [0x0D])
        case UInt8(ascii: "t"): replace(2, by: [0x09])
        case UInt8(ascii: "v"): replace(2, by: [0x0B])
        case UInt8(ascii: "x"): replace(4, by: goScalar(2))
        case UInt8(ascii: "u"): replace(6, by: goScalar(4))
        case UInt8(ascii: "U"): replace(10, by: goScalar(8))
        case .some(UInt8(ascii: "0")...UInt8(ascii: "7")): octal()
        case .some(let byte): replace(2, by: [byte])
        case nil: copy()
        }
    }

    private func goScalar(_ digits: Int) -> Unicode.Scalar {
        hex(digits, at: 2).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
    }

    private mutating func octal() {
        var value: UInt32 = 0
        for ahead in 1...3 {
            guard let byte = self[ahead], UInt8(ascii: "0")...UInt8(ascii: "7") ~= byte else { break }
            value = value << 3 | UInt32(byte - UInt8(ascii: "0"))
        }
        replace(4, by: Unicode.Scalar(value) ?? "\u{FFFD}")
    }
}
