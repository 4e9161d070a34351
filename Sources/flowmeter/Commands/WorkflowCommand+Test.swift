import ArgumentParser
import Workflow

extension WorkflowCommand {
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the tests that definitions have in them, without a server.",
            discussion: """
                Nothing is called and no time passes: each test says what its steps are answered. Exit code 1 when one \
                fails.
                """)

        @Argument(help: ArgumentHelp("Definitions in YAML or JSON, and the rules that they ask.", valueName: "file"))
        var files: [String]

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let checks = try DefinitionCheck.all(files)
            for check in checks where check.hasErrors { Console.line(check.report, to: .error) }
            if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
            let tests = try DefinitionTests.all(checks)
            if json {
                Console.print(JSONValue.object(["files": .array(tests.map(\.json))]).description)
            } else {
                for tests in tests { Console.print(tests.report) }
            }
            if !tests.allSatisfy(\.havePassed) { throw Silent(status: .refused) }
        }
    }
}

/// What came of the tests of one file.
struct DefinitionTests {
    let file: String
    /// `workflow_id` or `rule_id`.
    let key: String
    let id: String
    let results: [TestResult]

    /// - Parameter checks: files without errors.
    static func all(_ checks: [DefinitionCheck]) throws -> [DefinitionTests] {
        let rules = Dictionary(checks.compactMap(\.rule).map { ($0.id, $0) }) { first, _ in first }
        return try checks.compactMap { check in
            if let rule = check.rule { return DefinitionTests(check.file, rule) }
            return try check.definition.map { try DefinitionTests(check.file, $0, rules) }
        }
    }

    private init(_ file: String, _ definition: Definition, _ rules: [String: Rule]) throws {
        (self.file, key, id) = (file, "workflow_id", definition.id)
        guard !definition.tests.isEmpty else {
            results = []
            return
        }
        if let missing = definition.rules.subtracting(rules.keys).min() {
            throw CommandError(
                .usage, "\(file) asks the rule `\(missing)`, which is not among the files",
                remedy: "name the file of the rule too")
        }
        let program = try Program(definition, rules: rules)
        results = definition.tests.map { $0.run(on: program) }
    }

    /// A rule is read only when its tests hold.
    private init(_ file: String, _ rule: Rule) {
        (self.file, key, id) = (file, "rule_id", rule.id)
        results = rule.tests.map { TestResult(name: $0.name, differences: [], path: []) }
    }

    var havePassed: Bool { results.allSatisfy(\.hasPassed) }

    /// How many have passed, and for each other what was not as expected.
    var report: String {
        if results.isEmpty { return "\(file): no tests" }
        let passed = results.count { $0.hasPassed }
        let failures = results.filter { !$0.hasPassed }.map { result in
            (["  failed: \(result.name.printable)"] + result.differences.map { "    \($0.printable)" })
                .joined(separator: "\n")
        }
        return (["\(file): \(passed) of \(results.count) passed"] + failures).joined(separator: "\n")
    }

    var json: JSONValue {
        let tests = results.map { result -> JSONValue in
            [
                "name": .string(result.name), "passed": .bool(result.hasPassed),
                "differences": .array(result.differences.map { .string($0) }),
                "path": .array(result.path.map { .string($0) }),
            ]
        }
        return .object(JSONObject([("file", .string(file)), (key, .string(id)), ("tests", .array(tests))]))
    }
}
