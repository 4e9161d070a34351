import Foundation
import PromQL
import Testing

/// Debian's promtool judges the same queries.
struct OracleTests {
    /// How many queries are generated; `PROMQL_ORACLE_QUERIES` sets another number, `PROMQL_ORACLE_SEED` another seed.
    private static let count = number("PROMQL_ORACLE_QUERIES") ?? 4000
    private static let seed = number("PROMQL_ORACLE_SEED") ?? 1

    private static let file = ProcessInfo.processInfo.environment["PROMQL_ORACLE_FILE"]

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test func takesWhatPromtoolTakesOfTheCases() throws {
        try judge(Case.accepted.map(\.query) + Case.refused.map(\.query))
    }

    @Test func takesWhatPromtoolTakesOfGeneratedQueries() throws {
        var generator = QueryGenerator(seed: UInt64(clamping: Self.seed))
        try judge(mutatingSome(of: (0..<Self.count).map { _ in generator.query() }))
    }

    /// Queries of one's own, one on each line of the file that `PROMQL_ORACLE_FILE` names.
    @Test(.enabled(if: file != nil)) func takesWhatPromtoolTakesOfAFile() throws {
        let text = try String(contentsOfFile: Self.file ?? "", encoding: .utf8)
        let queries = text.split(separator: "\n").map(String.init)
        try judge(queries)
        try judge(mutatingSome(of: queries, outOf: 1))
    }

    private func mutatingSome(of queries: [String], outOf rate: Int = 3) -> [String] {
        var mutator = QueryMutator(seed: UInt64(clamping: Self.seed))
        return queries.enumerated().map { $0 % rate == 0 ? mutator.mutated($1) : $1 }
    }

    private func judge(_ queries: [String]) throws {
        let promtool = try Promtool()
        let refusals = try promtool.refusals(of: queries)
        var tally = Tally(count: queries.count, accepted: queries.count - refusals.count)
        for (index, query) in queries.enumerated() {
            switch (Self.judge(query), refusals[index]) {
            case (.refused, .some): break
            case (.refused(let error), nil): tally.add(query, ours: error.description, theirs: "accepted")
            case (.accepted(let tree, _), nil): tally.written.append(tree.description)
            case (.accepted(let tree, let newer), let theirs?):
                guard let feature = newer.first else { tally.add(query, ours: "accepted", theirs: theirs); continue }
                tally.newer["\(feature.feature), since \(feature.since)", default: 0] += 1
                tally.written.append(OlderForm.of(tree).description)
            }
        }
        // What is accepted is written so that promtool takes it too, if need be in the form of the time.
        for (index, theirs) in try promtool.refusals(of: tally.written) {
            tally.add(tally.written[index], ours: "written", theirs: theirs)
        }
        let isAgreed = tally.disagreements.isEmpty
        #expect(isAgreed, "\(tally)")
        if Self.count > 4000 { print(tally) }
    }

    private enum Judgement {
        case accepted(PromQL.Expression, newer: [NewerLanguage])
        case refused(PromQLError)
    }

    private static func judge(_ query: String) -> Judgement {
        do throws(PromQLError) {
            let expression = try Expression(parsing: query)
            if let error = expression.typing.errors.first { return .refused(error) }
            return .accepted(expression, newer: NewerLanguage.inside(expression, text: query))
        } catch {
            return .refused(error)
        }
    }
}

/// What came of a comparison.
private struct Tally: CustomStringConvertible {
    let count: Int
    let accepted: Int
    var disagreements: [String] = []
    var newer: [String: Int] = [:]
    var written: [String] = []

    mutating func add(_ query: String, ours: String, theirs: String) {
        disagreements.append("\(query)\n  ours: \(ours)\n  promtool: \(theirs)")
    }

    var description: String {
        let lines = newer.sorted { $0.key < $1.key }.map { "  \($0.value)  \($0.key)" }
        let head = "\(count) queries: promtool takes \(accepted); \(disagreements.count) disagreements"
        return ([head] + disagreements.prefix(20) + ["taken here only, for"] + lines).joined(separator: "\n")
    }
}
