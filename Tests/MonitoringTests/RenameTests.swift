import DocumentSupport
import Documents
import Telemetry
import Testing

@testable import Monitoring

/// Only what is renamed changes.
@Suite struct RenameTests {
    private static let rules = """
        groups:
        - name: g  # a comment
          rules:
          - record: http_requests_total
            expr: sum without (pod) (rate(http_requests_total{path="/a",status!="500"}[5m]))
          - alert: Slow
            expr: >-
              histogram_quantile(0.9, sum by (le, path) (rate({__name__="http_seconds_bucket"}[5m])))
                / on (path) group_left (status) http_seconds_count > 1
            labels: {where: '{{ $labels.path }}'}
            annotations: {summary: "path {{ $labels.path }} of {{ $externalLabels.path }}"}
        """
    private static let dashboard = #"""
        {"title": "path", "schemaVersion": 39, "panels": [{"title": "http_requests_total", "targets": [
          {"expr": "sum by (path) (http_requests_total{status=\"500\", path=~\"$path\"})", "legendFormat": "{{path}}"}]}],
         "templating": {"list": [
          {"name": "path", "type": "query", "query": "label_values(http_requests_total, path)"}]}}
        """#

    @Test(arguments: [
        (
            rules, Renaming.metric("http_requests_total", to: "shop_requests_total"),
            [
                ("record: http_requests_total", "record: shop_requests_total"),
                ("rate(http_requests_total{", "rate(shop_requests_total{"),
            ]
        ),
        (
            rules, .metric("http_seconds", to: "shop_seconds"),
            [
                (#""http_seconds_bucket""#, #""shop_seconds_bucket""#), (" http_seconds_count", " shop_seconds_count"),
            ]
        ),
        (
            rules, .label("path", to: "route"),
            [
                (#"{path="/a""#, #"{route="/a""#), ("(le, path)", "(le, route)"), ("on (path)", "on (route)"),
                ("'{{ $labels.path }}'", "'{{ $labels.route }}'"),
                ("path {{ $labels.path }}", "path {{ $labels.route }}"),
            ]
        ),
        (rules, .value(label: "status", "500", to: "5\"0"), [(#"!="500""#, #"!="5\"0""#)]),
        (
            dashboard, .metric("http_requests_total", to: "shop_requests_total"),
            [
                ("(http_requests_total{", "(shop_requests_total{"),
                ("label_values(http_requests_total", "label_values(shop_requests_total"),
            ]
        ),
        (
            dashboard, .label("path", to: "route"),
            [
                ("by (path)", "by (route)"), (" path=~", " route=~"), ("{{path}}", "{{route}}"),
                (", path)", ", route)"),
            ]
        ),
        (dashboard, .value(label: "status", "500", to: "503"), [(#"\"500\""#, #"\"503\""#)]),
        (dashboard, .metric("absent_total", to: "x_total"), []),
    ])
    func renames(text: String, renaming: Renaming, changes: [(String, String)]) throws {
        let file = SourceFile(text, path: text.hasPrefix("{") ? "a.json" : "a.yml")
        let renamed = String(decoding: try renaming.renamed(file).bytes, as: UTF8.self)
        let expected = changes.reduce(text) { $0.replacing($1.0, with: $1.1, maxReplacements: 1) }
        #expect(renamed == expected)
    }

    @Test(arguments: [
        (
            Renaming.value(label: "status", "failed", to: "lost.1"),
            #"x{status=~"failed|timeout"} / x{status!~"failed"}"#,
            #"x{status=~"lost\\.1|timeout"} / x{status!~"lost\\.1"}"#, 0
        ),
        (.value(label: "status", "500", to: "418"), #"x{status=~"5..", code=~"5.."} + x{status=~".+"}"#, "", 1),
        (.metric("http_total", to: "shop_total"), #"{__name__=~"http_.*"} + {__name__=~".*_total"}"#, "", 1),
        (.metric("foo", to: "bar"), #"{__name__=~"foo_(bucket|sum)"}"#, "", 1),
        (.metric("foo", to: "bar"), #"{a="b", __name__!="foo"}"#, #"{a="b", __name__!="bar"}"#, 0),
        (
            .label("path", to: "route"), #"sort_by_label(count_values by (path) ("n", x), "path")"#,
            #"sort_by_label(count_values by (route) ("n", x), "route")"#, 0
        ),
        (
            .label("path", to: "route"),
            #"label_replace(x, "path", "$1", "path", "path") + label_join(x, "a", "-", "b", "path")"#,
            #"label_replace(x, "route", "$1", "route", "path") + label_join(x, "a", "-", "b", "route")"#, 0
        ),
    ])
    func patternsAndArguments(renaming: Renaming, query: String, expected: String, left: Int) throws {
        let renamed = try renaming.renamed(SourceFile(query, path: "a.promql"))
        #expect(String(decoding: renamed.bytes, as: UTF8.self) == (expected.isEmpty ? query : expected))
        #expect(renamed.problems.map(\.check) == Array(repeating: "pattern-left", count: left))
    }

    /// Two labels do not become one.
    @Test(arguments: [
        #"x{path="a", route="b"}"#, "sum by (path, route) (x)", "x * on (path) group_left (route) y",
        #"label_replace(x, "route", "$1", "path", "(.*)")"#, #"count_values by (path) ("route", x)"#,
        #"sum by (path) (x{path="a", route="b"})"#,
    ])
    func labelsThatClash(query: String) throws {
        let file = SourceFile(query + "\nx{path='a'}", path: "a.promql")
        let renamed = try Renaming.label("path", to: "route").renamed(file)
        #expect(String(decoding: renamed.bytes, as: UTF8.self) == query + "\nx{route='a'}")
        #expect(renamed.problems.map(\.check) == ["not-renamed"])
        #expect(renamed.problems.map(\.severity) == [.error])
    }

    /// The samples of a histogram go along; a family of its own does not.
    @Test(arguments: [
        // Nothing is known but the names.
        ("foo + foo_count", nil, "bar + bar_count", ["renamed-along"]),
        ("foo_count / foo_bucket", nil, "bar_count / bar_bucket", []),
        ("foo_count", "histogram", "bar_count", []),
        ("foo_bucket + foo_count", "summary", "foo_bucket + bar_count", []),
        ("foo + foo_count", "gauge", "bar + foo_count", []),
    ])
    func samples(query: String, type: String?, expected: String, told: [String]) throws {
        let renaming = Renaming.metric("foo", to: "bar")
        let file = SourceFile(query, path: "a.promql")
        let catalogue = type.map { Catalogue(families: [.init(name: "foo", type: $0, labels: [])]) }
        let renamed = try renaming.renamed(file, RenamedSamples(renaming, in: [file], catalogue))
        #expect(String(decoding: renamed.bytes, as: UTF8.self) == expected)
        #expect(renamed.problems.map(\.check) == told)
    }

    /// What a rule records, or the catalogue has, is no part of another.
    @Test func familiesOfTheirOwn() throws {
        let rules = "groups:\n- name: g\n  rules:\n  - {record: foo_count, expr: 'count(foo)'}\n"
        let files = [SourceFile(rules, path: "a.yml"), SourceFile("foo_count + foo_sum", path: "a.promql")]
        let renaming = Renaming.metric("foo", to: "bar")
        let families = ["foo", "foo_sum"].map { Catalogue.Family(name: $0, type: "histogram", labels: []) }
        let samples = RenamedSamples(renaming, in: files, Catalogue(families: families))
        let renamed = try files.map { String(decoding: try renaming.renamed($0, samples).bytes, as: UTF8.self) }
        #expect(renamed == [rules.replacing("count(foo)", with: "count(bar)"), "foo_count + foo_sum"])
    }

    @Test(arguments: [
        (Renaming.metric("a", to: "job:b:rate5m"), true), (.metric("a", to: "http.requests"), false),
        (.label("a", to: "b"), true), (.label("a", to: ""), false), (.label("a", to: "b:c"), false),
        (.value(label: "a", "b", to: "any thing"), true),
    ])
    func namesThatCanBeWritten(renaming: Renaming, isPlain: Bool) { #expect(renaming.isPlain == isPlain) }
}
