import Foundation
import NIOHTTP1
import ProgramUnderTest
import Synchronization
import Testing
import Workflow

/// One execution kills its process each time that it is driven; it alone is set aside.
@Suite(.serialized) struct DeadLetterTests {
    private static let workflow = """
        workflow_id: caller
        trigger: {type: event, event: order.placed}
        steps:
          - {id: call, type: execute, execute: [{type: http_request, method: POST, url: "{{url}}"}]}
          - {id: done, type: action, action: {type: allow}}
        """
    private static let innocents = 60

    /// Whom the guilty one kills.
    private enum Victim: Equatable {
        case nobody
        /// The process that is being started: it may call before its id is known.
        case launching
        case process(Int32)
    }

    @Test(.timeLimit(.minutes(30))) func theOneThatKillsItsProcessIsSetAside() async throws {
        let victim = Mutex(Victim.nobody)
        let receiver = Receiver { path in
            if path == "/guilty" {
                while victim.withLock({ $0 }) == .launching { try? await Task.sleep(for: .milliseconds(1)) }
                if case .process(let id) = victim.withLock({ $0 }) { kill(id, SIGKILL) }
            } else {
                // Long enough to be under way when the process dies.
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        try await receiver.serving { address in
            let server = try await RestartableServer()
            let client = server.client
            try await server.start()
            victim.withLock { $0 = .process(server.processID) }
            try await client.deploy(Self.workflow)
            for number in 1...Self.innocents {
                let data = #"{"url":"\#(address)/innocent/\#(number)"}"#
                #expect(await client.send(event: "order.placed", id: "innocent-\(number)", data: data))
            }
            // The process may die before it has answered.
            _ = await client.send(event: "order.placed", id: "guilty", data: #"{"url":"\#(address)/guilty"}"#)
            var deaths = 0
            while try await client.setAside() != ["guilty"], deaths < 20 {
                guard !server.isRunning else {
                    try await Task.sleep(for: .milliseconds(10))
                    continue
                }
                deaths += 1
                victim.withLock { $0 = .launching }
                try server.launch()
                victim.withLock { $0 = .process(server.processID) }
            }
            #expect((3...DeadLetter.usualLimit).contains(deaths))
            try await client.waitUntilAllEnded()
            let executions = try await client.allExecutions()
            #expect(executions.count { $0.result == "allowed" } == Self.innocents)
            #expect(try await client.setAside() == ["guilty"])
            // Resumed when it is harmless, it ends like the others.
            victim.withLock { $0 = .nobody }
            let guilty = executions.first { $0.eventID == "guilty" }?.id ?? ""
            #expect(try await client.request(.POST, "/api/v1/executions/\(guilty)/resume").status == 202)
            try await client.waitUntilAllEnded()
            #expect(try await client.json("/api/v1/executions/\(guilty)")["result"]?.string == "allowed")
            #expect(server.stop() == 0)
        }
    }
}

extension APIClient {
    /// The events whose executions were set aside; nil when the server does not answer.
    fileprivate func setAside() async throws -> [String]? {
        guard let page = try? await json("/api/v1/executions?status=dead_letter") else { return nil }
        return page["items"]?.array?.compactMap { $0.object?["event_id"]?.string }
    }
}
