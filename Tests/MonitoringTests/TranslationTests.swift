import DocumentSupport
import Documents
import Telemetry
import Testing

@testable import Monitoring

/// A query of one dialect asks the same of another, or is left as it was.
@Suite struct TranslationTests {
    private static func outcome(_ text: String, _ from: String, _ to: String, path: String = "a.promql") throws
        -> RewrittenFile
    {
        let dialects = try Dialect.shipped([from, to, Dialect.own])
        let translation = Translation(from: dialects[0], to: dialects[1], kept: dialects[2])
        return try translation.translated(SourceFile(path: path, bytes: Array(text.utf8)))
    }

    private static let standard = "intelligent-workflows"

    @Test(arguments: [
        // Names and labels.
        (
            standard, "compozy", #"sum by (path, status) (rate(http_requests_total{status=~"5.."}[5m]))"#,
            #"sum by (path, status_code) (rate(compozy_http_requests_total{status_code=~"5.."}[5m]))"#
        ),
        // A histogram counts as well as a counter does.
        (
            standard, "opentelemetry", #"sum(rate(http_requests_total{job="api", status="500"}[5m]))"#,
            #"sum(rate(http_server_request_duration_seconds_count{job="api", http_response_status_code="500"}[5m]))"#
        ),
        (
            "opentelemetry", "codeai", "sum(rate(http_server_request_duration_seconds_count[5m]))",
            "sum(rate(codeai_http_requests_total[5m]))"
        ),
        // Values that are called otherwise.
        (
            standard, "opentelemetry", #"sum(rate(http_requests_total{method!~"GET|other"}[5m]))"#,
            "sum(rate(http_server_request_duration_seconds_count"
                + #"{http_request_method=~"POST|PUT|DELETE|PATCH|HEAD|OPTIONS"}[5m]))"#
        ),
        (
            standard, "opentelemetry", #"sum(rate(http_requests_total{method="other"}[5m]))"#,
            #"sum(rate(http_server_request_duration_seconds_count{http_request_method="_OTHER"}[5m]))"#
        ),
        // A family that counts just what the matcher picks, and back.
        (
            standard, "compozy",
            #"sum by (workflow_id) (rate(workflow_executions_total{status=~"failed|timeout"}[5m]))"#,
            "sum by (workflow_type) (rate(compozy_temporal_workflow_failed_total{}[5m]))"
        ),
        (
            "compozy", standard, "sum(rate(compozy_temporal_workflow_failed_total[5m]))",
            #"sum(rate(workflow_executions_total{status=~"failed|timeout"}[5m]))"#
        ),
        (
            standard, "compozy", "sum(rate(workflow_executions_total[5m]))",
            "sum(rate(compozy_temporal_workflow_duration_seconds_count[5m]))"
        ),
        (
            standard, "opentelemetry", #"sum by (query_type) (rate(db_query_errors_total{query_type="insert"}[5m]))"#,
            "sum by (db_operation_name) (rate(db_client_operation_duration_seconds_count"
                + #"{db_operation_name="insert", error_type!=""}[5m]))"#
        ),
        (
            standard, "opentelemetry", #"sum(rate(db_query_errors_total{error_type="timeout"}[5m]))"#,
            #"sum(rate(db_client_operation_duration_seconds_count{error_type="timeout"}[5m]))"#
        ),
        // Quantiles and matching.
        (
            standard, "codeai",
            "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m]))) > 1",
            "histogram_quantile(0.95, sum by (le, path) (rate(codeai_http_request_duration_seconds_bucket[5m]))) > 1"
        ),
        (
            standard, "compozy",
            "sum by (workflow_id) (active_workflow_executions) * 0 + sum(rate(http_requests_total[5m]))", nil
        ),
        (
            standard, "codeai",
            "sum by (workflow_id) (rate(workflow_executions_total[5m])) / on (workflow_id) "
                + "sum by (workflow_id) (rate(workflow_execution_duration_seconds_count[5m]))",
            "sum by (workflow) (rate(codeai_workflow_executions_total[5m])) / on (workflow) "
                + "sum by (workflow) (rate(codeai_workflow_execution_duration_seconds_count[5m]))"
        ),
        (
            standard, "codeai",
            "sum by (workflow_id) (rate(workflow_executions_total[5m])) * on (workflow_id) "
                + "group_left (workflow_name) workflow_info", nil
        ),
        (
            standard, "codeai", "sum without (trigger_type, status) (rate(workflow_executions_total[5m]))",
            "sum without (status) (rate(codeai_workflow_executions_total[5m]))"
        ),
        (
            standard, "codeai",
            #"label_replace(sum by (workflow_id) (workflow_executions_total), "w", "$1", "workflow_id", "(.*)")"#,
            #"label_replace(sum by (workflow) (codeai_workflow_executions_total), "w", "$1", "workflow", "(.*)")"#
        ),
        // What is not the dialect's is left alone.
        (standard, "codeai", "up + flowmeter_tasks_waiting + node_load1", "up + flowmeter_tasks_waiting + node_load1"),
        // What cannot be told.
        (standard, "codeai", "sum by (service) (http_requests_total)", nil),
        (standard, "codeai", #"sum(rate(workflow_executions_total{trigger_type="event"}[5m]))"#, nil),
        (standard, "codeai", #"sum(rate(http_request_duration_seconds_bucket{le="60"}[5m]))"#, nil),
        (standard, "compozy", #"{__name__=~"http_.*"}"#, nil),
        // How much and how often are of one histogram there too.
        (
            standard, "codeai",
            "rate(http_request_duration_seconds_sum[5m]) / rate(http_request_duration_seconds_count[5m])",
            "rate(codeai_http_request_duration_seconds_sum[5m]) / rate(codeai_http_request_duration_seconds_count[5m])"
        ),
        (
            standard, "codeai", "sum(rate(http_request_duration_seconds_count[5m]))",
            "sum(rate(codeai_http_requests_total[5m]))"
        ),
        // Two sides that would no longer find each other.
        (
            standard, "codeai", "rate(http_request_duration_seconds_sum[5m]) / rate(http_requests_total[5m])", nil
        ),
        (
            "opentelemetry", standard,
            "http_server_active_requests / on (http_request_method) group_left () db_client_connection_max", nil
        ),
        (
            standard, "compozy",
            "sum by (method, path) (rate(http_requests_total[5m])) "
                + "/ on (method, path) rate(http_request_size_bytes_count[5m])", nil
        ),
        // What chooses series, or keeps one side's, keeps their labels.
        (
            "compozy", standard, "sum by (status_code) (topk by (method) (3, rate(compozy_http_requests_total[5m])))",
            "sum by (status) (topk by (method) (3, rate(http_requests_total[5m])))"
        ),
        (
            standard, "compozy",
            "sum by (status) (rate(http_requests_total[5m]) and on (method, path) "
                + "rate(http_request_size_bytes_count[5m]))",
            "sum by (status_code) (rate(compozy_http_requests_total[5m]) and on (method, path) "
                + "rate(compozy_http_request_size_bytes_count[5m]))"
        ),
        // Metrics of others keep their labels.
        (standard, "compozy", "rate(http_requests_total[5m]) * on (status) group_left (team) status_owner", nil),
        // A label that means something else there, or is made.
        ("compozy", standard, #"sum(rate(compozy_http_requests_total{status="200"}[5m]))"#, nil),
        (
            "compozy", standard,
            "sum by (status) (label_replace(rate(compozy_http_requests_total[5m]), "
                + #""status", "${1}xx", "status_code", "(.).."))"#, nil
        ),
        // Matchers go and come one by one; what stands around them stays.
        (
            standard, "compozy", #"sum(workflow_executions_total{status=~"failed|timeout",})"#,
            "sum(compozy_temporal_workflow_failed_total{})"
        ),
        (
            standard, "compozy",
            #"sum(workflow_executions_total{ job="a" ,status=~"failed|timeout", workflow_id="b", })"#,
            #"sum(compozy_temporal_workflow_failed_total{ job="a" ,workflow_type="b", })"#
        ),
        (
            standard, "compozy", #"sum(workflow_executions_total{workflow_id="b", status=~"failed|timeout",})"#,
            #"sum(compozy_temporal_workflow_failed_total{workflow_type="b",})"#
        ),
        (
            "compozy", standard, "sum(compozy_temporal_workflow_failed_total{ })",
            #"sum(workflow_executions_total{status=~"failed|timeout" })"#
        ),
        (
            "compozy", standard, #"sum({"compozy_temporal_workflow_failed_total"})"#,
            #"sum({"workflow_executions_total", status=~"failed|timeout"})"#
        ),
        (
            "compozy", standard, #"sum({job="a", __name__="compozy_temporal_workflow_failed_total"})"#,
            #"sum({job="a", __name__="workflow_executions_total", status=~"failed|timeout"})"#
        ),
        // Labels that functions read, make or bring.
        (
            standard, "codeai", #"sort_by_label(sum by (workflow_id) (workflow_executions_total), "workflow_id")"#,
            #"sort_by_label(sum by (workflow) (codeai_workflow_executions_total), "workflow")"#
        ),
        (
            standard, "codeai", #"count_values by (workflow_id) ("n", workflow_executions_total)"#,
            #"count_values by (workflow) ("n", codeai_workflow_executions_total)"#
        ),
        (standard, "codeai", #"count_values by (workflow_id) ("workflow", workflow_executions_total)"#, nil),
        (
            standard, "codeai",
            "sum by (workflow_id) (workflow_executions_total) * on (workflow_id) group_left (workflow) owners", nil
        ),
        (
            "compozy", standard,
            "sum by (method, status_code) (rate(compozy_http_requests_total[5m])) * on (method) group_left (status) "
                + "label_replace(sum by (method) (compozy_http_requests_in_flight), "
                + #""status", "a", "", "")"#, nil
        ),
        // What would be no query.
        ("opentelemetry", standard, #"http_server_active_requests{url_scheme="https"}"#, nil),
    ])
    func queries(from: String, to: String, query: String, expected: String?) throws {
        let outcome = try Self.outcome(query, from, to)
        #expect(String(decoding: outcome.bytes, as: UTF8.self) == expected ?? query)
        #expect(outcome.problems.contains { $0.severity == .error } == (expected == nil))
    }

    /// The reason is that of the family that counts what is asked for.
    @Test func theReasonIsTheNearest() throws {
        let query = #"sum(rate(workflow_executions_total{status="failed"}[5m]))"#
        let messages = try Self.outcome(query, Self.standard, "compozy").problems.map(\.message)
        #expect(messages == [#""compozy_temporal_workflow_failed_total" does not tell what "status" does"#])
    }

    @Test(arguments: [
        ("codeai", "rate(workflow_step_duration_seconds_sum[5m])", ["no longer told apart by status"]),
        ("compozy", "max by (path) (rate(http_request_size_bytes_sum[5m]))", ["also told apart by status_code"]),
        ("compozy", "sum by (path) (rate(http_request_size_bytes_sum[5m]))", []),
    ])
    func differencesAreTold(to: String, query: String, expected: [String]) throws {
        let messages = try Self.outcome(query, Self.standard, to).problems.map(\.message)
        #expect(messages.count == expected.count)
        for (message, part) in zip(messages, expected) { #expect(message.contains(part)) }
    }

    /// Comments and lines between matchers stay.
    @Test func linesStay() throws {
        let rules = """
            groups:
            - name: g
              rules:
              - record: a:b
                expr: |
                  sum(workflow_executions_total{
                    job="a",  # one
                    status=~"failed|timeout",  # two
                    workflow_id="b"  # three
                  }) + sum(workflow_executions_total{
                    job="a",
                    status=~"failed|timeout"
                  })
            """
        let carried = try Self.outcome(rules, Self.standard, "compozy", path: "r.yml")
        let expected = rules.replacing("workflow_executions_total", with: "compozy_temporal_workflow_failed_total")
            .replacing("workflow_id=", with: "workflow_type=")
            .replacing(#"status=~"failed|timeout",  # two"#, with: "  # two")
            .replacing(",\n        status=~\"failed|timeout\"\n", with: "\n")
        #expect(String(decoding: carried.bytes, as: UTF8.self) == expected)
        #expect(carried.problems.isEmpty)
    }

    @Test func rulesAndDashboards() throws {
        let rules = """
            groups:
            - name: g  # kept
              rules:
              - record: workflow:executions:rate5m
                expr: sum by (workflow_id) (rate(workflow_executions_total[5m]))
              - alert: Busy
                expr: >-
                  workflow:executions:rate5m{workflow_id!="tests"} > 10
                annotations: {summary: 'Workflow {{ $labels.workflow_id }} is busy'}
            """
        let carried = try Self.outcome(rules, Self.standard, "codeai", path: "r.yml")
        #expect(carried.problems.isEmpty)
        let expected = rules.replacing("(workflow_id) (rate(workflow_", with: "(workflow) (rate(codeai_workflow_")
            .replacing("$labels.workflow_id", with: "$labels.workflow")
            .replacing("{workflow_id!=", with: "{workflow!=")
        #expect(String(decoding: carried.bytes, as: UTF8.self) == expected)

        let dashboard = #"""
            {"title": "d", "schemaVersion": 39, "panels": [{"title": "p", "type": "timeseries", "targets": [
              {"expr": "sum by (status) (rate(http_requests_total{path=~\"$path\"}[$__rate_interval]))",
               "legendFormat": "{{status}}"}]}],
             "templating": {"list": [
              {"name": "path", "type": "query", "query": "label_values(http_requests_total, path)"},
              {"name": "workflow", "type": "query", "query": "label_values(workflow_id)"}]}}
            """#
        let moved = try Self.outcome(dashboard, Self.standard, "opentelemetry", path: "d.json")
        #expect(moved.problems.map(\.message) == [#"the label "workflow_id" has no name there"#])
        let text = String(decoding: moved.bytes, as: UTF8.self)
        #expect(
            text.contains(
                #"sum by (http_response_status_code) (rate(http_server_request_duration_seconds_count{http_route=~\"$path\"}[$__rate_interval]))"#
            ))
        #expect(text.contains("{{http_response_status_code}}"))
        #expect(text.contains("label_values(http_server_request_duration_seconds_count, http_route)"))
    }

    /// What one file records, others use; also before it is recorded.
    @Test func recordedElsewhere() throws {
        let rules = """
            groups:
            - name: g
              rules:
              - {record: "a:busiest", expr: max by (workflow_id) (a:executions)}
              - {record: "a:executions", expr: "sum by (workflow_id) (rate(workflow_executions_total[5m]))"}
            """
        let texts = [("a.promql", #"sum by (workflow_id) (a:busiest{workflow_id!="x"})"#), ("b.yml", rules)]
        let files = texts.map { SourceFile(path: $0, bytes: Array($1.utf8)) }
        let dialects = try Dialect.shipped([Self.standard, "codeai", Dialect.own])
        var translation = Translation(from: dialects[0], to: dialects[1], kept: dialects[2])
        translation.learn(from: files)
        let carried = try files.map { String(decoding: try translation.translated($0).bytes, as: UTF8.self) }
        #expect(carried[0] == #"sum by (workflow) (a:busiest{workflow!="x"})"#)
        #expect(carried[1].contains("max by (workflow) (a:executions)"))
    }
}
