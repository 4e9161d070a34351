import Foundation
import Testing

/// A query of `Tests/Fixtures/promql`, and what is expected of it.
///
/// In a file, a query stands on a line of its own, with ␊, ␍ and ␉ for the characters that a line cannot show; what is
/// expected follows on lines that begin with ` │ `.
struct Case: CustomTestStringConvertible {
    let query: String
    let expected: [String]

    static let accepted = read("accepted.txt")
    static let refused = read("refused.txt")

    private static let mark = " │ "
    private static let signs = [("␊", "\n"), ("␍", "\r"), ("␉", "\t")]

    private static func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Fixtures/promql/\(name)")
    }

    private static func read(_ name: String) -> [Case] {
        var cases: [(query: String, expected: [String])] = []
        for line in (try? String(contentsOf: file(name), encoding: .utf8))?.split(separator: "\n") ?? [] {
            if line.hasPrefix(mark), !cases.isEmpty {
                cases[cases.count - 1].expected.append(String(line.dropFirst(mark.count)))
            } else {
                let query = signs.reduce(String(line)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
                cases.append((query, []))
            }
        }
        return cases.map { Case(query: $0.query, expected: $0.expected) }
    }

    /// With `UPDATE_GOLDEN=1` in the environment, writes the file anew.
    static func update(_ name: String, _ cases: [Case], _ answer: (String) -> [String]) throws {
        guard ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" else { return }
        let lines = cases.flatMap { entry in
            [signs.reduce(entry.query) { $0.replacingOccurrences(of: $1.1, with: $1.0) }]
                + answer(entry.query).map { mark + $0 }
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file(name))
    }

    var testDescription: String { query }
}
