import Documents
import PromQL
import Wording

/// A query of a file, carried over with the texts around it.
struct CarriedQuery {
    let edits: [TextEdit]
    let labels: CarriedLabels
    let problems: [Problem]

    struct Failure: Error {
        let problem: Problem
    }

    static func carry(
        _ query: Query, _ scope: VariableScope, _ names: TranslatedNames
    ) -> Result<CarriedQuery, Failure> {
        let parsed = ParsedQuery(query, scope)
        let substituted = parsed.substituted
        do throws(Loss) {
            guard let expression = parsed.expression else {
                throw Loss(
                    range: SourceRange(0..<substituted.text.utf8.count), message: "the query cannot be read",
                    remedy: "see what `flowmeter monitoring check` says of it")
            }
            let translation = try QueryTranslation(expression, substituted, names)
            // What a variable offers to choose from is the same.
            let differences = if case .variable = query.owner { [Loss]() } else { translation.differences }
            let texts = query.texts(translation.labels)
            return .success(
                CarriedQuery(
                    edits: translation.changes.map { TextEdit(query.text, $0.range, $0.text) }
                        + (try labelUses(of: query, translation.labels)) + texts.edits,
                    labels: translation.labels,
                    problems: differences.map { problem($0, query, substituted, .warning) } + texts.problems))
        } catch {
            return .failure(Failure(problem: problem(error, query, substituted, .error)))
        }
    }

    private static func problem(
        _ loss: Loss, _ query: Query, _ substituted: SubstitutedQuery, _ severity: Problem.Severity
    ) -> Problem {
        Problem(
            check: severity == .error ? "not-carried" : "carried-otherwise", severity: severity,
            place: substituted.place(of: loss.range.offsets), context: query.context, message: loss.message,
            remedy: loss.remedy)
    }

    /// Templates and legends that name a label.
    private static func labelUses(of query: Query, _ labels: CarriedLabels) throws(Loss) -> [TextEdit] {
        var edits: [TextEdit] = []
        for use in query.labelUses(where: { $0 == .alert }) + query.sampleLabels {
            let whole = SourceRange(0..<query.text.value.utf8.count)
            guard let name = try labels.name(of: Name(text: use.name, range: whole)) else {
                throw Loss(
                    range: whole,
                    message: "the result no longer has the label \(Prose.quote(use.name)) that is shown of it",
                    remedy: "leave the label out of the text")
            }
            if name != use.name { edits.append(TextEdit(use.text, use.range, name)) }
        }
        return edits
    }
}

extension Query {
    /// Labels of the samples of a query that a template makes: `{{ range query "…" }}{{ .Labels.job }}{{ end }}`.
    fileprivate var sampleLabels: [(text: SourceText, name: String, range: Range<Int>)] {
        guard case .template(let rule, _) = owner else { return [] }
        return (rule.annotations + rule.labels).map { AlertTemplate($0.value) }.flatMap { template in
            template.references.compactMap { reference in
                guard case .query(let index) = reference.source, template.queries.indices.contains(index),
                    template.queries[index].text.place == text.place
                else { return nil }
                return (template.text, reference.name, reference.range)
            }
        }
    }

    /// Texts around the query that speak of values of labels.
    fileprivate func texts(_ labels: CarriedLabels) -> Rewriting {
        var rewriting = Rewriting()
        guard !labels.changed.isEmpty else { return rewriting }
        switch owner {
        case .rule(let rule, _) where rule.kind == .alerting:
            for text in rule.annotations + rule.labels {
                rewriting.carry(AlertTemplate(text.value), labels, in: context)
            }
        case .variable(let variable):
            if let regex = variable.regex { rewriting.check(regex, of: variable, labels, in: context) }
        default: break
        }
        return rewriting
    }
}

extension Rewriting {
    /// What a template compares with values of labels.
    fileprivate mutating func carry(_ template: AlertTemplate, _ labels: CarriedLabels, in context: String) {
        let shown = Set(template.references.filter { $0.source == .alert }.map(\.name))
        for comparison in template.comparisons {
            if let label = comparison.label {
                guard label.source == .alert, let values = labels.values[label.name] else { continue }
                carry(comparison.text, values, in: context)
            } else if labels.values.contains(where: { shown.contains($0.key) && $0.value.isTold(by: comparison) }) {
                leave(
                    comparison.text, .warning, in: context,
                    "a value that it may be compared with is called otherwise there")
            }
        }
    }

    private mutating func carry(_ text: SourceText, _ values: CarriedValues, in context: String) {
        switch values.selection(value: text.value) {
        case .same: return
        case .values(let carried) where carried.count == 1: write(carried[0], insteadOf: text)
        case .values, .unknown:
            leave(text, .warning, in: context, "the value \(Prose.quote(text.value)) is not one value there")
        }
    }

    /// What takes a part of each value of a variable, or picks some.
    fileprivate mutating func check(
        _ regex: SourceText, of variable: Variable, _ labels: CarriedLabels, in context: String
    ) {
        switch variable.parts {
        case .labelValues(_, let label):
            guard let values = labels.values[label.value], values.isTold(byPart: GrafanaPattern.text(regex.value))
            else { return }
            leave(regex, .warning, in: context, "values that the pattern picks are called otherwise there")
        case .labelNames, .result, .series:
            let words = Set(GrafanaPattern.words(regex.value))
            let changed = labels.changed.intersection(words).sorted()
            guard !changed.isEmpty else { return }
            let names = Prose.list(changed.map { Prose.quote($0) }, "and")
            leave(regex, .warning, in: context, "the pattern speaks of \(names), called otherwise there")
        case .metrics, nil: return
        }
    }
}

/// Regular expressions of Grafana: `/pattern/flags`, or the pattern alone.
enum GrafanaPattern {
    /// The pattern.
    static func text(_ text: String) -> String {
        guard text.hasPrefix("/"), let end = text.dropFirst().lastIndex(of: "/") else { return text }
        return String(text[text.index(after: text.startIndex)..<end])
    }

    /// The words that stand in it.
    static func words(_ text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }
}

extension CarriedValues {
    fileprivate func isTold(by comparison: AlertTemplate.Comparison) -> Bool {
        comparison.isPattern ? isTold(byPart: comparison.text.value) : isChanged(comparison.text.value)
    }

    /// Whether a pattern that need not match the whole value takes a value for something else, or takes it apart.
    func isTold(byPart text: String) -> Bool {
        guard let pattern = try? Pattern(parsing: ".*(?:\(text)).*") else { return true }
        if isTold(by: pattern) { return true }
        let takesAll = ["(.*)", "(.+)", "^(.*)$", "^(.+)$"].contains(text)
        return text.contains("(") && !takesAll && !isForeign(to: pattern)
    }
}
