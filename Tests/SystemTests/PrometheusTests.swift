import Foundation
import NIOHTTP1
import ProgramUnderTest
import Testing
import Workflow

/// A real Prometheus scrapes a real server.
@Suite(.serialized) struct PrometheusTests {
    static let name = "Guard \"of\" C:\\orders\nsecond line 🛒"

    static var definition: String {
        let name = JSONValue.string(name).description
        return """
            workflow_id: orders-guard
            name: \(name)
            trigger: {type: event, event: order.placed}
            steps:
              - {id: large, type: condition, condition: {field: total, operator: gt, value: 100}, on_true: refuse, on_false: accept}
              - {id: refuse, name: \(name), type: action, action: {type: block}}
              - {id: accept, type: action, action: {type: allow}}
            """
    }

    @Test(.timeLimit(.minutes(30))) func prometheusSeesWhatHappened() async throws {
        let server = try RunningServer()
        let client = APIClient(address: server.address, key: server.key)
        try await client.deploy(Self.definition)
        let prometheus = try await Prometheus(target: server.address)
        defer { prometheus.stop() }
        try await prometheus.becomes("up", 1)
        for number in 0..<300 {
            #expect(await client.send(event: "order.placed", data: #"{"total":\#(number)}"#, wait: "?wait=5s"))
        }
        try await prometheus.becomes("sum(workflow_executions_total)", 300)
        try await prometheus.becomes(#"sum(workflow_executions_total{status="blocked",trigger_type="event"})"#, 199)
        try await prometheus.becomes(#"sum(workflow_executions_total{status="allowed"})"#, 101)
        try await prometheus.becomes("sum(active_workflow_executions)", 0)
        let p95 = try await prometheus.until(
            "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[1m])))"
        ) { !$0.isNaN }
        #expect(p95 > 0 && p95 < 5)
        let names = try await prometheus.values(of: "workflow_name", in: "workflow_info")
        #expect(names == [Self.name])
        let steps = try await prometheus.values(of: "step_name", in: "workflow_step_duration_seconds_count")
        #expect(Set(steps) == ["large", Self.name, "accept"])
    }

    @Test func promtoolFindsNothing() async throws {
        let server = try RunningServer()
        let client = APIClient(address: server.address, key: server.key)
        try await client.deploy(Self.definition)
        #expect(await client.send(event: "order.placed", data: #"{"total":1}"#, wait: "?wait=5s"))
        let (status, metrics) = try await client.request(.GET, "/metrics")
        #expect(status == 200)
        let outcome = try Prometheus.promtool(["check", "metrics"], input: metrics)
        #expect(
            outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty,
            "\(outcome.output)\(outcome.errors)")
    }
}
