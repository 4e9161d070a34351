import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ProgramUnderTest
import Synchronization
import Testing
import TestSupport

/// The process is killed under load, again and again; what it acknowledged must hold all the same.
@Suite(.serialized) struct CrashTests {
    static let workflow = """
        workflow_id: crash-load
        trigger: {type: event, event: load.order}
        steps:
          - id: tell
            type: execute
            retry: {max_attempts: 20, backoff: fixed, initial_delay: 100ms}
            execute: [{type: http_request, method: POST, url: "{{receiver}}/{{order}}"}]
          - {id: done, type: action, action: {type: allow, reason: "{{order}}"}}
        """
    static let kills = 20
    static let senders = 16
    static let batch = 10

    @Test(.timeLimit(.minutes(30))) func nothingAcknowledgedIsLostOrDoneTwice() async throws {
        let seed = ProcessInfo.processInfo.environment["CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999)
        print("crash test: seed \(seed) (repeat with CRASH_SEED=\(seed))")
        var random = SeededGenerator(seed: seed)
        let receiver = Receiver()
        let server = try await RestartableServer()
        let acknowledged = try await receiver.serving { address in
            try await server.start()
            try await server.client.deploy(Self.workflow)
            let load = Load(client: server.client, receiver: address)
            try await withThrowingTaskGroup { group in
                for sender in 0..<Self.senders { group.addTask { await load.send(as: sender) } }
                for kill in 1...Self.kills {
                    // However slow the machine is, each kill meets work.
                    while load.acknowledged.count < kill * 60 { try await Task.sleep(for: .milliseconds(10)) }
                    try await Task.sleep(for: .milliseconds(Int64.random(in: 150...900, using: &random)))
                    server.kill()
                    try await server.start()
                }
                load.stop()
                try await group.waitForAll()
            }
            try await server.client.waitUntilAllEnded()
            // Killed in its own trials three times in a row, also an innocent one is set aside.
            try await Self.resumeSetAside(server.client)
            try await server.client.waitUntilAllEnded()
            return load.acknowledged
        }
        let rate = Double(acknowledged.count) / server.upSeconds
        print(
            "crash test: \(acknowledged.count) events acknowledged over \(Self.kills) kills, \(Int(rate)) per second of uptime"
        )
        try await Self.check(acknowledged, server.client, receiver.requests)
        server.stop()
    }

    private static func resumeSetAside(_ client: APIClient) async throws {
        for execution in try await client.allExecutions() where execution.status == "dead_letter" {
            #expect(try await client.request(.POST, "/api/v1/executions/\(execution.id)/resume").status == 202)
        }
    }

    private static func check(
        _ acknowledged: Set<String>, _ client: APIClient, _ requests: [Receiver.Request]
    ) async throws {
        let executions = try await client.allExecutions()
        var byEvent: [String: Int] = [:]
        for execution in executions {
            byEvent[execution.eventID, default: 0] += 1
            #expect(execution.status == "ended" && execution.result == "allowed")
        }
        #expect(acknowledged.count > 1_000)
        #expect(acknowledged.allSatisfy { byEvent[$0] == 1 }, "an acknowledged event has no execution, or several")
        #expect(byEvent.values.allSatisfy { $0 == 1 })
        var keys: [String: Set<String>] = [:]
        for request in requests { keys[request.path, default: []].insert(request.key) }
        #expect(
            keys.values.allSatisfy { $0.count == 1 && $0.first != "" }, "an activity was repeated under another key")
        #expect(Set(keys.values.flatMap { $0 }).count == keys.count, "two activities shared a key")
        #expect(acknowledged.allSatisfy { keys["/\($0)"] != nil }, "an acknowledged event's activity never came")
        print(
            "crash test: \(requests.count - keys.count) of \(requests.count) attempts were repeats under the same key")
    }
}

/// Events from several senders, each of which goes on with a batch until it is acknowledged.
private final class Load: Sendable {
    private let client: APIClient
    private let receiver: String
    private let state = Mutex<(isStopped: Bool, acknowledged: Set<String>)>((false, []))

    init(client: APIClient, receiver: String) {
        self.client = client
        self.receiver = receiver
    }

    var acknowledged: Set<String> { state.withLock { $0.acknowledged } }

    func stop() { state.withLock { $0.isStopped = true } }

    func send(as sender: Int) async {
        var number = 0
        while !state.withLock({ $0.isStopped }) {
            let ids = (number..<number + CrashTests.batch).map { "order-\(sender)-\($0)" }
            let events = ids.map {
                #"{"id":"\#($0)","event":"load.order","data":{"order":"\#($0)","receiver":"\#(receiver)"}}"#
            }
            if await client.send(batch: events) {
                state.withLock { $0.acknowledged.formUnion(ids) }
                number += CrashTests.batch
            } else {
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
