import DocumentSupport
import Documents
import Telemetry
import Testing

@testable import Monitoring

/// Values that are called otherwise are not silently mistaken for others.
@Suite struct TranslatedValuesTests {
    /// Two methods are one value here.
    private static let folded = """
        dialect: folded
        summary: Few methods.
        since: 0.1.0
        families:
          - name: requests_total
            help: Requests.
            signal: http.server.request
            counter: count
            labels: {kind: {attribute: http.request.method, rename: {GET: read, HEAD: read}}, path: http.route}
          - name: request_seconds
            help: Durations.
            signal: http.server.request
            histogram: duration
            buckets: [0.1, 0.5, 1, 5]
            labels: {path: http.route}
          - name: request_bytes
            help: Sizes.
            signal: http.server.request
            histogram: request_size
            buckets: [100, 1000, 10000, 100000, 1000000, 10000000]
            labels: {path: http.route}
        """

    private static func dialect(_ name: String) throws -> Dialect {
        name == "folded"
            ? try Dialect(yaml: SourceFile(folded, path: "folded.yaml")) : try Dialect.shipped([name])[0]
    }

    static func outcome(_ text: String, _ from: String, _ to: String, path: String = "a.promql") throws
        -> (text: String, problems: [Problem])
    {
        var translation = Translation(
            from: try dialect(from), to: try dialect(to), kept: try Dialect.shipped([Dialect.own])[0])
        let file = SourceFile(text, path: path)
        translation.learn(from: [file])
        let translated = try translation.translated(file)
        return (String(decoding: translated.bytes, as: UTF8.self), translated.problems)
    }

    private static let standard = "intelligent-workflows"

    @Test(arguments: [
        // All that become one must be picked, or none of them.
        (standard, "folded", #"sum(rate(http_requests_total{method="GET"}[5m]))"#, nil),
        (standard, "folded", #"sum(rate(http_requests_total{method!="GET"}[5m]))"#, nil),
        (standard, "folded", #"sum(rate(http_requests_total{method=~"GET|POST"}[5m]))"#, nil),
        (
            standard, "folded", #"sum(rate(http_requests_total{method=~"GET|HEAD"}[5m]))"#,
            #"sum(rate(requests_total{kind="read"}[5m]))"#
        ),
        (
            standard, "folded", #"sum(rate(http_requests_total{method!~"GET|HEAD"}[5m]))"#,
            #"sum(rate(requests_total{kind!="read"}[5m]))"#
        ),
        (
            standard, "folded", #"sum(rate(http_requests_total{method="POST"}[5m]))"#,
            #"sum(rate(requests_total{kind="POST"}[5m]))"#
        ),
        (
            "folded", standard, #"sum(rate(requests_total{kind="read"}[5m]))"#,
            #"sum(rate(http_request_size_bytes_count{method=~"GET|HEAD"}[5m]))"#
        ),
        // Patterns of label_replace.
        (
            standard, "opentelemetry",
            #"label_replace(sum by (method) (rate(http_requests_total[5m])), "m", "none", "method", "other")"#,
            "label_replace(sum by (http_request_method) (rate(http_server_request_duration_seconds_count[5m])), "
                + #""m", "none", "http_request_method", "_OTHER")"#
        ),
        (
            standard, "opentelemetry",
            #"label_replace(sum by (method) (rate(http_requests_total[5m])), "m", "$1", "method", "(GET|POST)")"#,
            "label_replace(sum by (http_request_method) (rate(http_server_request_duration_seconds_count[5m])), "
                + #""m", "$1", "http_request_method", "(GET|POST)")"#
        ),
        (
            standard, "opentelemetry",
            #"label_replace(sum by (method) (rate(http_requests_total[5m])), "m", "$1", "method", "(.*)")"#,
            "label_replace(sum by (http_request_method) (rate(http_server_request_duration_seconds_count[5m])), "
                + #""m", "$1", "http_request_method", "(.*)")"#
        ),
        (
            standard, "opentelemetry",
            #"label_replace(sum by (method) (rate(http_requests_total[5m])), "m", "$1", "method", "(.).*")"#, nil
        ),
        // A label that is made again.
        (
            standard, "opentelemetry",
            #"label_replace(label_replace(sum by (method) (http_requests_total), "m", "a", "method", "GET"), "m", "b", "method", "other")"#,
            "label_replace(label_replace(sum by (http_request_method) (http_server_request_duration_seconds_count), "
                + #""m", "a", "http_request_method", "GET"), "m", "b", "http_request_method", "_OTHER")"#
        ),
        // Buckets.
        (
            standard, "folded", #"sum(rate(http_request_duration_seconds_bucket{le=~"0.1|0.5"}[5m]))"#,
            #"sum(rate(request_seconds_bucket{le=~"0.1|0.5"}[5m]))"#
        ),
        (standard, "folded", #"sum(rate(http_request_duration_seconds_bucket{le=~"0.1|0.25"}[5m]))"#, nil),
        (standard, "folded", #"sum(rate(http_request_duration_seconds_bucket{le!="+Inf"}[5m]))"#, nil),
        (
            standard, "folded", #"sum by (le) (rate(http_request_size_bytes_bucket{le!="+Inf"}[5m]))"#,
            #"sum by (le) (rate(request_bytes_bucket{le!="+Inf"}[5m]))"#
        ),
        (
            standard, "folded", #"sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5m]))"#,
            #"sum(rate(request_seconds_bucket{le="0.5"}[5m]))"#
        ),
    ])
    func queries(from: String, to: String, query: String, expected: String?) throws {
        let outcome = try Self.outcome(query, from, to)
        #expect(outcome.text == expected ?? query)
        #expect(outcome.problems.contains { $0.severity == .error } == (expected == nil))
    }

    @Test(arguments: [
        (
            standard, "folded", "sum by (method) (rate(http_requests_total[5m]))",
            [#""GET" and "HEAD" of "method" are one there"#]
        ),
        (
            "folded", standard, "max by (path) (rate(request_seconds_bucket[5m]))",
            ["series are also told apart by method and status"]
        ),
        (
            "folded", standard, "sum by (kind) (rate(requests_total[5m]))",
            [#""read" of "kind" is "GET" or "HEAD" there"#]
        ),
        // A process has one service, and what one value is picked of tells nothing apart.
        (standard, "compozy", "max by (path) (rate(http_requests_total[5m]))", []),
        (
            "opentelemetry", standard, "max by (http_route) (rate(http_server_request_duration_seconds_count[5m]))", []
        ),
        (
            standard, "opentelemetry",
            #"label_join(sum by (method, path) (rate(http_requests_total[5m])), "m", "-", "method", "path")"#,
            [#"some values that "m" is made of are called otherwise there"#]
        ),
    ])
    func differences(from: String, to: String, query: String, expected: [String]) throws {
        let outcome = try Self.outcome(query, from, to)
        #expect(outcome.problems.map(\.message) == expected)
        #expect(outcome.text != query)
    }

    @Test func aVariableOfBuckets() throws {
        let dashboard = #"""
            {"title": "d", "schemaVersion": 39, "panels": [{"title": "p", "targets": [
              {"expr": "sum(rate(http_request_size_bytes_bucket{le=\"$le\"}[5m]))"},
              {"expr": "sum(rate(http_request_duration_seconds_bucket{le=\"$le\"}[5m]))"}]}],
             "templating": {"list": [{"name": "le", "type": "custom", "query": "1000,10000"}]}}
            """#
        let outcome = try Self.outcome(dashboard, Self.standard, "folded", path: "d.json")
        #expect(outcome.text == dashboard.replacing("http_request_size_bytes", with: "request_bytes"))
        #expect(
            outcome.problems.map(\.message) == [#""request_seconds" has other buckets for the variable to choose from"#]
        )
    }

    /// What a rule records has the values of what it is made of.
    @Test func recordedValues() throws {
        let rules = """
            groups:
            - name: g
              rules:
              - record: method:requests:rate5m
                expr: sum by (method) (rate(http_requests_total[5m]))
              - record: few
                expr: method:requests:rate5m{method="other"} + method:requests:rate5m{method!~"other|GET"}
              - record: open
                expr: method:requests:rate5m{method=~"[a-z]+"}
            """
        let outcome = try Self.outcome(rules, Self.standard, "opentelemetry", path: "r.yml")
        #expect(
            outcome.text.contains(
                #"{http_request_method="_OTHER"} + method:requests:rate5m{http_request_method!~"_OTHER|GET"}"#))
        #expect(outcome.text.contains(#"method:requests:rate5m{http_request_method=~"_OTHER"}"#))
        #expect(outcome.problems.isEmpty)
    }
}
