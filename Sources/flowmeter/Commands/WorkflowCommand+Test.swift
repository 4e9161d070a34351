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

        @Argument(help: ArgumentHelp("Definitions in YAML or JSON.", valueName: "file"))
        var files: [String]

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let checks = try files.map(DefinitionCheck.init)
            for check in checks where check.hasErrors { Console.line(check.report, to: .error) }
            if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
            let tests = try checks.map { try DefinitionTests($0) }
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
    let workflow: String
    let results: [TestResult]

    /// - Parameter check: one without errors.
    init(_ check: DefinitionCheck) throws {
        guard let definition = check.reading.definition else { throw Silent(status: .refused) }
        let program = try Program(definition)
        file = check.file
        workflow = definition.id
        results = definition.tests.map { $0.run(on: program) }
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
        [
            "file": .string(file), "workflow_id": .string(workflow),
            "tests": .array(
                results.map { result in
                    [
                        "name": .string(result.name), "passed": .bool(result.hasPassed),
                        "differences": .array(result.differences.map { .string($0) }),
                        "path": .array(result.path.map { .string($0) }),
                    ]
                }),
        ]
    }
}
