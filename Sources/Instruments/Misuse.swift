/// Something that a registry in pedantic mode found wrong with how it is used.
public struct Misuse: Sendable, Hashable, CustomStringConvertible {
    /// What kind of mistake it was. More may come: compare with the ones you handle, and have a default.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name in Swift.
        public let description: String

        /// More or fewer label values than labels.
        public static let wrongCount = Kind(description: "wrongCount")
        /// A label value outside its domain, past its cap, or too long; it was recorded as `other`.
        public static let outsideDomain = Kind(description: "outsideDomain")
        /// An amount that an instrument ignored: below 0, infinite or NaN to a counter, NaN to a histogram.
        public static let ignoredAmount = Kind(description: "ignoredAmount")
        /// A callback that failed, or yielded what cannot be shown.
        public static let failedCallback = Kind(description: "failedCallback")
    }

    /// Which mistake it was.
    public let kind: Kind
    /// The name of the family; or of the collector, if a callback failed.
    public let family: String
    /// What was wrong, in words.
    public let message: String

    init(_ kind: Kind, family: String, _ message: String) {
        self.kind = kind
        self.family = family
        self.message = message
    }

    /// The ``message``.
    public var description: String { message }
}

/// What a registry in pedantic mode has found so far.
final class Misuses: Sendable {
    /// More are not kept.
    static let limit = 1_000

    private let found = Guarded<[Misuse]>([])

    deinit { Audit.end(of: self) }

    var all: [Misuse] { found.withLock { $0 } }

    func add(_ problem: Misuse) {
        found.withLock { found in
            if found.count < Self.limit { found.append(problem) }
        }
    }
}

extension Misuse {
    static func outsideDomain(_ value: String, of label: Label, _ family: String) -> Misuse {
        let shown = value.utf8.count > 80 ? "\(value.prefix(80))…" : value
        return Misuse(
            .outsideDomain, family: family,
            "\"\(family)\" recorded the value \"\(shown)\" of label \(label) as \"\(Label.overflowValue)\".")
    }

    static func wrongCount(_ values: [String], _ definition: Definition) -> Misuse {
        let labels = definition.ownLabels.map(\.name).joined(separator: ", ")
        return Misuse(
            .wrongCount, family: definition.name,
            "\"\(definition.name)\" was given \(values.count) label values; its labels are"
                + " \(labels.isEmpty ? "none" : labels).")
    }
}
