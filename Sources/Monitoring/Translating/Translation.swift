public import Documents
import PromQL
public import Telemetry
import Wording

/// Rules and dashboards carried over from one dialect to another.
///
/// A query is carried over if the other dialect can tell the same: each selector picks the same occurrences, each label
/// that is grouped by is there. What cannot be stays as it was and is told; so is in what the others differ.
public struct Translation: Sendable {
    private var names: TranslatedNames

    /// A translation of what queries ask of the first dialect into what they would ask of the second.
    ///
    /// - Parameter kept: a dialect that is on with either.
    public init(from: Dialect, to: Dialect, kept: Dialect) {
        names = TranslatedNames(from: SampleTable(from), to: SampleTable(to), kept: SampleTable(kept))
    }

    /// How often rules are gone through that use what later ones record.
    private static let deepest = 8

    /// Learns what the labels of recorded metrics will be called, for all files that use them.
    public mutating func learn(from files: [SourceFile]) {
        let rules = files.flatMap { InputReader.read($0).inputs }.flatMap(\.queries).compactMap { query in
            if case .rule(let rule, _) = query.owner, rule.kind == .recording { (rule.name.value, query) } else { nil }
        }
        for _ in 0..<Self.deepest {
            let before = names.recorded
            for (name, query) in rules {
                guard case .success(let found) = Self.translate(query, VariableScope([]), names) else { continue }
                names.recorded[name] = found.labels
            }
            if names.recorded == before { break }
        }
    }

    /// Carries a file over: what was not (errors), and what differs (warnings), is told.
    ///
    /// - Throws: when a place cannot hold the new text as it is written there.
    public func translated(_ file: SourceFile) throws(EditError) -> RewrittenFile {
        let inputs = InputReader.read(file).inputs
        var names = names
        var edits: [TextEdit] = []
        var problems: [Problem] = []
        for input in inputs {
            let variables = names.variables(of: input)
            (edits, problems) = (edits + variables.edits, problems + variables.problems)
            let scope = VariableScope(input)
            for query in input.queries {
                switch Self.translate(query, scope, names) {
                case .success(let found):
                    edits += found.edits
                    problems += found.problems
                    if case .rule(let rule, _) = query.owner, rule.kind == .recording {
                        names.recorded[rule.name.value] = found.labels
                    }
                case .failure(let problem): problems.append(problem.problem)
                }
            }
        }
        return RewrittenFile(bytes: try file.replacing(edits.unique), problems: problems)
    }

    private struct Failure: Error {
        let problem: Problem
    }

    private struct Translated {
        let edits: [TextEdit]
        let labels: CarriedLabels
        let problems: [Problem]
    }

    private static func translate(
        _ query: Query, _ scope: VariableScope, _ names: TranslatedNames
    ) -> Result<Translated, Failure> {
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
            let edits = translation.changes.map { TextEdit(query.text, $0.range, $0.text) }
            return .success(
                Translated(
                    edits: edits + (try texts(of: query, translation.labels)), labels: translation.labels,
                    problems: differences.map { problem($0, query, substituted, .warning) }))
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
    private static func texts(of query: Query, _ labels: CarriedLabels) throws(Loss) -> [TextEdit] {
        var edits: [TextEdit] = []
        for use in query.labelUses(where: { $0 == .alert }) {
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
