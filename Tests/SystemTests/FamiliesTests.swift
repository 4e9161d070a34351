import Foundation
import NIOHTTP1
import ProgramUnderTest
import Testing
import Workflow

/// What the metrics promise: nothing in a scrape stands still for ever.
@Suite(.serialized) struct FamiliesTests {
    static let decision = """
        workflow_id: decision
        trigger: {type: event, event: order.placed}
        steps: [{id: accept, type: action, action: {type: allow}}]
        """
    static let failing = """
        workflow_id: failing
        trigger: {type: event, event: order.failing}
        context: {load: [order.details]}
        steps: [{id: accept, type: action, action: {type: allow}}]
        """
    static let waiting = """
        workflow_id: waiting
        trigger: {type: event, event: order.waiting}
        steps: [{id: sleep, type: wait, wait: {duration: 1h}}]
        """
    static let calling = """
        workflow_id: calling
        trigger: {type: event, event: order.calling}
        steps: [{id: call, type: execute, execute: [{type: http_request, url: "{{url}}", timeout: 1h}]}]
        """

    /// All that a scrape holds: the families of the contract that this server has something to measure for, those of
    /// the process, and the server's own.
    static let families: Set<String> = [
        "http_requests_total", "http_request_duration_seconds", "http_request_size_bytes", "http_response_size_bytes",
        "workflow_executions_total", "workflow_executions_started_total", "workflow_execution_duration_seconds",
        "workflow_step_duration_seconds", "workflow_execution_errors_total", "active_workflow_executions",
        "workflow_info", "db_connections_active", "db_connections_failed_total", "db_pool_size",
        "db_query_duration_seconds", "db_query_errors_total", "process_cpu_seconds_total",
        "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_start_time_seconds",
        "process_open_fds", "process_max_fds", "process_virtual_memory_max_bytes", "process_heap_bytes",
        "process_heap_used_bytes", "process_threads", "process_page_faults_total", "process_context_switches_total",
        "flowmeter_build_info", "flowmeter_uptime_seconds",
        "flowmeter_tasks_waiting", "flowmeter_tasks_oldest_waiting_seconds", "flowmeter_task_wait_seconds",
        "flowmeter_lease_takeovers_total", "instruments_label_overflow_total", "instruments_collector_failures_total",
    ]
    /// These move for a moment only, when a label's cap is passed or a callback fails; RuntimeTests and InstrumentsTests see them move.
    static let seenElsewhere: Set<String> = [
        "flowmeter_tasks_waiting", "flowmeter_tasks_oldest_waiting_seconds", "instruments_label_overflow_total",
        "instruments_collector_failures_total",
    ]

    @Test(.timeLimit(.minutes(2))) func everyFamilyMoves() async throws {
        var moved: Set<String> = []
        let server = try await RestartableServer(shell: "trap '' XFSZ; ulimit -f 6000")
        try await server.start()
        let client = server.client
        for definition in [Self.decision, Self.failing, Self.waiting, Self.calling] {
            try await client.deploy(definition)
        }
        try await Self.takeOver(server)
        try await Self.failReaders(server)
        #expect(await client.send(event: "order.failing", data: "{}", wait: "?wait=5s"))
        #expect(await client.send(event: "order.waiting", data: "{}"))
        moved.formUnion(try await Self.movedFamilies(client, until: ["db_connections_active"]))
        let lost = try await Self.fillDisk(client)
        #expect(lost > 0, "the server never refused a write")
        moved.formUnion(try await Self.movedFamilies(client))
        let shown = try await Self.shownFamilies(client)
        #expect(shown == Self.families)
        #expect(Self.families.subtracting(moved).isSubset(of: Self.seenElsewhere))
        server.kill()
    }

    /// A process dies with an execution under way; its successor takes it over.
    private static func takeOver(_ server: RestartableServer) async throws {
        let unanswered = try await FreePort.find()
        let data = #"{"url":"http://127.0.0.1:\#(unanswered)/"}"#
        let hanging = Receiver(answers: false)
        try await hanging.serving { address in
            #expect(await server.client.send(event: "order.calling", data: #"{"url":"\#(address)/call"}"#))
            while hanging.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            server.kill()
            try await server.start()
        }
        #expect(await server.client.send(event: "order.calling", data: data, wait: "?wait=5s"))
    }

    /// While the file is away, no further connection can be opened.
    private static func failReaders(_ server: RestartableServer) async throws {
        let file = server.directory.path + "/data/flowmeter.sqlite"
        try #require(FileManager.default.fileExists(atPath: file))
        try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
        let client = server.client
        for _ in 0..<20 {
            await withTaskGroup { group in
                for _ in 0..<64 { group.addTask { _ = try? await client.request(.GET, "/api/v1/executions") } }
            }
            if try await value("db_connections_failed_total", client) > 0 { break }
        }
        try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
    }

    /// Sends large events until the disk, which is a limit on the size of files here, takes no more.
    /// - Returns: how many were refused.
    private static func fillDisk(_ client: APIClient) async throws -> Int {
        let filling = String(repeating: "x", count: 200_000)
        var refused = 0
        for _ in 0..<200 where refused < 3 {
            let body = #"{"event":"order.other","data":{"filling":"\#(filling)"}}"#
            let (status, _) = try await client.request(.POST, "/api/v1/events", body: body)
            #expect(status == 202 || status == 503)
            if status == 503 { refused += 1 }
        }
        return refused
    }

    private static func send(_ client: APIClient) async {
        for _ in 0..<50 { _ = await client.send(event: "order.placed", data: "{}") }
    }

    // MARK: Reading scrapes

    /// Families that have a sample other than 0, now or at some moment under load: until the wanted ones have moved.
    private static func movedFamilies(_ client: APIClient, until wanted: Set<String> = []) async throws -> Set<String> {
        let load = Task { while !Task.isCancelled { await send(client) } }
        defer { load.cancel() }
        var moved: Set<String> = []
        for _ in 0..<3_000 {
            moved.formUnion(try await samples(client).filter { $0.value != 0 }.map(\.family))
            if wanted.isSubset(of: moved) { break }
        }
        return moved
    }

    private static func shownFamilies(_ client: APIClient) async throws -> Set<String> {
        let (_, text) = try await client.request(.GET, "/metrics")
        return Set(
            text.split(separator: "\n").compactMap {
                $0.hasPrefix("# TYPE ") ? String($0.split(separator: " ")[2]) : nil
            })
    }

    private static func value(_ family: String, _ client: APIClient) async throws -> Double {
        try await samples(client).filter { $0.family == family }.map(\.value).reduce(0, +)
    }

    private static func samples(_ client: APIClient) async throws -> [(family: String, value: Double)] {
        let (_, text) = try await client.request(.GET, "/metrics")
        return text.split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " "),
                let value = Double(line[space...].dropFirst())
            else { return nil }
            let name = line.prefix { $0 != "{" && $0 != " " }
            guard let suffix = ["_bucket", "_sum"].first(where: { name.hasSuffix($0) }) else {
                let isCount = name.hasSuffix("_count")
                return (String(isCount ? name.dropLast(6) : name), value)
            }
            return (String(name.dropLast(suffix.count)), 0)
        }
    }
}
