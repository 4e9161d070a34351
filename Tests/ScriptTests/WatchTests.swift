import Foundation
import ProgramUnderTest
import Testing
import Workflow

/// `flowmeter execution watch` beside a running server.
@Suite(.timeLimit(.minutes(30))) struct WatchTests {
    static let waiting = """
        workflow_id: waiting
        trigger: {type: event, event: order.placed}
        steps:
          - {id: paid, type: wait, wait: {event: order.paid}}
          - {id: accept, type: action, action: {type: allow}}
        """

    @Test func anExecutionIsFollowedToItsEnd() async throws {
        let directory = try TemporaryDirectory()
        let server = try RunningServer(arguments: ["--data", directory.path + "/data"])
        let program = BuiltProgram(directory: directory.path, environment: server.environment)
        try Self.waiting.write(toFile: directory.path + "/waiting.yaml", atomically: true, encoding: .utf8)
        #expect(try program.run(["workflow", "deploy", "waiting.yaml"]).status == 0)
        let sent = try program.run(["event", "send", "order.placed", "--json"]).output
        let first = try JSONValue(parsing: sent.utf8).object?["executions"]?.array?.first?.object
        let id = try #require(first?["id"]?.string, "\(sent)")
        // It ends before it is looked at, or afterwards: the last line is the same.
        let watching = Task.detached { try program.run(["execution", "watch", id]) }
        #expect(try program.run(["event", "send", "order.paid"]).status == 0)
        let watched = try await watching.value
        let lines = watched.output.split(separator: "\n")
        #expect(watched.status == 0 && lines.first?.contains("  waiting ") == true, "\(watched)")
        #expect(lines.last?.hasSuffix("  ALLOWED") == true, "\(watched)")
        let again = try program.run(["execution", "watch", id, "--json"])
        let last = try again.output.split(separator: "\n").last.map { try JSONValue(parsing: $0.utf8) }
        #expect(last?.object?["event"] == "end", "\(again)")
        #expect(last?.object?["data"]?.object?["result"] == "allowed", "\(again)")
        #expect(server.stop() == 0)
    }
}
