import Foundation
import ProgramUnderTest
import Testing
import Workflow

/// Every line of Examples/expectations.json, against one server on which all examples are deployed.
@Suite(.timeLimit(.minutes(30))) struct ExampleTests {
    private static var examples: URL { BuiltProgram.packageRoot.appendingPathComponent("Examples") }

    private struct Expectation: Decodable {
        struct Event: Decodable {
            var event: String
            var file: String
        }

        struct Decision: Decodable {
            /// `approve` or `reject`.
            var verb: String
            /// The role of who decides.
            var role: String
            var comment: String
        }

        var workflow: String
        /// Without one the workflow is run by hand: what starts it else is a time or a delivery.
        var event: String?
        var file: String
        /// Sent when the execution waits.
        var then: Event?
        /// Given when the execution waits.
        var decision: Decision?
        var result: String
        var reason: String?
        /// The paths of the steps taken.
        var steps: [String]
        /// Whether steps run side by side, so that only the set of them is certain.
        var anyOrder: Bool?
    }

    private static func expectations() throws -> [Expectation] {
        let bytes = try Data(contentsOf: examples.appendingPathComponent("expectations.json"))
        return try JSONDecoder().decode([Expectation].self, from: bytes)
    }

    private static func files(_ ending: String) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: examples.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(ending) && $0.contains("/") }.sorted()
    }

    private static func definitions() throws -> [String] {
        try files(".yaml").filter { !$0.hasPrefix("rules/") }
    }

    @Test func everyFileIsExpectedSomewhere() throws {
        let expectations = try Self.expectations()
        #expect(try Self.definitions().count >= 6)
        #expect(Set(expectations.map(\.workflow)) == Set(try Self.definitions()))
        let used = expectations.map(\.file) + expectations.compactMap { $0.then?.file }
        #expect(Set(used) == Set(try Self.files(".json")))
    }

    @Test func everyDefinitionIsValidWithoutAWarning() throws {
        let outcome = try BuiltProgram(directory: Self.examples.path).run(
            ["workflow", "validate"] + Self.files(".yaml"))
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.contains(": ok, ") }, "\(outcome.output)")
    }

    @Test func everyDefinitionPassesTestsOfItsOwn() throws {
        let outcome = try BuiltProgram(directory: Self.examples.path).run(
            ["workflow", "test", "--json"] + Self.files(".yaml"))
        #expect(outcome.status == 0)
        let files = try JSONValue(parsing: outcome.output.utf8).object?["files"]?.array ?? []
        #expect(files.count == (try Self.files(".yaml").count))
        for file in files.compactMap(\.object) {
            let tests = (file["tests"]?.array ?? []).compactMap(\.object)
            #expect(tests.count >= 2, "\(file["file"] ?? .null)")
            #expect(tests.allSatisfy { $0["passed"]?.bool == true }, "\(tests)")
        }
    }

    @Test func whatTheyLoadHasASource() throws {
        let server = try RunningServer(
            arguments: ["--context-file", Self.examples.appendingPathComponent("context.yaml").path])
        let program = BuiltProgram(directory: Self.examples.path, environment: server.environment)
        let deployment = try program.run(["workflow", "deploy"] + Self.files(".yaml"))
        #expect(deployment.status == 0 && !deployment.errors.contains("context source"), "\(deployment)")
        #expect(server.stop() == 0)
    }

    @Test func everyExampleEndsAsExpected() throws {
        let server = try RunningServer(arguments: ["--egress-allow", "127.0.0.1"])
        let directory = try TemporaryDirectory()
        let program = BuiltProgram(directory: directory.path, environment: server.environment)
        let paths = try Self.files(".yaml").map { Self.examples.appendingPathComponent($0).path }
        let deployment = try program.run(["workflow", "deploy"] + paths)
        #expect(deployment.status == 0, "\(deployment.errors)")
        for (number, expectation) in try Self.expectations().enumerated() {
            try check(expectation, "e\(number)", Runner(program: program, server: server, examples: Self.examples))
        }
        #expect(server.stop() == 0)
        #expect(!server.log.contains("\"level\":\"error\""), "\(server.log)")
    }

    private func check(_ expectation: Expectation, _ eventID: String, _ runner: Runner) throws {
        let name = expectation.file
        let id = try runner.workflowID(expectation.workflow)
        let receipt =
            try expectation.event.map { try runner.send($0, name, id: eventID) } ?? runner.run(id, name, key: eventID)
        let started = receipt["executions"]?.array?.compactMap(\.object) ?? []
        let execution = try #require(started.first { $0["workflow_id"]?.string == id }, "\(name): \(receipt)")
        let executionID = try #require(execution["id"]?.string)
        if let then = expectation.then {
            try runner.wait(for: executionID, toBe: "waiting")
            _ = try runner.send(then.event, then.file, id: eventID + "-then")
        }
        if let decision = expectation.decision {
            try runner.wait(for: executionID, toBe: "waiting")
            try runner.decide(decision.verb, as: decision.role, comment: decision.comment, on: executionID)
        }
        let ended = try runner.wait(for: executionID, toBe: "ended")
        let steps = (ended["steps"]?.array ?? []).compactMap { $0.object?["path"]?.string }
        #expect(ended["result"]?.string == expectation.result, "\(name): \(ended)")
        #expect(ended["reason"]?.string == expectation.reason, "\(name)")
        if expectation.anyOrder == true {
            #expect(steps.sorted() == expectation.steps.sorted(), "\(name)")
        } else {
            #expect(steps == expectation.steps, "\(name)")
        }
    }
}

/// Sends the example events to a server.
private struct Runner {
    let program: BuiltProgram
    let server: RunningServer
    let examples: URL

    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    func workflowID(_ file: String) throws -> String {
        let path = examples.appendingPathComponent(file).path
        let checked = try json(["workflow", "validate", "--json", path])
        return checked["files"]?.array?.first?.object?["workflow_id"]?.string ?? ""
    }

    /// Some events name the server itself, at its usual address.
    func send(_ event: String, _ file: String, id: String) throws -> JSONObject {
        let text = try String(contentsOf: examples.appendingPathComponent(file), encoding: .utf8)
        let data = text.replacing("http://127.0.0.1:8080", with: server.address)
        return try json(["event", "send", event, "--id", id, "--data", data, "--json"])
    }

    /// Runs a workflow by hand.
    func run(_ workflow: String, _ file: String, key: String) throws -> JSONObject {
        let path = examples.appendingPathComponent(file).path
        return try json(["workflow", "run", workflow, "--file", path, "--idempotency-key", key, "--json"])
    }

    /// Decides with a key that has the role.
    func decide(_ verb: String, as role: String, comment: String, on execution: String) throws {
        let made = try json([
            "key", "create", "mia", "--permission", "approvals:write", "--permission", "role:\(role)", "--json",
        ])
        let key = try #require(made["key"]?.string, "\(made)")
        let open = try json(["approval", "list", "--json"])["items"]?.array?.compactMap(\.object) ?? []
        let request = try #require(open.first { $0["execution_id"]?.string == execution }, "\(open)")
        let id = try #require(request["id"]?.string)
        _ = try json(["approval", verb, id, "--comment", comment, "--key", key, "--json"])
    }

    /// Asks until the execution stands so; asking takes long enough to need no pause.
    @discardableResult
    func wait(for id: String, toBe status: String) throws -> JSONObject {
        var execution: JSONObject = [:]
        while true {
            try Task.checkCancellation()
            execution = try json(["execution", "show", id, "--json"])
            let found = execution["status"]?.string
            if found == status { return execution }
            if found == "ended" { break }
        }
        throw Unexpected(description: "execution \(id) is not \(status): \(execution)")
    }

    private func json(_ arguments: [String]) throws -> JSONObject {
        let outcome = try program.run(arguments)
        guard outcome.status == 0, let object = try JSONValue(parsing: outcome.output.utf8).object else {
            throw Unexpected(description: "\(arguments.prefix(3)): \(outcome)")
        }
        return object
    }
}
