import DocumentSupport
import Documents
import Telemetry
import Testing

@testable import Monitoring

/// What stands around queries is carried over with them, or told.
@Suite struct TranslatedTextsTests {
    private static let standard = "intelligent-workflows"

    private static func outcome(_ text: String, to: String, path: String) throws -> (text: String, problems: [Problem])
    {
        try TranslatedValuesTests.outcome(text, standard, to, path: path)
    }

    // MARK: Alerts

    @Test(arguments: [
        (
            #"{{ if eq $labels.method "other" }}x{{ end }}"#,
            #"{{ if eq $labels.http_request_method "_OTHER" }}x{{ end }}"#, 0
        ),
        (
            #"{{ if or (ne `other` .Labels.method) (eq "other" "x") }}x{{ end }}"#,
            #"{{ if or (ne `_OTHER` .Labels.http_request_method) (eq "other" "x") }}x{{ end }}"#, 1
        ),
        (
            #"{{ if eq (index $labels "method") "GET" }}x{{ end }}"#,
            #"{{ if eq (index $labels "http_request_method") "GET" }}x{{ end }}"#, 0
        ),
        (
            #"{{ $m := $labels.method }}{{ if eq $m "other" }}x{{ end }}"#,
            #"{{ $m := $labels.http_request_method }}{{ if eq $m "other" }}x{{ end }}"#, 1
        ),
        (
            #"{{ if match "^[a-z]+$" $labels.method }}x{{ end }}"#,
            #"{{ if match "^[a-z]+$" $labels.http_request_method }}x{{ end }}"#, 1
        ),
        (
            #"{{ if match "^G" $labels.method }}{{ $labels.method }} other{{ end }}"#,
            #"{{ if match "^G" $labels.http_request_method }}{{ $labels.http_request_method }} other{{ end }}"#, 0
        ),
    ])
    func templates(template: String, expected: String, told: Int) throws {
        let rules: (String) -> String = { text in
            """
            groups:
            - name: g
              rules:
              - alert: Slow
                expr: sum by (method) (rate(http_requests_total[5m])) > 1
                annotations:
                  summary: '\(text)'
            """
        }
        let outcome = try Self.outcome(rules(template), to: "opentelemetry", path: "r.yml")
        #expect(outcome.text.contains("summary: '\(expected)'"))
        #expect(outcome.problems.map(\.severity) == Array(repeating: .warning, count: told))
    }

    /// Labels of samples that a template asks for itself.
    @Test func queriesOfTemplates() throws {
        let rules = """
            groups:
            - name: g
              rules:
              - alert: Slow
                expr: sum by (method) (rate(http_requests_total[5m])) > 1
                annotations:
                  a: '{{ range query "sum by (path) (http_requests_total)" }}{{ .Labels.path }}{{ end }}'
            """
        let outcome = try Self.outcome(rules, to: "opentelemetry", path: "r.yml")
        #expect(outcome.text.contains("sum by (http_route) (http_server_request_duration_seconds_count)"))
        #expect(outcome.text.contains("{{ .Labels.http_route }}"))
    }

    // MARK: Panels

    private static func dashboard(_ panel: String, variables: String = "") -> String {
        #"{"title": "d", "schemaVersion": 39, "panels": [{"title": "p", \#(panel)}], "templating": {"list": [\#(variables)]}}"#
    }

    private static let byMethod = #""targets": [{"expr": "sum by (method) (rate(http_requests_total[5m]))""#

    @Test(arguments: [
        // Values that series are called by.
        (
            byMethod
                + #", "legendFormat": "{{ method }}"}], "fieldConfig": {"overrides": [{"matcher": {"id": "byName", "options": "other"}}, {"matcher": {"id": "byName", "options": "GET"}}]}"#,
            [(#""options": "other""#, #""options": "_OTHER""#)], 0
        ),
        // Labels that fields are called by.
        (
            byMethod
                + #"}], "transformations": [{"id": "organize", "options": {"excludeByName": {"method": true}, "renameByName": {"method": "Method"}}}]"#,
            [
                (#"{"method": true}"#, #"{"http_request_method": true}"#),
                (#"{"method": "Method"}"#, #"{"http_request_method": "Method"}"#),
            ], 0
        ),
        // Names that the panel gives itself.
        (
            byMethod
                + #", "legendFormat": "method"}], "fieldConfig": {"overrides": [{"matcher": {"id": "byName", "options": "method"}}]}"#,
            [], 0
        ),
        // Patterns, and names that are made of labels.
        (
            byMethod
                + #"}], "fieldConfig": {"overrides": [{"matcher": {"id": "byName", "options": "{method=\"GET\"}"}}]}, "transformations": [{"id": "renameByRegex", "options": {"regex": "method=(.*)", "renamePattern": "$1"}}]"#,
            [], 2
        ),
        (
            byMethod
                + #", "legendFormat": "{{method}}"}], "fieldConfig": {"overrides": [{"matcher": {"id": "byRegexp", "options": "/^[a-z]+$/"}}]}"#,
            [], 1
        ),
    ])
    func panels(panel: String, changes: [(String, String)], told: Int) throws {
        let text = Self.dashboard(panel)
        let outcome = try Self.outcome(text, to: "opentelemetry", path: "d.json")
        let expected = changes.reduce(text) { $0.replacing($1.0, with: $1.1) }
            .replacing("by (method)", with: "by (http_request_method)")
            .replacing("http_requests_total", with: "http_server_request_duration_seconds_count")
            .replacing("{{method}}", with: "{{http_request_method}}")
            .replacing("{{ method }}", with: "{{ http_request_method }}")
        #expect(outcome.text == expected)
        #expect(outcome.problems.map(\.severity) == Array(repeating: .warning, count: told))
    }

    // MARK: Variables

    @Test(arguments: [
        (
            #"{"name": "x", "type": "query", "query": "label_values(http_requests_total, method)", "regex": "/^[a-z]+$/"}"#,
            1
        ),
        (
            #"{"name": "x", "type": "query", "query": "label_values(http_requests_total, method)", "regex": "/GET|POST/"}"#,
            0
        ),
        (
            #"{"name": "x", "type": "query", "query": "query_result(sum by (method) (http_requests_total))", "regex": "/method=.(.*)./"}"#,
            1
        ),
        (#"{"name": "x", "type": "query", "query": "metrics(http_)"}"#, 1),
        (#"{"name": "x", "type": "query", "query": "metrics(node_)"}"#, 0),
    ])
    func variables(variable: String, told: Int) throws {
        let outcome = try Self.outcome(
            Self.dashboard(#""targets": []"#, variables: variable), to: "opentelemetry", path: "d.json")
        #expect(outcome.problems.count == told)
    }

    @Test(arguments: [
        (#"{"name": "x", "type": "custom", "query": "path,method"}"#, true),
        (#"{"name": "x", "type": "custom", "query": "job,instance"}"#, false),
        (#"{"name": "x", "type": "query", "query": "label_names(http_requests_total)"}"#, false),
        (#"{"name": "x", "type": "textbox", "query": "job"}"#, true),
    ])
    func labelsOfAVariable(variable: String, isTold: Bool) throws {
        for query in ["sum by ($x) (rate(http_requests_total[5m]))", "sum(http_requests_total{$x=\\\"a\\\"})"] {
            let text = Self.dashboard(#""targets": [{"expr": "\#(query)"}]"#, variables: variable)
            let outcome = try Self.outcome(text, to: "opentelemetry", path: "d.json")
            #expect(outcome.problems.contains { $0.severity == .error } == isTold)
            #expect(outcome.text.contains(query) == isTold)
        }
    }

    @Test func tagsOfAnAnnotation() throws {
        let text = #"""
            {"title": "d", "schemaVersion": 39, "panels": [], "annotations": {"list": [{"name": "a", "expr":
              "sum by (workflow_id, status) (increase(workflow_executions_total[1m])) > 0", "tagKeys": "workflow_id, status"}]}}
            """#
        let outcome = try Self.outcome(text, to: "codeai", path: "d.json")
        #expect(outcome.text.contains(#""tagKeys": "workflow, status""#))
    }

    // MARK: Routes

    private static func alerting(_ expressions: [String], labels: String = "{}") -> String {
        "groups:\n- name: g\n  rules:\n"
            + expressions.enumerated().map {
                "  - alert: A\($0)\n    expr: '\($1)'\n    labels: \(labels)\n"
            }.joined()
    }

    private static let routes = """
        route:
          receiver: r
          group_by: [workflow_id, alertname]
          routes:
          - matchers: ['workflow_id="refunds"']
            receiver: r
        inhibit_rules:
        - source_matchers: [severity="critical"]
          target_match: {workflow_id: x}
          equal: [workflow_id]
        receivers: [{name: r}]
        """

    @Test(arguments: [
        // All alerts that have the label call it the same.
        (["sum by (workflow_id) (workflow_executions_total) > 1", "up == 0"], "{}", true, 0),
        // Some have it from elsewhere, or of their own.
        (["sum by (workflow_id) (workflow_executions_total) > 1", "others > 0"], "{}", false, 4),
        (["sum by (workflow_id) (workflow_executions_total) > 1"], "{workflow_id: mine}", false, 0),
        // It is gone with some.
        (["sum by (service) (http_requests_total) > 1"], "{}", false, 0),
        (["others > 0"], "{}", false, 0),
    ])
    func routes(expressions: [String], labels: String, isCarried: Bool, told: Int) throws {
        let dialects = try Dialect.shipped([Self.standard, "codeai", Dialect.own])
        var translation = Translation(from: dialects[0], to: dialects[1], kept: dialects[2])
        let file = SourceFile(Self.routes, path: "alertmanager.yml")
        translation.learn(from: [file, SourceFile(Self.alerting(expressions, labels: labels), path: "r.yml")])
        let outcome = try translation.translated(file)
        let expected = isCarried ? Self.routes.replacing("workflow_id", with: "workflow") : Self.routes
        #expect(String(decoding: outcome.bytes, as: UTF8.self) == expected)
        #expect(outcome.problems.map(\.severity) == Array(repeating: .error, count: told))
    }

    @Test func valuesOfRoutes() throws {
        let dialects = try Dialect.shipped([Self.standard, "opentelemetry", Dialect.own])
        var translation = Translation(from: dialects[0], to: dialects[1], kept: dialects[2])
        let text = """
            route:
              receiver: r
              routes:
              - matchers: ['method=~"other|GET"', 'service="api"']
                receiver: r
              - matchers: [method!=other]
                receiver: r
            receivers: [{name: r}]
            """
        let alerts = [
            "sum by (method) (http_requests_total) > 1", "count by (service) (http_request_size_bytes_count) > 1",
            "http_requests_total > 1",
        ]
        let file = SourceFile(text, path: "alertmanager.yml")
        translation.learn(from: [file, SourceFile(Self.alerting(alerts), path: "r.yml")])
        let outcome = try translation.translated(file)
        #expect(
            String(decoding: outcome.bytes, as: UTF8.self)
                == text.replacing(#"method=~"other|GET""#, with: #"http_request_method=~"_OTHER|GET""#)
                .replacing("method!=other", with: "http_request_method!=_OTHER"))
        #expect(outcome.problems.count == 1)
    }
}
