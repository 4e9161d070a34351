import Wording

/// Why a text is not a duration.
public enum DurationError: Error, Sendable, Hashable {
    case empty
    /// A number without a unit, such as `30`.
    case missingUnit(String)
    case unknownUnit(String)
    case malformed(String)
    /// Units out of order or written twice, such as `30m1h`.
    case disorder(String)
    case tooLong(String)
}

extension Duration {
    /// The longest duration that a definition may name: 365 days.
    public static let longestInText = Duration.seconds(365 * 86_400)

    /// Reads `500ms`, `30s`, `5m`, `1h`, `7d`, or several of them from the largest unit to the smallest: `1h30m`.
    ///
    /// Whole numbers only; each unit at most once; no sign; no spaces; from 0 to 365 days.
    public init(parsing text: some StringProtocol) throws(DurationError) {
        var rest = text.utf8[...]
        guard !rest.isEmpty else { throw .empty }
        var milliseconds: Int64 = 0
        var lastScale = Int64.max
        while !rest.isEmpty {
            let scale: Int64
            let count: Int64
            (count, scale) = try Self.takePart(&rest, of: String(text))
            guard scale < lastScale else { throw .disorder(String(text)) }
            lastScale = scale
            let (product, overflow) = count.multipliedReportingOverflow(by: scale)
            let (sum, carry) = milliseconds.addingReportingOverflow(product)
            guard !overflow, !carry, sum <= Self.longestInText.inMicroseconds / 1000 else {
                throw .tooLong(String(text))
            }
            milliseconds = sum
        }
        self = .milliseconds(milliseconds)
    }

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    private static func takePart<Bytes: Collection<UInt8>>(
        _ rest: inout Bytes, of text: String
    ) throws(DurationError) -> (count: Int64, scale: Int64) where Bytes.SubSequence == Bytes {
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard !digits.isEmpty else { throw .malformed(text) }
        rest = rest.dropFirst(digits.count)
        let letters = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
        rest = rest.dropFirst(letters.count)
        guard let count = Int64(String(decoding: digits, as: UTF8.self)) else { throw .tooLong(text) }
        let unit = String(decoding: letters, as: UTF8.self)
        if let scale = units.first(where: { $0.name == unit })?.milliseconds { return (count, scale) }
        if unit.isEmpty { throw rest.isEmpty ? .missingUnit(text) : .malformed(text) }
        throw .unknownUnit(unit)
    }

    /// The duration as ``init(parsing:)`` reads it, in whole milliseconds: `1h30m`; nothing and less than nothing is `0s`.
    public var shortText: String {
        var rest = inMicroseconds / 1000
        guard rest > 0 else { return "0s" }
        var text = ""
        for unit in Self.units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }
}

extension DurationError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .empty: "the duration is empty"
        case .missingUnit(let text): "the duration \(Prose.quote(text)) has no unit"
        case .unknownUnit(let unit): "\(Prose.quote(unit)) is no unit of time"
        case .malformed(let text): "\(Prose.quote(text)) is not a duration"
        case .disorder(let text): "the units of \(Prose.quote(text)) do not go from large to small, each once"
        case .tooLong(let text): "the duration \(Prose.quote(text)) is longer than 365 days"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .missingUnit(let text): "write \(text)s for seconds, \(text)m for minutes, \(text)ms for milliseconds"
        case .disorder: "write it like 1h30m"
        case .tooLong: "choose at most 365d"
        case .empty, .unknownUnit, .malformed:
            "write whole numbers with d, h, m, s or ms, such as 30s, 5m, 24h, 7d or 1h30m"
        }
    }
}
