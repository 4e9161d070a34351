import Foundation
import PromQL
import Testing

/// Debian's promtool judges the same queries.
struct OracleTests {
    /// A query that only one of the two takes.
    struct Disagreement: CustomStringConvertible {
        let query: String
        let ours: String
        let theirs: String

        var description: String { "\(query)\n  ours: \(ours)\n  promtool: \(theirs)" }
    }

    /// How many queries are generated; `PROMQL_ORACLE_QUERIES` sets another number, `PROMQL_ORACLE_SEED` another seed.
    private static let count = number("PROMQL_ORACLE_QUERIES") ?? 4000
    private static let seed = number("PROMQL_ORACLE_SEED") ?? 1

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test func takesWhatPromtoolTakesOfTheCases() throws {
        let queries = Case.accepted.map(\.query) + Case.refused.map(\.query)
        try judge(queries)
    }

    @Test func takesWhatPromtoolTakesOfGeneratedQueries() throws {
        var generator = QueryGenerator(seed: UInt64(Self.seed))
        var mutator = QueryMutator(seed: UInt64(Self.seed))
        let queries = (0..<Self.count).map { index in
            let query = generator.query()
            return index % 3 == 2 ? mutator.mutated(query) : query
        }
        try judge(queries)
    }

    private func judge(_ queries: [String]) throws {
        let refusals = try Promtool().refusals(of: queries)
        var disagreements: [Disagreement] = []
        var newer: [String: Int] = [:]
        for (index, query) in queries.enumerated() {
            let (ours, features) = Self.judge(query)
            switch (ours, refusals[index]) {
            case (nil, nil), (.some, .some): break
            case (nil, let theirs?):
                if let feature = features.first {
                    newer["\(feature.feature), since \(feature.since)", default: 0] += 1
                } else {
                    disagreements.append(Disagreement(query: query, ours: "accepted", theirs: theirs))
                }
            case (let ours?, nil): disagreements.append(Disagreement(query: query, ours: ours, theirs: "accepted"))
            }
        }
        let shown = disagreements.prefix(20).map(\.description).joined(separator: "\n")
        let isAgreed = disagreements.isEmpty
        #expect(isAgreed, "\(disagreements.count) of \(queries.count):\n\(shown)")
        report(queries.count, accepted: queries.count - refusals.count, disagreements.count, newer)
    }

    /// What is wrong with the query, or else what it has of newer releases.
    private static func judge(_ query: String) -> (flaw: String?, newer: [NewerLanguage]) {
        do throws(PromQLError) {
            let expression = try Expression(parsing: query)
            if let error = expression.typing.errors.first { return (error.description, []) }
            return (nil, NewerLanguage.inside(expression, text: query))
        } catch {
            return (error.description, [])
        }
    }

    private func report(_ count: Int, accepted: Int, _ disagreements: Int, _ newer: [String: Int]) {
        guard Self.count > 4000 else { return }
        print("\(count) queries: promtool takes \(accepted); \(disagreements) disagreements; taken here only, for")
        for (feature, count) in newer.sorted(by: { $0.key < $1.key }) { print("  \(count)  \(feature)") }
    }
}
