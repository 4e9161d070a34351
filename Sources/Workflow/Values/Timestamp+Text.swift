extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with microseconds: `2026-03-01T12:00:00.000250Z`.
    public var description: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text of ``description``.
    ///
    /// Days become dates by the shifted-year arithmetic of the proleptic Gregorian calendar: years are counted from
    /// March, so that the leap day is the last of its year, in eras of 400 years (146,097 days).
    public func write(into bytes: inout [UInt8]) {
        let (day, inDay) = microseconds.quotientAndRemainder(floored: 86_400_000_000)
        let date = Self.civilDate(day: day)
        bytes.append(date.year, width: 4, then: "-")
        bytes.append(date.month, width: 2, then: "-")
        bytes.append(date.day, width: 2, then: "T")
        bytes.append(inDay / 3_600_000_000, width: 2, then: ":")
        bytes.append(inDay / 60_000_000 % 60, width: 2, then: ":")
        bytes.append(inDay / 1_000_000 % 60, width: 2, then: ".")
        bytes.append(inDay % 1_000_000, width: 6, then: "Z")
    }

    static func civilDate(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (day + 719_468).quotientAndRemainder(floored: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.quotientAndRemainder(floored: 400)
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Reads RFC 3339: `2026-03-01T12:00:00Z`, with up to nine digits of fraction (cut to six) and any offset.
    /// Nil for anything else.
    public init?(_ text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2), (1...12).contains(month), (1...31).contains(day),
            hour < 24, minute < 60, second < 61
        else { return nil }
        guard let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }
        let days = Self.day(year: year, month: month, day: day)
        guard Self.civilDate(day: days) == (year, month, day) else { return nil }
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func digit() -> Int64? {
            guard position < bytes.count, (48...57).contains(bytes[position]) else { return nil }
            position += 1
            return Int64(bytes[position - 1] - 48)
        }

        mutating func number(_ width: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<width {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// Microseconds; 0 when there is no fraction.
        mutating func fraction() -> Int64? {
            guard take(".") else { return 0 }
            var value: Int64 = 0
            var digits = 0
            while let digit = digit() {
                digits += 1
                if digits <= 6 { value = value * 10 + digit }
            }
            guard (1...9).contains(digits) else { return nil }
            for _ in min(digits, 6)..<6 { value *= 10 }
            return value
        }

        /// Seconds east of UTC.
        mutating func offset() -> Int64? {
            if take("Z") || take("z") { return 0 }
            let sign: Int64 = take("+") ? 1 : -1
            if sign == -1, !take("-") { return nil }
            guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }
}

extension [UInt8] {
    /// At least so many digits, with leading zeros, and what follows them.
    fileprivate mutating func append(_ number: Int64, width: Int, then next: Unicode.Scalar) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var magnitude = number.magnitude
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0 || count - start < width
        self[start...].reverse()
        append(UInt8(ascii: next))
    }
}

extension Int64 {
    func quotientAndRemainder(floored divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
