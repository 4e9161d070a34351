import Foundation
import Instruments
import NIOHTTP1
import ProgramUnderTest
import Telemetry
import Testing
import Workflow

/// What the metrics promise: a scrape is what the catalogue says, and nothing in it stands still for ever.
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
    static let limited = """
        workflow_id: limited
        trigger: {type: event, event: order.limited}
        concurrency: {limit: 1}
        steps: [{id: sleep, type: wait, wait: {duration: 1h}}]
        """
    static let calling = """
        workflow_id: calling
        trigger: {type: event, event: order.calling}
        steps: [{id: call, type: execute, execute: [{type: http_request, url: "{{url}}", timeout: 1h}]}]
        """

    static let emitting = """
        workflow_id: emitting
        trigger: {type: event, event: order.emitting}
        steps: [{id: tell, type: execute, execute: [{type: emit, event: order.told}]}]
        """

    static let telling = """
        workflow_id: telling
        trigger: {type: event, event: order.telling}
        steps: [{id: tell, type: execute, execute: [{type: notify, recipients: ["{{to}}"], message: Hear}]}]
        """

    static let ticking = """
        workflow_id: ticking
        trigger: {type: schedule, interval: 1s}
        steps: [{id: rest, type: sleep, duration: 100ms}]
        """

    static let loading = """
        workflow_id: loading
        trigger: {type: event, event: order.loading}
        context: {load: [order.details]}
        steps: [{id: accept, type: action, action: {type: allow}}]
        """

    /// The file of the source of `loading`: the health of a server, with room in the cache for one answer.
    static func sources(_ address: String) -> String {
        """
        sources: {order.details: {url: "\(address)/health?order={{order.id}}", ttl: 1m}}
        cache: {max_entries: 1}
        """
    }

    static let delivered = """
        workflow_id: delivered
        trigger: {type: webhook, source: github-prod}
        steps: [{id: accept, type: action, action: {type: allow}}]
        """

    static let asking = """
        workflow_id: asking
        trigger: {type: event, event: order.asking}
        steps: [{id: ask, type: approval, title: May it?, approvers: [preset admin key]}]
        """

    /// One more execution asks; if another one does already, it gets its answer.
    static func ask(_ client: APIClient) async throws {
        _ = await client.send(event: "order.asking", data: "{}")
        let open = try await client.json("/api/v1/approvals")["items"]?.array ?? []
        guard open.count > 1, let id = open[0].object?["id"]?.string else { return }
        _ = try await client.request(.POST, "/api/v1/approvals/\(id)/approve")
    }

    /// Looks at an execution that has ended: that ends at once.
    static func watch(_ client: APIClient) async throws {
        let ended = try await client.json("/api/v1/executions?status=ended&limit=1")["items"]?.array ?? []
        let id = try #require(ended.first?.object?["id"]?.string)
        #expect(try await client.request(.GET, "/api/v1/executions/\(id)/live").0 == 200)
    }

    static let dialects = [Dialect.own] + Dialect.choices
    /// These move for a moment only, when a label's cap is passed or a callback fails; other tests see them move.
    static let seenElsewhere: Set<String> = [
        "flowmeter_tasks_waiting", "flowmeter_tasks_oldest_waiting_seconds", "compozy_worker_task_queue_depth",
        "flowmeter_dead_letters", "flowmeter_schedule_overdue_seconds",
        "compozy_webhook_queue_depth", "codeai_job_queue_size", "flowmeter_live_streams",
        "flowmeter_live_events_waiting",
        "flowmeter_events_purged_total", "flowmeter_journal_free_bytes",
        "instruments_label_overflow_total", "instruments_collector_failures_total",
    ]

    @Test(.timeLimit(.minutes(30))) func everyFamilyMoves() async throws {
        var moved: Set<String> = []
        // 12 MB: SQLite's log of writes grows to 4 MB before it is folded in, and further where that has to wait.
        let server = try await RestartableServer(
            shell: "trap '' XFSZ; ulimit -f 24000",
            environment: [
                "FLOWMETER_MONITORING_DIALECTS": Dialect.choices.joined(separator: ","),
                "FLOWMETER_WEBHOOKS_FILE": "webhooks.yaml", "GITHUB_SECRET": "a secret for tests",
                "FLOWMETER_CONTEXT_FILE": "context.yaml",
                "FLOWMETER_RETENTION_COUNT": "1",
            ])
        try Self.sources(server.client.address).write(
            toFile: server.directory.path + "/context.yaml", atomically: true, encoding: .utf8)
        try "sources: {github-prod: {convention: github, secrets: [env:GITHUB_SECRET]}}".write(
            toFile: server.directory.path + "/webhooks.yaml", atomically: true, encoding: .utf8)
        try await server.start()
        let client = server.client
        for definition in [
            Self.decision, Self.failing, Self.waiting, Self.calling, Self.emitting, Self.ticking, Self.delivered,
            Self.asking, Self.limited, Self.telling, Self.loading,
        ] {
            try await client.deploy(definition)
        }
        // All but one of them are forgotten at the next start.
        await Self.send(client)
        moved.formUnion(try await Self.takeOver(server))
        try await Self.failReaders(server)
        #expect(await client.send(event: "order.failing", data: "{}", wait: "?wait=5s"))
        #expect(await client.send(event: "order.waiting", data: "{}"))
        for _ in 0..<2 { #expect(await client.send(event: "order.limited", data: "{}")) }
        #expect(try await client.deliver(#"{"ref":"main"}"#) == 202)
        #expect(await client.send(event: "order.emitting", data: "{}", wait: "?wait=5s"))
        #expect(await client.send(event: "order.telling", data: #"{"to":"log"}"#, wait: "?wait=5s"))
        for _ in 0..<3 { try await Self.ask(client) }
        await Self.load(client)
        try await Self.watch(client)
        try await Self.openCircuit(client)
        moved.formUnion(
            try await Self.movedFamilies(
                client,
                until: [
                    "db_connections_active", "codeai_db_connections_active",
                    "flowmeter_approvals_oldest_pending_seconds", "flowmeter_executions_held",
                ]))
        let lost = try await Self.fillDisk(client)
        #expect(lost > 0, "the server never refused a write")
        moved.formUnion(try await Self.movedFamilies(client, until: ["worker_errors_total"]))
        let catalogue = try Catalogue(Dialect.shipped(Self.dialects))
        let shown = try await Self.shownFamilies(client, of: catalogue)
        #expect(catalogue.differences(from: shown) == [])
        let families = Set(catalogue.families.map(\.name))
        #expect(families.subtracting(moved).isSubset(of: Self.seenElsewhere))
        server.kill()
    }

    /// A process dies with an execution under way; its successor takes it over.
    /// - Returns: the families that had moved while it was under way.
    private static func takeOver(_ server: RestartableServer) async throws -> Set<String> {
        var moved: Set<String> = []
        let unanswered = try await FreePort.find()
        let data = #"{"url":"http://127.0.0.1:\#(unanswered)/"}"#
        let hanging = Receiver(answers: false)
        try await hanging.serving { address in
            #expect(await server.client.send(event: "order.calling", data: #"{"url":"\#(address)/call"}"#))
            while hanging.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            moved = Set(try await samples(server.client).filter { $0.value != 0 }.map(\.family))
            server.kill()
            try await server.start()
        }
        #expect(await server.client.send(event: "order.calling", data: data, wait: "?wait=5s"))
        return moved
    }

    /// One answer is used twice, and another one takes its place.
    private static func load(_ client: APIClient) async {
        for id in [1, 1, 2] {
            let data = #"{"order":{"id":\#(id)}}"#
            #expect(await client.send(event: "order.loading", data: data, wait: "?wait=5s"))
        }
    }

    /// Calls that nobody answers, all at once, until the first one is held back.
    private static func openCircuit(_ client: APIClient) async throws {
        // A free port might be taken by another test meanwhile; nothing listens on this one.
        let data = #"{"url":"http://127.0.0.1:1/"}"#
        for _ in 0..<1_000 {
            for _ in 0..<10 { #expect(await client.send(event: "order.calling", data: data)) }
            if try await value("flowmeter_integration_calls_held_total", client) > 0 { return }
        }
    }

    /// While the file is away, no further connection can be opened.
    private static func failReaders(_ server: RestartableServer) async throws {
        let file = server.directory.path + "/data/flowmeter.sqlite"
        try #require(FileManager.default.fileExists(atPath: file))
        try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
        let client = server.client
        // Only requests that meet each other need one.
        let end = ContinuousClock.now + .seconds(600)
        repeat {
            await withTaskGroup { group in
                for _ in 0..<64 { group.addTask { _ = try? await client.request(.GET, "/api/v1/executions") } }
            }
        } while try await value("db_connections_failed_total", client) == 0 && ContinuousClock.now < end
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
        // What is counted on disk is counted the more seldom, the longer that takes.
        let end = ContinuousClock.now + .seconds(600)
        repeat {
            moved.formUnion(try await samples(client).filter { $0.value != 0 }.map(\.family))
        } while !wanted.isSubset(of: moved) && ContinuousClock.now < end
        return moved
    }

    /// The families of a scrape that has all of the catalogue's: one goes without what a callback yields too late.
    private static func shownFamilies(
        _ client: APIClient, of catalogue: Catalogue
    ) async throws -> [ParsedExposition.Family] {
        let names = Set(catalogue.families.map(\.name))
        let end = ContinuousClock.now + .seconds(600)
        while true {
            let (_, text) = try await client.request(.GET, "/metrics")
            let shown = try ParsedExposition(parsing: Array(text.utf8), format: .text004).families
            if names.isSubset(of: shown.map(\.name)) || ContinuousClock.now >= end { return shown }
            try await Task.sleep(for: .milliseconds(100))
        }
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

extension Catalogue {
    /// In what the families that are shown are not what the catalogue says.
    fileprivate func differences(from shownFamilies: [ParsedExposition.Family]) -> [String] {
        let missing = families.filter { family in !shownFamilies.contains { $0.name == family.name } }
        return missing.map { "\($0.name) is not there" }
            + shownFamilies.flatMap { shown -> [String] in
                guard let family = self[shown.name] else { return ["\(shown.name) is not in the catalogue"] }
                return family.differences(from: shown)
            }
    }
}

extension Catalogue.Family {
    fileprivate func differences(from shown: ParsedExposition.Family) -> [String] {
        var differences: Set<String> = []
        if type != shown.type.rawValue { differences.insert("\(name) is a \(shown.type.rawValue)") }
        let bounds = Set(shown.samples.compactMap { $0["le"] }.compactMap(Double.init))
        if let buckets, !shown.samples.isEmpty, bounds != Set(buckets + [.infinity]) {
            differences.insert("\(name) has the buckets \(bounds.sorted())")
        }
        for sample in shown.samples {
            let names = sample.labels.map(\.name).filter { $0 != "le" }
            if Set(names) != Set(labels.map(\.name)) { differences.insert("\(name) has the labels \(names)") }
            for label in labels where label.domain == .closed {
                guard let value = sample[label.name], label.values?.contains(value) != true else { continue }
                differences.insert("\(name) has \(label.name)=\(value)")
            }
        }
        return differences.sorted()
    }
}
