public import Documents
import PromQL

/// A metric, a label or a value that is to be called otherwise, in all queries, templates and legends of files.
///
/// What is not renamed stays byte for byte. Names that a variable of a dashboard makes are left alone.
public enum Renaming: Sendable, Hashable {
    /// The family of this name; samples of a histogram (`_bucket`, `_count`, `_sum`) go along.
    case metric(String, to: String)
    /// The label of this name, wherever a query, a template or a legend names it.
    case label(String, to: String)
    /// A value of this label, in matchers.
    case value(label: String, String, to: String)

    /// What changes in a file.
    ///
    /// - Throws: when a place cannot hold the new name as it is written there.
    public func renamed(_ file: SourceFile) throws(EditError) -> [UInt8] {
        let inputs = InputReader.read(file).inputs
        let edits = inputs.flatMap { input in
            let scope = VariableScope(input)
            return input.queries.flatMap { self.edits(in: $0, scope) } + names(in: input)
        }
        return try file.replacing(edits.unique)
    }

    private func edits(in query: Query, _ scope: VariableScope) -> [TextEdit] {
        let parsed = ParsedQuery(query, scope)
        let substituted = parsed.substituted
        let others = texts(of: query)
        guard let expression = parsed.expression else { return others }
        return others
            + changes(in: expression).compactMap { range, text in
                guard substituted.placeholders(in: range).isEmpty else { return nil }
                return TextEdit(query.text, substituted.sourceRange(of: range), text)
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
                guard matcher.label.text == label, !matcher.operation.isRegex, matcher.value.value == old else {
                    return nil
                }
                return (matcher.value.range.offsets, StringLiteral(value: new, range: matcher.value.range).written)
            }
        }
    }

    private static func metrics(_ expression: Expression, _ old: String, _ new: String) -> [(Range<Int>, String)] {
        expression.selectors.flatMap { selector -> [(Range<Int>, String)] in
            var changes: [(Range<Int>, String)] = []
            if let name = selector.name, let renamed = renamed(name.text, old, new) {
                let isQuoted = name.range.offsets.count != name.text.utf8.count
                let text = isQuoted ? StringLiteral(value: renamed, range: name.range).written : renamed
                changes.append((name.range.offsets, text))
            }
            for matcher in selector.matchers
            where matcher.label.text == "__name__" && !matcher.operation.isRegex {
                guard let renamed = renamed(matcher.value.value, old, new) else { continue }
                changes.append(
                    (matcher.value.range.offsets, StringLiteral(value: renamed, range: matcher.value.range).written))
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
        expression.walk { expression in
            switch expression {
            case .aggregation(let aggregation): names += aggregation.grouping?.labels ?? []
            case .binary(let operation):
                names += (operation.matching?.labels ?? []) + (operation.matching?.group?.include ?? [])
            default: break
            }
            return true
        }
        return names.filter { $0.text == old }.map { ($0.range.offsets, new) }
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

extension StringLiteral {
    /// In double quotes.
    fileprivate var written: String { Expression.string(self).description }
}

extension [TextEdit] {
    /// Each once: a rule's texts are met with each of its queries.
    var unique: [TextEdit] {
        var seen: Set<Range<Int>> = []
        return filter { seen.insert($0.text.place(of: $0.range).range).inserted }
    }
}
