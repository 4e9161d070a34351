import Foundation
import NIOHTTP1
import ProgramUnderTest
import Testing
import Workflow

/// A server whose disk is at the test's mercy, what was asked of it, and what it acknowledged.
final class DiskBench {
    let server: RestartableServer
    let faults: DiskFaults
    let ledger = DiskLedger()
    let receiver: String
    private var count = 0
    private(set) var deaths = 0

    /// - Parameter receiver: the address that steps call.
    init(receiver: String) async throws {
        let directory = try TemporaryDirectory()
        faults = try DiskFaults(in: directory.path)
        server = try await RestartableServer(environment: faults.environment, directory: directory)
        self.receiver = receiver
    }

    var client: APIClient { server.client }

    /// A name that has not been given yet.
    func name(_ what: String) -> String {
        count += 1
        return "\(what)-\(count)"
    }

    /// Starts the server as often as it takes; returns at once when it runs.
    func revive() async throws {
        for _ in 0..<40 {
            if !server.isRunning {
                if server.wasKilled { deaths += 1 }
                try server.launch()
            }
            while server.isRunning {
                if let answer = try? await client.request(.GET, "/ready"), answer.status == 200 { return }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        throw DiskFaults.Failure(description: "the server does not start any more:\n\(server.log.suffix(2_000))")
    }

    /// Asks until the answer is one of these; the server may die and say no meanwhile.
    @discardableResult
    func insist(
        _ method: HTTPMethod, _ path: String, body: String? = nil, type: String = "application/json",
        headers: HTTPHeaders = [:], until statuses: Set<Int>
    ) async throws -> (status: Int, json: JSONObject) {
        var last = "no answer"
        let end = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < end {
            if let answer = try? await client.request(method, path, body: body, type: type, headers: headers) {
                if statuses.contains(answer.status) {
                    return (answer.status, (try? JSONValue(parsing: Array(answer.body.utf8)))?.object ?? [:])
                }
                last = "\(answer.status): \(answer.body)"
                guard answer.status == 503 else { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            try await revive()
        }
        throw DiskFaults.Failure(description: "\(method) \(path) gave \(last)")
    }

    /// Asks until what is read fits.
    @discardableResult
    func watch(_ path: String, until fits: (JSONObject) -> Bool) async throws -> JSONObject {
        var last = JSONObject()
        let end = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < end {
            last = try await insist(.GET, path, until: [200]).json
            if fits(last) { return last }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw DiskFaults.Failure(description: "\(path) stays \(JSONValue.object(last))")
    }

    // MARK: What phases are made of

    func deploy(_ definition: String, id: String, version: String) async throws {
        try await insist(.POST, "/api/v1/workflows", body: definition, type: "application/yaml", until: [200, 201])
        ledger.note { $0.versions[id] = version }
    }

    /// - Parameter result: what the one execution that it starts must come to; nil when it starts none.
    func send(_ event: String, id: String, data: String, result: String?) async throws {
        let body = #"{"id":"\#(id)","event":"\#(event)","data":\#(data)}"#
        try await insist(.POST, "/api/v1/events", body: body, until: [200, 202])
        if let result { ledger.note { $0.events[id] = result } }
    }

    /// The execution that the event started, as soon as it fits.
    @discardableResult
    func execution(of event: String, until fits: (JSONObject) -> Bool) async throws -> String {
        let page = try await watch("/api/v1/executions?event_id=\(event)") { page in
            guard let only = page["items"]?.array?.first?.object else { return false }
            return fits(only)
        }
        return page["items"]?.array?.first?.object?["id"]?.string ?? ""
    }

    func end(of event: String) async throws {
        try await execution(of: event) { $0["status"] == "ended" }
    }

    // MARK: The end

    /// Compares what is there with what was acknowledged, after a last start without faults.
    func check(_ requests: [Receiver.Request]) async throws {
        faults.relent()
        server.kill()
        try await revive()
        try await client.waitUntilAllEnded()
        let entries = ledger.entries
        let executions = Dictionary(grouping: try await client.allExecutions(), by: \.eventID)
        for (event, result) in entries.events {
            let results = executions[event, default: []].map(\.result)
            #expect(results == [result], "the acknowledged event \(event) came to \(results)")
        }
        #expect(executions.values.allSatisfy { $0.count == 1 }, "an event has started its execution twice")
        for (key, isGood) in entries.keys {
            let client = APIClient(address: client.address, key: key)
            #expect(try await client.request(.GET, "/api/v1/workflows").status == (isGood ? 200 : 401))
        }
        for (id, version) in entries.versions {
            let workflow = try await client.json("/api/v1/workflows/\(id)")
            #expect(workflow["version"]?.string == version)
            if let enabled = entries.enabled[id] { #expect(workflow["enabled"] == .bool(enabled)) }
        }
        var keys: [String: Set<String>] = [:]
        for request in requests { keys[request.path, default: []].insert(request.key) }
        #expect(keys.values.allSatisfy { $0.count == 1 && $0 != [""] }, "a call was repeated under another key")
        #expect(entries.calls.isSubset(of: Set(keys.keys)), "an acknowledged event's call never came")
        #expect(requests.count - keys.count <= deaths, "calls were repeated without a death")
        #expect(server.stop() == 0)
        let database = server.directory.path + "/data/flowmeter.sqlite"
        let verdict = try BuiltProgram.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["python3", "-c", Self.integrity, database])
        #expect(verdict.output == "ok\n", "\(verdict.output)\(verdict.errors)")
    }

    private static let integrity = """
        import sqlite3, sys
        print(sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone()[0])
        """
}
