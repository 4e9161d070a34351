import Foundation
import NIOHTTP1
import ProgramUnderTest
import Telemetry
import Testing
import Workflow

/// From what happens in the server to the message that somebody gets, and back to silence.
@Suite(.serialized) struct AlertChainTests {
    /// What calls a service and promises to be well.
    private static let calling = """
        workflow_id: calling
        trigger: {type: event, event: order.calling}
        slo: {objective: 99}
        steps: [{id: call, type: execute, execute: [{type: http_request, url: "{{url}}", timeout: 1h}]}]
        """

    /// Not provoked here: what needs hours, much memory, a slow or a full disk, a thousand workflows, or a defect of the
    /// engine. Each has its cases for promtool.
    private static let unprovoked: Set<String> = [
        "HighMemoryUsage", "DatabaseSlow", "DatabasePoolExhausted", "DiskFillingUp", "DiskFullSoon",
        "WorkflowInternalErrors", "ScrapeOverflow", "CollectorFailing", "ScrapeSlow", "SlowToStart", "ScheduleLate",
        "ApprovalsAgeing", "RetentionFailing",
        "DeadLetters", "SLOBurnRate1d",
        "SLOBurnRate3d",
    ]

    @Test(.timeLimit(.minutes(30))) func alertsReachPeopleAndPanelsHaveData() async throws {
        let server = try await RestartableServer(
            shell: "trap '' XFSZ; ulimit -S -f 60000; ulimit -n 400",
            environment: [
                "FLOWMETER_MONITORING_DIALECTS": Dialect.choices.joined(separator: ","),
                "FLOWMETER_CONTEXT_FILE": "context.yaml",
            ])
        try FamiliesTests.sources(server.client.address).write(
            toFile: server.directory.path + "/context.yaml", atomically: true, encoding: .utf8)
        try await server.start()
        for definition in [
            FamiliesTests.decision, FamiliesTests.waiting, FamiliesTests.emitting, FamiliesTests.ticking,
            FamiliesTests.asking, FamiliesTests.telling, FamiliesTests.loading,
            Self.calling,
        ] {
            try await server.client.deploy(definition)
        }
        let rendered = try RenderedMonitoring(
            definitions: ["calling.yaml": Self.calling],
            target: String(server.client.address.dropFirst("http://".count)))
        let (receiver, mail) = (Receiver(), try await MailReceiver())
        try await receiver.serving { address in
            let chain = try await AlertChain(rendered, receiver: receiver, address: address, mailPort: mail.port)
            defer { chain.stop() }
            // At first: connections that are there stay.
            var provoked = try await Self.loseDatabase(server, chain)
            provoked += try await Self.fail(server, chain)
            provoked += try await Self.slowDown(server, chain)
            provoked += try await Self.readMuch(server, chain)
            provoked += try await Self.saturate(server, chain)
            provoked += try await Self.restart(server, chain)
            // A schedule would go on failing, and so would what its circuit holds back.
            _ = try await server.client.request(.POST, "/api/v1/workflows/ticking/disable")
            try await Self.terminateHeld(server.client)
            // At last: no server starts on a full disk.
            provoked += try await Self.fillDisk(server, chain)
            try server.liftFileLimit()
            try await Self.expectData(rendered, chain)
            try await Self.expectPending(provoked, chain)
            try await chain.waitUntilResolved(provoked)
            try await Self.expectAll(provoked, rendered, receiver, mail)
        }
        server.kill()
        try await mail.stop()
    }

    /// Ends all calls, until none is open.
    private static func terminateHeld(_ client: APIClient) async throws {
        let body = #"{"action":"terminate","filter":{"workflow_id":"calling"},"limit":100}"#
        let end = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < end {
            let (status, text) = try await client.request(.POST, "/api/v1/executions/bulk", body: body)
            try #require(status == 200, "\(text)")
            if try JSONValue(parsing: Array(text.utf8)).object?["matched"] == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("calls were still open")
    }

    // MARK: Provoking

    private static func fail(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        let alerts = [
            "ActivitiesFailing", "NotificationsFailing", "IntegrationFailing", "CircuitOpen", "WorkflowFailing",
            "SLOBurnRate1h", "SLOBurnRate6h",
        ]
        // Nothing listens on the first ports, and no other test can. The circuit of the first opens; the others fail too
        // seldom for that.
        var calls = 0
        let client = server.client
        try await chain.provoke(alerts) {
            calls += 1
            for port in calls < 30 ? [1, calls + 1] : [calls % 1_000 + 1] {
                _ = await client.send(event: "order.calling", data: #"{"url":"http://127.0.0.1:\#(port)/"}"#)
            }
            _ = await client.send(event: "order.emitting", data: "{}")
            _ = await client.send(event: "order.telling", data: ##"{"to":"slack:#nowhere"}"##)
            _ = await client.send(event: "order.loading", data: #"{"order":{"id":1}}"#)
            _ = await client.send(event: "order.placed", data: "{}")
            _ = try await client.request(.GET, "/api/v1/executions/unknown")
            try await FamiliesTests.ask(client)
        }
        return alerts
    }

    /// Requests that wait for an execution take as long as it does.
    private static func slowDown(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        let alerts = ["HighLatency", "HighRequestLatency"]
        let client = server.client
        try await chain.provoke(alerts) {
            await withTaskGroup { group in
                for _ in 0..<16 {
                    group.addTask { _ = await client.send(event: "order.waiting", data: "{}", wait: "?wait=3s") }
                }
            }
        }
        return alerts
    }

    /// Answers with much in them take time of a processor, too.
    private static func readMuch(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        let alerts = ["LargeResponsePayloads", "HighCPUUsage"]
        let client = server.client
        let filling = String(repeating: "x", count: 200_000)
        #expect(await client.send(event: "order.placed", id: "large", data: #"{"filling":"\#(filling)"}"#))
        let listed = try await client.json("/api/v1/executions?event_id=large")["items"]?.array?.first
        let id = try #require(listed?.object?["id"]?.string)
        try await chain.provoke(alerts) {
            await withTaskGroup { group in
                for _ in 0..<32 {
                    group.addTask { _ = try? await client.request(.GET, "/api/v1/executions/\(id)/trace") }
                }
            }
        }
        return alerts
    }

    /// Calls that nobody answers take all places, and connections all file descriptors.
    private static func saturate(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        let alerts = ["WorkerSaturated", "FileDescriptorsRunningOut", "WorkWaitingTooLong"]
        let client = server.client
        let hanging = Receiver(answers: false)
        try await hanging.serving { address in
            var sockets: [Int32] = []
            var sent = 0
            defer { sockets.forEach { close($0) } }
            try await chain.provoke(alerts) {
                // More executions than the worker drives at once.
                while sent < 90 {
                    let event = #"{"event":"order.calling","data":{"url":"\#(address)/call"}}"#
                    if await client.send(batch: Array(repeating: event, count: 50)) { sent += 1 }
                }
                while sockets.count < 210 { sockets.append(try Self.connect(client.address)) }
            }
        }
        return alerts
    }

    private static func connect(_ address: String) throws -> Int32 {
        let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        return descriptor
    }

    /// While its file is away, the database cannot be reached.
    private static func loseDatabase(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        let alerts = ["DatabaseConnectionFailure"]
        let file = server.directory.path + "/data/flowmeter.sqlite"
        let client = server.client
        try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
        defer { try? FileManager.default.moveItem(atPath: file + ".away", toPath: file) }
        try await chain.provoke(alerts) {
            await withTaskGroup { group in
                for _ in 0..<64 { group.addTask { _ = try? await client.request(.GET, "/api/v1/executions") } }
            }
        }
        return alerts
    }

    /// The limit on the size of files stands for a full disk.
    private static func fillDisk(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        let alerts = ["HighErrorRate", "DatabaseErrors"]
        let body = #"{"event":"order.other","data":{"filling":"\#(String(repeating: "x", count: 200_000))"}}"#
        let client = server.client
        try await chain.provoke(alerts) {
            await withTaskGroup { group in
                for _ in 0..<8 { group.addTask { _ = try? await client.request(.POST, "/api/v1/events", body: body) } }
            }
        }
        return alerts
    }

    private static func restart(_ server: RestartableServer, _ chain: AlertChain) async throws -> [String] {
        try await chain.provoke(["APIDown"]) { server.kill() }
        let alerts = ["Restarting", "LeasesTakenOver"]
        var lastStart = try await chain.lastStart()
        try await chain.provoke(alerts) {
            server.kill()
            try await server.start()
            lastStart = try await chain.waitUntilSeen(startedAfter: lastStart)
        }
        return ["APIDown"] + alerts
    }

    // MARK: What is to be seen

    /// All but those that say at once what has happened have waited before they fired, at any time of the test.
    private static func expectPending(_ provoked: [String], _ chain: AlertChain) async throws {
        let query = #"count by (alertname) (count_over_time(ALERTS{alertstate="pending"}[1h]))"#
        let pending = try await chain.prometheus.query(query).compactMap { $0.labels["alertname"]?.string }
        #expect(Set(provoked).subtracting(pending) == ["LeasesTakenOver"])
    }

    /// All that can be provoked was, was pending before it fired, and went to each receiver of its route.
    private static func expectAll(
        _ provoked: [String], _ rendered: RenderedMonitoring, _ receiver: Receiver, _ mail: MailReceiver
    ) async throws {
        let files = try AlertChain.alerting.map { try rendered.text("prometheus/rules/alerts.yml", $0) }
        let names = files.flatMap { $0.split(separator: "\n") }.compactMap { $0.wholeMatch(of: /\ *- alert: (\w+)/)?.1 }
        #expect(Set(names.map(String.init)).symmetricDifference(Set(provoked).union(unprovoked)) == [])
        func isOnSlack(_ alert: String) -> Bool {
            receiver.requests.contains { $0.path == "/slack" && $0.body.contains(alert) }
        }
        func isMailed(_ alert: String) -> Bool {
            mail.messages.contains { $0.contains("[FIRING") && $0.contains(alert) }
        }
        func isPaged(_ alert: String) -> Bool {
            receiver.requests.contains { $0.path.hasPrefix("/pagerduty") && $0.body.contains(alert) }
        }
        let critical = ["APIDown", "HighErrorRate"]
        // Each receiver is told by itself, and tried again by itself when it could not be told.
        let end = ContinuousClock.now + .seconds(600)
        while !provoked.allSatisfy({ isOnSlack($0) && isMailed($0) }) || !critical.allSatisfy(isPaged),
            ContinuousClock.now < end
        {
            try await Task.sleep(for: .milliseconds(200))
        }
        for alert in provoked {
            #expect(isOnSlack(alert), "\(alert)")
            #expect(isMailed(alert), "\(alert)")
        }
        for alert in critical { #expect(isPaged(alert), "\(alert)") }
        #expect(!isPaged("WorkflowFailing"))
    }

    /// No panel says that it has no data.
    private static func expectData(_ rendered: RenderedMonitoring, _ chain: AlertChain) async throws {
        for dialect in Dialect.choices {
            let job = dialect == Dialect.standard ? "workflows-api" : "flowmeter"
            for file in try rendered.dashboards(dialect) {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                for query in text.matches(of: /"expr" : "((?:[^"\\]|\\.)*)"/).map(\.1) {
                    let expression = try #require(JSONValue(parsing: Array("\"\(query)\"".utf8)).string)
                        .replacing("$job", with: job).replacing("$instance", with: ".*")
                        .replacing("$__rate_interval", with: "2m")
                    // Numbers within the last minutes, as a panel shows them.
                    let counted = try await chain.prometheus.query("count_over_time(((\(expression)) >= -Inf)[3m:2s])")
                    #expect(!counted.isEmpty, "\(dialect): \(expression)")
                }
            }
        }
    }
}
