@testable import Documents
import Testing

@testable import Monitoring

@Suite struct AlertRoutesTests {
    private func routes() throws -> AlertRoutes {
        let reading = InputReader.read(try Fixtures.file("routes/alertmanager.yml"))
        guard case .routes(let routes)? = reading.inputs.first else {
            throw EditError(.otherFile, reading.problems[0].place)
        }
        return routes
    }

    /// Enough of regular expressions for the fixture.
    private static func match(_ pattern: String, _ text: String) -> Bool? {
        if pattern.hasSuffix(".*") { return text.hasPrefix(pattern.dropLast(2)) }
        return pattern.split(separator: "|").contains { $0 == text }
    }

    @Test(
        "Which receivers an alert reaches",
        arguments: [
            (["severity": "page", "team": "db"], "pager surely"), (["severity": "info"], "default surely"),
            (["severity": "page", "team": "ops1", "env": "prod"], "ops surely"),
            (["severity": "page", "team": "ops1", "region": "us"], "quiet surely"),
            (["severity": "warning"], "default surely"), (["severity": "page"], "default surely"),
            (["severity": "page", "team": "?"], "pager maybe, quiet maybe, default maybe"),
        ])
    func reached(labels: [String: String], expected: String) throws {
        let known = labels.mapValues { $0 == "?" ? AlertLabel.unknown : .value($0) }
        let found = try routes().routes(reachedBy: known) { Self.match($0, $1) }
        #expect(found.map { "\($0.route.receiver) \($0.reach)" }.joined(separator: ", ") == expected)
    }

    @Test("Labels that nobody knows may lead anywhere")
    func unknown() throws {
        let found = try routes().routes(reachedBy: [:], others: .unknown) { _, _ in nil }
        #expect(found.map(\.reach) == Array(repeating: .maybe, count: 5))
    }
}
