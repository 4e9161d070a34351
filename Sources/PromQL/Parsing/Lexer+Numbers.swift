extension Lexer {
    mutating func numberOrDuration() throws(Flaw) -> Token.Kind {
        let start = position
        skipNumber()
        guard let byte = peek, ByteClass.isWord(byte) else { return .number }
        position = start
        skipDigits()
        while let byte = peek, ByteClass.isWord(byte) { position &+= 1 }
        let text = bytes[start..<position]
        if Units.areInOrder(text) { return .duration }
        while let byte = peek, ByteClass.isWord(byte) || byte == UInt8(ascii: ".") { position &+= 1 }
        let shown = String(decoding: bytes[start..<position], as: UTF8.self)
        let isDuration = bytes[start..<position].first { ByteClass.of($0) == .letter }.map(Units.isUnitLetter) == true
        throw Flaw(isDuration ? .malformedDuration(shown) : .malformedNumber(shown), SourceRange(start, position))
    }

    /// Over the longest thing that looks like a number; whether it is one is seen when its value is taken.
    private mutating func skipNumber() {
        if peek == UInt8(ascii: "0"), let x = peek(after: 1), x | 0x20 == UInt8(ascii: "x") {
            position += 2
            while let byte = peek, Self.isHexDigit(byte) || byte == UInt8(ascii: "_") { position &+= 1 }
            return
        }
        skipDigits()
        if take(UInt8(ascii: ".")) { skipDigits() }
        guard let e = peek, e | 0x20 == UInt8(ascii: "e") else { return }
        position += 1
        if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
        skipDigits()
    }

    private mutating func skipDigits() {
        while let byte = peek, ByteClass.of(byte) == .digit || byte == UInt8(ascii: "_") { position &+= 1 }
    }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        ByteClass.of(byte) == .digit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }
}

/// The units of durations.
enum Units {
    /// From the largest to the smallest, in nanoseconds. A year has 365 days.
    static let all: [(name: StaticString, nanoseconds: Int64)] = [
        ("y", 365 * 86_400_000_000_000), ("w", 7 * 86_400_000_000_000), ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]

    static func isUnitLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "y"), UInt8(ascii: "w"), UInt8(ascii: "d"), UInt8(ascii: "h"), UInt8(ascii: "m"),
            UInt8(ascii: "s"):
            true
        default: false
        }
    }

    /// Whether the text is a number with a unit, or several from the largest unit to the smallest.
    static func areInOrder(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        read(text) { _, _ in true }
    }

    /// In nanoseconds; nil when a signed 64-bit number cannot hold it.
    static func nanoseconds(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var sum: Int64 = 0
        let fits = read(text) { digits, unit in
            guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return false }
            let product = number.multipliedReportingOverflow(by: unit)
            let total = sum.addingReportingOverflow(product.partialValue)
            sum = total.partialValue
            return !product.overflow && !total.overflow
        }
        return fits ? sum : nil
    }

    /// Rounds a number of seconds that is not below 0; nil when a signed 64-bit number cannot hold it.
    ///
    /// Beyond what a double tells apart, it gives whole milliseconds, so that the text of it is read back as the same.
    static func nanoseconds(seconds: Double) -> Int64? {
        guard seconds < 9.223_372_036e9 else { return nil }
        return seconds < 9e6 ? Int64(seconds * 1e9 + 0.5) : Int64(seconds * 1e3 + 0.5) * 1_000_000
    }

    /// Hands out each number with the nanoseconds of its unit.
    ///
    /// - Returns: whether the text is well formed and all calls gave true.
    private static func read(
        _ text: Slice<UnsafeBufferPointer<UInt8>>, _ part: (Slice<UnsafeBufferPointer<UInt8>>, Int64) -> Bool
    ) -> Bool {
        var index = text.startIndex
        var last = -1
        while index < text.endIndex {
            let start = index
            while index < text.endIndex, ByteClass.of(text[index]) == .digit { index += 1 }
            guard index > start, let unit = unit(text, at: index), unit > last else { return false }
            guard part(text[start..<index], all[unit].nanoseconds) else { return false }
            index += all[unit].name.utf8CodeUnitCount
            last = unit
        }
        return last >= 0
    }

    private static func unit(_ text: Slice<UnsafeBufferPointer<UInt8>>, at index: Int) -> Int? {
        guard index < text.endIndex else { return nil }
        switch text[index] {
        case UInt8(ascii: "y"): return 0
        case UInt8(ascii: "w"): return 1
        case UInt8(ascii: "d"): return 2
        case UInt8(ascii: "h"): return 3
        case UInt8(ascii: "m"): return index + 1 < text.endIndex && text[index + 1] == UInt8(ascii: "s") ? 6 : 4
        case UInt8(ascii: "s"): return 5
        default: return nil
        }
    }
}
