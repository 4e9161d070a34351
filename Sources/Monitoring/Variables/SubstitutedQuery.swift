public import Documents

/// A query of a dashboard with its variables replaced, so that it can be parsed, and what each replacement stands for.
public struct SubstitutedQuery: Sendable {
    /// What stands for a variable's value.
    public struct Placeholder: Sendable {
        /// The use of the variable in the query.
        public let use: VariableUse
        /// Nil for one of Grafana's own, or one that the dashboard does not have.
        public let variable: Variable?
        /// What the variable stands for.
        public let role: Role
        /// In ``SubstitutedQuery/text``.
        public let range: Range<Int>
    }

    /// What a variable stands for where it is used.
    public enum Role: Sendable, Hashable {
        /// Part of a string.
        case text
        /// A string with its quotes.
        case quotedText
        case duration
        case number
        /// A label's name, or a part of it.
        case label
        /// One or several matchers between braces.
        case matchers
        /// A metric's name, or a part of it.
        case metric
        /// A function or an aggregation.
        case function
        case `operator`
    }

    /// The query with its variables.
    public let source: SourceText
    /// The query with something that parses in the place of each variable.
    public let text: String
    /// From left to right.
    public let placeholders: [Placeholder]
    /// Uses of variables that are neither the dashboard's nor Grafana's; within strings they stay as they are.
    public let unknownUses: [VariableUse]
    private let map: TextMap

    /// Replaces the variables of a query of the dashboard that the scope is of.
    public init(_ source: SourceText, scope: VariableScope) {
        var substitution = VariableSubstitution(source.value, scope)
        substitution.run()
        self.source = source
        text = String(decoding: substitution.result, as: UTF8.self)
        placeholders = substitution.placeholders
        unknownUses = substitution.unknownUses
        map = TextMap(spans: substitution.spans, origin: 0)
    }

    /// The range of the query that a range of ``text`` stands for; a placeholder stands for all of its variable.
    public func sourceRange(of range: Range<Int>) -> Range<Int> {
        map.source(of: range.clamped(to: 0..<text.utf8.count))
    }

    /// The place in the file of a range of ``text``.
    public func place(of range: Range<Int>) -> SourcePlace { source.place(of: sourceRange(of: range)) }

    /// The placeholders that have a part in a range of ``text``: what it says there is not known before it runs.
    public func placeholders(in range: Range<Int>) -> [Placeholder] {
        placeholders.filter { $0.range.overlaps(range) }
    }
}
