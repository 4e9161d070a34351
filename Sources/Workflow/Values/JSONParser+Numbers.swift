extension JSONParser {
    /// Reads a number whose sign or first digit is next.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let negative = bytes[position] == UInt8(ascii: "-")
        if negative { position += 1 }
        var mantissa = Mantissa()
        try integerPart(&mantissa, start)
        let isInteger = try !fraction(&mantissa, start)
        let exponent = try exponent(start)
        if position < bytes.count, Self.continuesNumber(bytes[position]) { throw malformed(start) }
        if isInteger, exponent == nil, let integer = mantissa.integer(negative: negative) {
            return .integer(integer)
        }
        if let double = mantissa.exactDouble(exponent: exponent ?? 0) { return .number(negative ? -double : double) }
        return .number(try slowDouble(start))
    }

    private mutating func integerPart(_ mantissa: inout Mantissa, _ start: Int) throws(JSONError) {
        let first = position
        while let digit = digit() { mantissa.append(digit) }
        guard position > first else {
            if position == bytes.count { throw error(.unexpectedEnd(expected: .digit)) }
            throw malformed(start)
        }
        if position - first > 1, bytes[first] == UInt8(ascii: "0") { throw malformed(start) }
    }

    private mutating func fraction(_ mantissa: inout Mantissa, _ start: Int) throws(JSONError) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return false }
        position += 1
        let first = position
        while let digit = digit() {
            mantissa.append(digit)
            mantissa.scale &-= 1
        }
        try requireDigits(since: first, start)
        return true
    }

    private mutating func exponent(_ start: Int) throws(JSONError) -> Int? {
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return nil }
        position += 1
        var negative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            negative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        let first = position
        var value = 0
        // Past a million the sign alone decides: the number is 0 or out of range.
        while let digit = digit() { value = min(value * 10 + Int(digit), 1_000_000) }
        try requireDigits(since: first, start)
        return negative ? -value : value
    }

    private func requireDigits(since first: Int, _ start: Int) throws(JSONError) {
        guard position == first else { return }
        if position == bytes.count { throw error(.unexpectedEnd(expected: .digit)) }
        throw malformed(start)
    }

    /// The digit at the position, stepped over; nil when there is none.
    private mutating func digit() -> UInt8? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        position += 1
        return digit
    }

    private func slowDouble(_ start: Int) throws(JSONError) -> Double {
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        guard let double = Double(text), double.isFinite else { throw error(.numberOutOfRange(text), at: start) }
        return double
    }

    private static func continuesNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func malformed(_ start: Int) -> JSONError {
        var end = start
        while end < bytes.count, Self.continuesNumber(bytes[end]) { end += 1 }
        return error(.malformedNumber(String(decoding: bytes[start..<end].prefix(40), as: UTF8.self)), at: start)
    }
}

/// The digits of a number: `digits × 10^scale`, as long as they fit.
private struct Mantissa {
    private var digits: UInt64 = 0
    private var overflowed = false
    var scale = 0

    mutating func append(_ digit: UInt8) {
        let (product, tooLarge) = digits.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        digits = sum
        overflowed = overflowed || tooLarge || carry
    }

    func integer(negative: Bool) -> Int64? {
        if overflowed { return nil }
        if !negative { return Int64(exactly: digits) }
        return digits == 1 << 63 ? .min : Int64(exactly: digits).map(-)
    }

    /// The double, when one operation on two exact doubles gives it, which rounds once and so correctly.
    func exactDouble(exponent: Int) -> Double? {
        let power = exponent &+ scale
        guard !overflowed, digits <= 1 << 53, -22...22 ~= power else { return nil }
        let value = Double(digits)
        return power < 0 ? value / Self.powers[-power] : value * Self.powers[power]
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
