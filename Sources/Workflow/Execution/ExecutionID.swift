/// The identity of an execution: 63 bits, ordered by the time of birth.
///
/// Written as 13 letters of Crockford's base 32 (lower case, without i, l, o, u), so that ids sort as text.
public struct ExecutionID: Sendable, Hashable, Comparable {
    public let rawValue: Int64

    /// - Parameter rawValue: not negative.
    public init(rawValue: Int64) { self.rawValue = rawValue & .max }

    public static func < (left: ExecutionID, right: ExecutionID) -> Bool { left.rawValue < right.rawValue }
}

extension ExecutionID: CustomStringConvertible {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    public var description: String {
        String(unsafeUninitializedCapacity: 13) { buffer in
            for position in 0..<13 {
                buffer[12 - position] = Self.alphabet[Int(rawValue >> (5 * Int64(position))) & 31]
            }
            return 13
        }
    }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 13 else { return nil }
        var value: UInt64 = 0
        for byte in text.utf8 {
            guard let digit = Self.alphabet.firstIndex(of: byte) else { return nil }
            value = value << 5 | UInt64(digit)
        }
        guard value <= UInt64(Int64.max) else { return nil }
        self.init(rawValue: Int64(value))
    }
}
