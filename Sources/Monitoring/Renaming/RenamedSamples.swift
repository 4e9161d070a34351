public import Documents
import PromQL
public import Telemetry
import Wording

/// The samples that go along with a family that is renamed.
public struct RenamedSamples: Sendable {
    /// What is renamed, with the name that it gets.
    let all: [(old: String, new: String)]
    /// Those of them that may be a family of their own, as far as is known.
    private let guessed: Set<String>

    /// Looks for what belongs to a metric.
    ///
    /// - Parameters:
    ///   - files: all in which it is renamed.
    ///   - catalogue: what there is, if that is known: it says which samples a family has.
    public init(_ renaming: Renaming, in files: [SourceFile], _ catalogue: Catalogue? = nil) {
        guard case .metric(let old, let new) = renaming else {
            (all, guessed) = ([], [])
            return
        }
        let use = SampleUse(files)
        let (suffixes, isCertain) = Self.suffixes(of: old, catalogue, use)
        let own = use.recorded.union(catalogue?.families.map(\.name) ?? [])
        let along = suffixes.filter { !own.contains(old + $0) }
        all = [(old, new)] + along.map { (old + $0, new + $0) }
        guessed = isCertain ? [] : Set(along.map { old + $0 })
    }

    /// How the names of a family's samples end, but for its own, and whether that is known.
    private static func suffixes(
        of family: String, _ catalogue: Catalogue?, _ use: SampleUse
    ) -> (suffixes: [String], isCertain: Bool) {
        let histogram = ["_bucket", "_count", "_sum"]
        switch catalogue?.families.first(where: { $0.name == family })?.type {
        case "histogram": return (histogram, true)
        case "summary": return (["_count", "_sum"], true)
        case .some: return ([], true)
        case nil: return (histogram, use.read.contains(family + "_bucket"))
        }
    }

    /// The new name of samples; nil if they keep theirs.
    subscript(name: String) -> String? { all.first { $0.old == name }?.new }

    /// What was renamed though it may be something else.
    func guesses(in query: ParsedQuery) -> [Problem] {
        (query.expression?.selectors ?? []).compactMap(\.writtenName).filter { guessed.contains($0.text) }.map { name in
            Problem(
                check: "renamed-along", severity: .warning, place: query.substituted.place(of: name.range.offsets),
                context: query.query.context,
                message: "\(Prose.quote(name.text)) was taken for a part of the metric, and renamed along",
                remedy: "name a catalogue with --catalogue, which knows the families")
        }
    }
}

/// The metrics that files speak of.
private struct SampleUse {
    private(set) var read: Set<String> = []
    private(set) var recorded: Set<String> = []

    init(_ files: [SourceFile]) {
        for query in files.flatMap({ InputReader.read($0).inputs.map(ParsedInput.init) }).flatMap(\.queries) {
            read.formUnion(query.expression?.metricNames ?? [])
            if let (rule, _) = query.recording { recorded.insert(rule.name.value) }
        }
    }
}
