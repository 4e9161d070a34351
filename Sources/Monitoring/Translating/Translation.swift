public import Documents
import PromQL
public import Telemetry

/// Rules, dashboards and routes carried over from one dialect to another.
///
/// A query is carried over if the other dialect can tell the same: each selector picks the same occurrences, each label
/// that is grouped by is there. What cannot be stays as it was and is told; so is in what the others differ.
public struct Translation: Sendable {
    private var names: TranslatedNames
    private var alerts: [CarriedAlert] = []

    /// A translation of what queries ask of the first dialect into what they would ask of the second.
    ///
    /// - Parameter kept: a dialect that is on with either.
    public init(from: Dialect, to: Dialect, kept: Dialect) {
        names = TranslatedNames(from: SampleTable(from), to: SampleTable(to), kept: SampleTable(kept))
    }

    /// How often rules are gone through that use what later ones record.
    private static let deepest = 8

    /// Learns what the labels of recorded metrics and of alerts will be called, for all files that use them.
    public mutating func learn(from files: [SourceFile]) {
        let queries = files.flatMap { InputReader.read($0).inputs }.flatMap(\.queries)
        let recordings = queries.compactMap { query in query.recorded.map { ($0, query) } }
        for _ in 0..<Self.deepest {
            let before = names.recorded
            for (name, query) in recordings {
                guard case .success(let found) = CarriedQuery.carry(query, VariableScope([]), names) else { continue }
                names.recorded[name] = found.labels
            }
            if names.recorded == before { break }
        }
        alerts = queries.compactMap { CarriedAlert($0, names) }
    }

    /// Carries a file over: what was not (errors), and what differs (warnings), is told.
    ///
    /// - Throws: when a place cannot hold the new text as it is written there.
    public func translated(_ file: SourceFile) throws(EditError) -> RewrittenFile {
        var translation = InputTranslation(names: names, alerts: alerts)
        for input in InputReader.read(file).inputs { translation.carry(input) }
        return RewrittenFile(bytes: try file.replacing(translation.edits.unique), problems: translation.problems)
    }
}

/// What is read from a file, carried over part by part.
private struct InputTranslation {
    var names: TranslatedNames
    let alerts: [CarriedAlert]
    private(set) var edits: [TextEdit] = []
    private(set) var problems: [Problem] = []

    mutating func carry(_ input: Input) {
        take(names.variables(of: input))
        if case .routes(let routes) = input { take(RouteTranslation(alerts).carry(routes)) }
        let scope = VariableScope(input)
        var panels: [SourcePlace: PanelTranslation] = [:]
        for query in input.queries {
            let carried = CarriedQuery.carry(query, scope, names)
            if case .target(let target, let panel) = query.owner {
                panels[panel.node.place, default: PanelTranslation(panel, query.context)].add(target, carried)
            }
            switch carried {
            case .success(let found):
                take(Rewriting(edits: found.edits, problems: found.problems))
                if let name = query.recorded { names.recorded[name] = found.labels }
            case .failure(let problem): problems.append(problem.problem)
            }
        }
        for panel in panels.sorted(by: { $0.key.range.lowerBound < $1.key.range.lowerBound }).map(\.value) {
            take(panel.carry())
        }
    }

    private mutating func take(_ rewriting: Rewriting) {
        edits += rewriting.edits
        problems += rewriting.problems
    }
}

/// Changes of texts, and what is to be told of them.
struct Rewriting {
    var edits: [TextEdit] = []
    var problems: [Problem] = []

    /// Writes a text anew, if it is to be another.
    mutating func write(_ new: String, insteadOf text: SourceText) {
        if new != text.value { edits.append(TextEdit(text, text.wholeRange, new)) }
    }

    /// Tells of a text that stays as it was.
    mutating func leave(
        _ text: SourceText, _ severity: Problem.Severity, in context: String, _ message: String,
        remedy: String = "change it by hand"
    ) {
        problems.append(
            Problem(
                check: severity == .error ? "not-carried" : "carried-otherwise", severity: severity, place: text.place,
                context: context, message: message, remedy: remedy))
    }
}

extension Query {
    /// The name of the metric that is recorded.
    fileprivate var recorded: String? {
        guard case .rule(let rule, _) = owner, rule.kind == .recording else { return nil }
        return rule.name.value
    }
}
