public import Documents
import PromQL
import Wording

/// A metric, a label or a value that is to be called otherwise, in all queries, templates and legends of files.
///
/// What is not renamed stays byte for byte. Names that a variable of a dashboard makes are left alone, and patterns but for
/// lists of values (`a|b`).
public enum Renaming: Sendable, Hashable {
    /// The family of this name; samples of a histogram (`_bucket`, `_count`, `_sum`) go along.
    case metric(String, to: String)
    /// The label of this name, wherever a query, a template or a legend names it.
    case label(String, to: String)
    /// A value of this label, in matchers.
    case value(label: String, String, to: String)

    /// Whether the new name can be written wherever the old one stands: letters, digits, `_`, and `:` in metrics.
    public var isPlain: Bool {
        switch self {
        case .metric(_, let new): Name.isPlainMetric(new)
        case .label(_, let new): Name.isPlainLabel(new)
        case .value: true
        }
    }

    /// What changes in a file, and patterns that would have to and were left alone (warnings).
    ///
    /// - Throws: when a place cannot hold the new name as it is written there.
    public func renamed(_ file: SourceFile) throws(EditError) -> RewrittenFile {
        var edits: [TextEdit] = []
        var problems: [Problem] = []
        for input in InputReader.read(file).inputs.map(ParsedInput.init) {
            for query in input.queries {
                edits += texts(of: query.query) + self.edits(in: query)
                problems += patternsLeft(in: query)
            }
            edits += names(in: input.input)
        }
        return RewrittenFile(bytes: try file.replacing(edits.unique), problems: problems)
    }

    private func edits(in query: ParsedQuery) -> [TextEdit] {
        guard let expression = query.expression else { return [] }
        return changes(in: expression).compactMap { range, text in
            guard query.substituted.placeholders(in: range).isEmpty else { return nil }
            return TextEdit(query.query.text, query.substituted.sourceRange(of: range), text)
        }
    }

    // MARK: Queries

    /// Ranges of a query, with what is to stand there.
    private func changes(in expression: Expression) -> [(Range<Int>, String)] {
        switch self {
        case .metric(let old, let new): Self.metrics(expression, old, new)
        case .label(let old, let new): Self.labels(expression, old, new)
        case .value(let label, let old, let new):
            expression.selectors.flatMap(\.matchers).compactMap { matcher in
                guard matcher.label.text == label, let changed = Self.value(of: matcher, old, new) else { return nil }
                return (matcher.value.range.offsets, StringLiteral.quoted(changed))
            }
        }
    }

    /// The value of a matcher, or its list of values (`a|b`), with one renamed; nil if it does not name that one.
    private static func value(of matcher: Matcher, _ old: String, _ new: String) -> String? {
        let value = matcher.value.value
        guard matcher.operation.isRegex else { return value == old ? new : nil }
        guard !value.contains(where: { #"\.+*?()[]{}^$"#.contains($0) }) else { return nil }
        let values = value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        return values.contains(old)
            ? values.map { $0 == old ? Pattern.escaped(new) : $0 }.joined(separator: "|") : nil
    }

    /// Patterns that pick the old name or value and not the new one, or the other way round.
    private func patternsLeft(in query: ParsedQuery) -> [Problem] {
        let (label, old, new): (String, String, String)
        switch self {
        case .metric(let first, let second): (label, old, new) = ("__name__", first, second)
        case .value(let name, let first, let second): (label, old, new) = (name, first, second)
        case .label: return []
        }
        return (query.expression?.selectors ?? []).flatMap(\.matchers).compactMap { matcher in
            guard matcher.label.text == label, matcher.operation.isRegex,
                query.substituted.placeholders(in: matcher.value.range.offsets).isEmpty,
                label == "__name__" || Self.value(of: matcher, old, new) == nil,
                let pattern = try? Pattern(parsing: matcher.value.value), pattern.matches(old) != pattern.matches(new)
            else { return nil }
            return Problem(
                check: "pattern-left", severity: .warning,
                place: query.substituted.place(of: matcher.value.range.offsets), context: query.query.context,
                message: "the pattern tells \(Prose.quote(old)) from \(Prose.quote(new)), and was left alone",
                remedy: "change the pattern by hand")
        }
    }

    private static func metrics(_ expression: Expression, _ old: String, _ new: String) -> [(Range<Int>, String)] {
        expression.selectors.flatMap { selector -> [(Range<Int>, String)] in
            var changes: [(Range<Int>, String)] = []
            if let name = selector.name, let renamed = renamed(name.text, old, new) {
                let isQuoted = name.range.offsets.count != name.text.utf8.count
                let text = isQuoted ? StringLiteral.quoted(renamed) : renamed
                changes.append((name.range.offsets, text))
            }
            for matcher in selector.matchers
            where matcher.label.text == "__name__" && !matcher.operation.isRegex {
                guard let renamed = renamed(matcher.value.value, old, new) else { continue }
                changes.append(
                    (matcher.value.range.offsets, StringLiteral.quoted(renamed)))
            }
            return changes
        }
    }

    /// The new name of samples; nil if they are of another family.
    private static func renamed(_ name: String, _ old: String, _ new: String) -> String? {
        for suffix in ["", "_bucket", "_count", "_sum"] where name == old + suffix { return new + suffix }
        return nil
    }

    private static func labels(_ expression: Expression, _ old: String, _ new: String) -> [(Range<Int>, String)] {
        var names = expression.selectors.flatMap(\.matchers).map(\.label)
        var strings: [StringLiteral] = []
        expression.walk { expression in
            switch expression {
            case .aggregation(let aggregation): names += aggregation.grouping?.labels ?? []
            case .call(let call): strings += call.labelNames
            case .binary(let operation):
                names += (operation.matching?.labels ?? []) + (operation.matching?.group?.include ?? [])
            default: break
            }
            return true
        }
        return names.filter { $0.text == old }.map { ($0.range.offsets, new) }
            + strings.filter { $0.value == old }.map { ($0.range.offsets, StringLiteral.quoted(new)) }
    }

    // MARK: Texts

    /// Templates and legends that name a label.
    private func texts(of query: Query) -> [TextEdit] {
        guard case .label(let old, let new) = self else { return [] }
        return query.labelUses(where: { $0 != .external }).filter { $0.name == old }.map {
            TextEdit($0.text, $0.range, new)
        }
    }

    /// Recording rules that make the metric.
    private func names(in input: Input) -> [TextEdit] {
        guard case .metric(let old, let new) = self, case .rules(let file) = input else { return [] }
        return file.groups.flatMap(\.rules).filter { $0.kind == .recording && $0.name.value == old }.map {
            TextEdit($0.name, $0.name.wholeRange, new)
        }
    }
}

extension Call {
    /// The labels that `label_replace` and `label_join` make and read.
    var labelNames: [StringLiteral] {
        let strings = arguments.map { argument in
            if case .string(let text) = argument { text } else { nil as StringLiteral? }
        }
        switch function.text {
        case "label_replace": return [1, 3].compactMap { strings.indices.contains($0) ? strings[$0] : nil }
        case "label_join":
            return ([1] + Array(strings.indices.dropFirst(3))).compactMap {
                strings.indices.contains($0) ? strings[$0] : nil
            }
        default: return []
        }
    }
}

extension [TextEdit] {
    /// Each once: a rule's texts are met with each of its queries.
    var unique: [TextEdit] {
        var seen: Set<Range<Int>> = []
        return filter { seen.insert($0.text.place(of: $0.range).range).inserted }
    }
}
