/// Why Prometheus would refuse a query, and where.
public struct PromQLError: Error, Sendable, Hashable {
    /// What kind of mistake it is, in kebab case. More may come: compare with the ones you handle, and have a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Such as `unknown-function`.
        public let description: String

        /// The query is longer or deeper than ``Expression`` reads.
        public static let limit = Code(description: "limit")
        /// A word or sign where the grammar has none, or has another.
        public static let syntax = Code(description: "syntax")
        /// A text without an end, with an unknown escape or with bytes that are not UTF-8.
        public static let string = Code(description: "string")
        /// A number or `@` time that is malformed or too large.
        public static let number = Code(description: "number")
        /// A duration that is malformed, too large or not above 0.
        public static let duration = Code(description: "duration")
        /// An `offset`, `@` or range where it may not stand, or a second time.
        public static let modifier = Code(description: "modifier")
        /// A selector that names its metric twice, or picks all series.
        public static let selector = Code(description: "selector")
        /// A regular expression that RE2 refuses.
        public static let regex = Code(description: "regex")
        /// A part of the language that servers take only under a feature flag, and that is not read here.
        public static let experimental = Code(description: "experimental")
        /// A function that no release of Prometheus has.
        public static let unknownFunction = Code(description: "unknown-function")
        /// Too many or too few arguments.
        public static let argumentCount = Code(description: "argument-count")
        /// A scalar, instant vector, range vector or string where another of them must stand.
        public static let type = Code(description: "type")
        /// `bool`, `on`, `ignoring` or `group_…` where they may not stand.
        public static let matching = Code(description: "matching")
    }

    /// What kind of mistake it is.
    public let code: Code
    /// The part of the query that is wrong; empty at its end when something is missing there.
    public let range: SourceRange
    /// What is wrong, as a clause without a full stop.
    public let message: String
    /// What to do about it, as a clause without a full stop.
    public let remedy: String
}

extension PromQLError: CustomStringConvertible {
    /// One line: offsets, what is wrong, remedy.
    public var description: String { "bytes \(range.start)..<\(range.end): \(message); \(remedy)" }
}

extension PromQLError {
    /// Equal when the places are, too.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.range.offsets == right.range.offsets && left.message == right.message
            && left.remedy == right.remedy
    }

    init(_ flaw: Flaw) {
        code = flaw.fault.code
        range = flaw.range
        message = flaw.fault.message
        remedy = flaw.fault.remedy
    }
}
