/// The scalars of YAML, as libyaml reads them.
extension TextScan {
    static func plain(_ source: ArraySlice<UInt8>) -> TextScan {
        var scan = TextScan(source, from: source.startIndex)
        while let byte = scan.byte {
            if isBlank(byte) || scan.lineBreak() != nil { scan.blanks(escaped: false) } else { scan.copy() }
        }
        return scan
    }

    static func quoted(_ source: ArraySlice<UInt8>, isSingle: Bool) -> TextScan {
        let quote = UInt8(ascii: isSingle ? "'" : "\"")
        var scan = TextScan(source, from: source.startIndex + 1)
        while let byte = scan.byte {
            if isSingle, byte == quote, scan[1] == quote {
                scan.replace(2, by: [quote])
            } else if byte == quote {
                break
            } else if !isSingle, byte == UInt8(ascii: "\\") {
                scan.yamlEscape()
            } else if isBlank(byte) || scan.lineBreak() != nil {
                scan.blanks(escaped: false)
            } else {
                scan.copy()
            }
        }
        return scan
    }

    // MARK: Lines

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The line break at the position: how many bytes it has, and what it means.
    func lineBreak(ahead: Int = 0) -> (count: Int, value: [UInt8])? {
        switch self[ahead] {
        case 0x0A: (1, [0x0A])
        case 0x0D: (self[ahead + 1] == 0x0A ? 2 : 1, [0x0A])
        case 0xC2 where self[ahead + 1] == 0x85: (2, [0x0A])
        case 0xE2 where self[ahead + 1] == 0x80 && (self[ahead + 2] == 0xA8 || self[ahead + 2] == 0xA9):
            (3, [0xE2, 0x80, self[ahead + 2] ?? 0xA8])
        default: nil
        }
    }

    /// Spaces between words stay; a line break between them is a space, and each further one is itself.
    ///
    /// `escaped` is for what follows a line break that was escaped, which stands for nothing.
    private mutating func blanks(escaped: Bool) {
        let start = position
        var breaks: [(value: [UInt8], end: Int)] = []
        var spaces = 0
        while let byte = byte {
            if Self.isBlank(byte) {
                if breaks.isEmpty { spaces += 1 }
                skip()
            } else if let next = lineBreak() {
                skip(next.count)
                breaks.append((next.value, position))
            } else {
                break
            }
        }
        let end = position
        if breaks.isEmpty, !escaped {
            position = start
            return copy(spaces)
        }
        emitBreaks(breaks, from: start, to: end, escaped: escaped)
    }

    private mutating func emitBreaks(
        _ breaks: [(value: [UInt8], end: Int)], from start: Int, to end: Int, escaped: Bool
    ) {
        var kept = breaks[...]
        if !escaped, breaks.first?.value == [0x0A] {
            kept = breaks.dropFirst()
            if kept.isEmpty { return emit([0x20], from: start..<end) }
        }
        var from = start
        for index in kept.indices {
            let to = index == kept.endIndex - 1 ? end : kept[index].end
            emit(kept[index].value, from: from..<to)
            from = to
        }
    }

    // MARK: Escapes

    private mutating func yamlEscape() {
        if let next = lineBreak(ahead: 1) {
            skip(1 + next.count)
            return blanks(escaped: true)
        }
        switch self[1] {
        case UInt8(ascii: "x"): replace(4, by: scalar(2))
        case UInt8(ascii: "u"): replace(6, by: scalar(4))
        case UInt8(ascii: "U"): replace(10, by: scalar(8))
        case .some(let byte): replace(2, by: Self.yamlEscapes[byte] ?? Unicode.Scalar(byte))
        case nil: copy()
        }
    }

    private func scalar(_ digits: Int) -> Unicode.Scalar {
        hex(digits, at: 2).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
    }

    private static let yamlEscapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{07}", UInt8(ascii: "b"): "\u{08}", UInt8(ascii: "t"): "\t",
        UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{0B}", UInt8(ascii: "f"): "\u{0C}", UInt8(ascii: "r"): "\r",
        UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}",
        UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]
}
