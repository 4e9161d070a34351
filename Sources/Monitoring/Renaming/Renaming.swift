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

    /// What changes in a file, and what would have to and was left alone: patterns (warnings), and queries in which the
    /// new label stands already (errors).
    ///
    /// - Parameter samples: what belongs to a metric, if it is known from more than this file.
    /// - Throws: when a place cannot hold the new name as it is written there.
    public func renamed(_ file: SourceFile, _ samples: RenamedSamples? = nil) throws(EditError) -> RewrittenFile {
        let samples = samples ?? RenamedSamples(self, in: [file])
        var edits: [TextEdit] = []
        var problems: [Problem] = []
        for input in InputReader.read(file).inputs.map(ParsedInput.init) {
            for query in input.queries {
                if let clash = clash(in: query) {
                    problems.append(clash)
                    continue
                }
                let renamed = self.edits(in: query, samples)
                edits += texts(of: query.query) + renamed
                problems += patternsLeft(in: query, samples) + samples.guesses(in: query)
            }
            edits += names(in: input.input)
        }
        return RewrittenFile(bytes: try file.replacing(edits.unique), problems: problems)
    }

    private func edits(in query: ParsedQuery, _ samples: RenamedSamples) -> [TextEdit] {
        guard let expression = query.expression else { return [] }
        return changes(in: expression, samples).compactMap { range, text in
            guard query.substituted.placeholders(in: range).isEmpty else { return nil }
            return TextEdit(query.query.text, query.substituted.sourceRange(of: range), text)
        }
    }

    // MARK: Queries

    /// Ranges of a query, with what is to stand there.
    private func changes(in expression: Expression, _ samples: RenamedSamples) -> [(Range<Int>, String)] {
        switch self {
        case .metric:
            return expression.selectors.flatMap { selector in
                let others = selector.matchers.filter { $0.label.text == "__name__" && $0.operation == .notEqual }
                let names =
                    [selector.writtenName].compactMap(\.self) + others.map { ($0.value.value, $0.value.range, true) }
                return names.compactMap { text, range, isQuoted in
                    samples[text].map { (range.offsets, isQuoted ? StringLiteral.quoted($0) : $0) }
                }
            }
        case .label(let old, let new):
            let names = expression.labelPlaces.joined().filter { $0.text == old }
            return names.map { ($0.range.offsets, $0.isQuoted ? StringLiteral.quoted(new) : new) }
        case .value(let label, let old, let new):
            return expression.selectors.flatMap(\.matchers).compactMap { matcher in
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

    /// A place where both the old and the new label stand, which would be one afterwards.
    private func clash(in query: ParsedQuery) -> Problem? {
        guard case .label(let old, let new) = self, old != new, let expression = query.expression,
            let place = expression.labelPlaces.first(where: { place in
                [old, new].allSatisfy { name in place.contains { $0.text == name } }
            }), let range = place.first(where: { $0.text == old })?.range
        else { return nil }
        return Problem(
            check: "not-renamed", severity: .error, place: query.substituted.place(of: range.offsets),
            context: query.query.context,
            message: "\(Prose.quote(new)) stands beside \(Prose.quote(old)) here: the two would be one",
            remedy: "change the query by hand; all of it was left alone")
    }

    /// Patterns that pick the old name or value and not the new one, or the other way round.
    private func patternsLeft(in query: ParsedQuery, _ samples: RenamedSamples) -> [Problem] {
        let label: String
        let names: [(old: String, new: String)]
        switch self {
        case .metric: (label, names) = ("__name__", samples.all)
        case .value(let name, let old, let new): (label, names) = (name, [(old, new)])
        case .label: return []
        }
        return (query.expression?.selectors ?? []).flatMap(\.matchers).compactMap { matcher in
            guard matcher.label.text == label, matcher.operation.isRegex,
                query.substituted.placeholders(in: matcher.value.range.offsets).isEmpty,
                label == "__name__" || names.allSatisfy({ Self.value(of: matcher, $0.old, $0.new) == nil }),
                let pattern = try? Pattern(parsing: matcher.value.value),
                let (old, new) = names.first(where: { pattern.matches($0.old) != pattern.matches($0.new) })
            else { return nil }
            return Problem(
                check: "pattern-left", severity: .warning,
                place: query.substituted.place(of: matcher.value.range.offsets), context: query.query.context,
                message: "the pattern tells \(Prose.quote(old)) from \(Prose.quote(new)), and was left alone",
                remedy: "change the pattern by hand")
        }
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

extension Expression {
    /// Where labels are named: in each place those that stand together.
    fileprivate var labelPlaces: [[(text: String, range: SourceRange, isQuoted: Bool)]] {
        func plain(_ names: [Name]) -> [(text: String, range: SourceRange, isQuoted: Bool)] {
            names.map { ($0.text, $0.range, false) }
        }
        func quoted(_ texts: [StringLiteral]) -> [(text: String, range: SourceRange, isQuoted: Bool)] {
            texts.map { ($0.value, $0.range, true) }
        }
        var places = selectors.map { plain($0.matchers.map(\.label)) }
        walk { expression in
            switch expression {
            case .aggregation(let aggregation):
                let made = [aggregation.madeLabel].compactMap(\.self)
                places.append(plain(aggregation.grouping?.labels ?? []) + quoted(made))
            case .call(let call): places.append(quoted([call.madeLabel].compactMap(\.self) + call.readLabels))
            case .binary(let operation):
                places.append(plain((operation.matching?.labels ?? []) + (operation.matching?.group?.include ?? [])))
            default: break
            }
            return true
        }
        return places
    }
}

extension [TextEdit] {
    /// Each once: a rule's texts are met with each of its queries.
    var unique: [TextEdit] {
        var seen: Set<Range<Int>> = []
        return filter { seen.insert($0.text.place(of: $0.range).range).inserted }
    }
}
