/// The numbers of the text formats: decimal, in any case `inf`, `infinity` and `nan`, a sign before all but the last.
///
/// Both grammars have the same. Go's `ParseFloat` would take hexadecimal numbers and underscores too; Prometheus does not.
enum NumberText {
    enum Flaw: Error {
        case malformed, outOfRange
    }

    static func number(_ text: UnsafeBufferPointer<UInt8>) throws(Flaw) -> ParsedExposition.Number {
        var scan = Scan(text)
        let sign = scan.sign()
        guard let decimal = scan.decimal() else { return .real(try word(text, sign)) }
        if decimal.isInteger, sign != UInt8(ascii: "-"), let digits = decimal.digits { return .natural(digits) }
        return .real(try double(decimal, text, negative: sign == UInt8(ascii: "-")))
    }

    /// A finite number.
    static func finite(_ text: UnsafeBufferPointer<UInt8>) throws(Flaw) -> Double {
        let number = try number(text).double
        guard number.isFinite else { throw .malformed }
        return number
    }

    /// A whole number of 64 bits, as Go's `ParseInt` takes it.
    static func integer(_ text: UnsafeBufferPointer<UInt8>) throws(Flaw) -> Int64 {
        var scan = Scan(text)
        let negative = scan.sign() == UInt8(ascii: "-")
        guard let decimal = scan.decimal(), decimal.isInteger else { throw .malformed }
        guard let digits = decimal.digits else { throw .outOfRange }
        if negative, digits == 1 << 63 { return .min }
        guard let magnitude = Int64(exactly: digits) else { throw .outOfRange }
        return negative ? -magnitude : magnitude
    }

    private static func word(_ text: UnsafeBufferPointer<UInt8>, _ sign: UInt8?) throws(Flaw) -> Double {
        guard text.count <= 9 else { throw .malformed }
        switch String(decoding: text, as: UTF8.self).lowercased().drop(while: { $0 == "+" || $0 == "-" }) {
        case "inf" where text.count == (sign == nil ? 3 : 4), "infinity" where text.count == (sign == nil ? 8 : 9):
            return sign == UInt8(ascii: "-") ? -.infinity : .infinity
        case "nan" where text.count == 3: return .nan
        default: throw .malformed
        }
    }

    private static func double(
        _ decimal: Decimal, _ text: UnsafeBufferPointer<UInt8>, negative: Bool
    ) throws(Flaw) -> Double {
        if let exact = decimal.exactDouble { return negative ? -exact : exact }
        guard let double = Double(String(decoding: text, as: UTF8.self)) else { throw .malformed }
        guard double.isFinite else { throw .outOfRange }
        return double
    }

    /// A decimal number without its sign: `digits × 10^power`.
    fileprivate struct Decimal {
        /// Nil once they do not fit.
        var digits: UInt64? = 0
        var power = 0
        var isInteger = true

        mutating func append(_ digit: UInt8) {
            guard let known = digits else { return }
            let (product, tooLarge) = known.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            digits = tooLarge || carry ? nil : sum
        }

        /// The double, when one operation on two exact doubles gives it, which rounds once and so correctly.
        var exactDouble: Double? {
            guard let digits, digits <= 1 << 53, -22...22 ~= power else { return nil }
            return power < 0 ? Double(digits) / Self.powers[-power] : Double(digits) * Self.powers[power]
        }

        private static let powers: [Double] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
            1e19, 1e20, 1e21, 1e22,
        ]
    }

    private struct Scan {
        let text: UnsafeBufferPointer<UInt8>
        var index = 0

        init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

        mutating func sign() -> UInt8? {
            guard index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") else {
                return nil
            }
            index += 1
            return text[index - 1]
        }

        /// The rest of the text; nil if it is no decimal number.
        mutating func decimal() -> Decimal? {
            var decimal = Decimal()
            var count = digits(into: &decimal)
            if take(UInt8(ascii: ".")) {
                decimal.isInteger = false
                let fraction = digits(into: &decimal)
                decimal.power = -fraction
                count += fraction
            }
            guard count > 0 else { return nil }
            if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
                decimal.isInteger = false
                guard let exponent = exponent() else { return nil }
                decimal.power += exponent
            }
            return index == text.count ? decimal : nil
        }

        private mutating func exponent() -> Int? {
            let negative = sign() == UInt8(ascii: "-")
            let start = index
            var value = 0
            // Past a million the sign alone decides: the number is 0 or out of range.
            while let digit = digit() { value = min(value * 10 + Int(digit), 1_000_000) }
            return index > start ? (negative ? -value : value) : nil
        }

        /// Takes digits, and says how many there were.
        private mutating func digits(into decimal: inout Decimal) -> Int {
            let start = index
            while let digit = digit() { decimal.append(digit) }
            return index - start
        }

        private mutating func digit() -> UInt8? {
            guard index < text.count else { return nil }
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            index += 1
            return digit
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard index < text.count, text[index] == byte else { return false }
            index += 1
            return true
        }
    }
}
