import Foundation
import PromQL
import Testing

/// Prometheus' engine, in promtool, evaluates queries over known series; each result must have the labels that the flow
/// says.
struct LabelOracleTests {
    private static let series = [
        #"up{job="api", instance="i1"}"#, #"up{job="b", instance="i2"}"#,
        #"http_requests_total{job="api", instance="i1", a="1"}"#,
        #"http_requests_total{job="api", instance="i1", a="2"}"#,
        #"http_requests_total{job="b", instance="i2", a="api"}"#,
        #"node_cpu_seconds_total{job="api", instance="i1", le="1"}"#, #"foo{job="api", a="1"}"#, #"foo{job="b"}"#,
        #"bar_bucket{job="api", a="1", le="0.5"}"#, #"bar_bucket{job="api", a="1", le="+Inf"}"#,
        #"bar_bucket{job="b", a="api", le="api"}"#,
    ]

    private static func metric(_ name: String) -> SeriesLabels? {
        switch name {
        case "up": .exactly(["job", "instance"])
        case "http_requests_total": .exactly(["job", "instance", "a"])
        case "node_cpu_seconds_total": .exactly(["job", "instance", "le"])
        case "foo": .exactly(["job"], possible: ["a"])
        case "bar_bucket": .exactly(["job", "a", "le"])
        default: nil
        }
    }

    /// Those that only this test has; most queries are generated.
    private static let queries = [
        "foo * on (job) group_left (a, le) topk by (job) (1, bar_bucket)",
        "http_requests_total / ignoring (a) group_left up",
        "up * on (job) group_left (a) foo", "foo or up", "foo and up", "up unless on () foo",
        "sum by (job) (up) or vector(0)",
        #"label_replace(up, "x", "y-$1", "job", "(.*)")"#, #"label_replace(foo, "a", "", "a", ".*")"#,
        #"label_replace(foo, "a", "z$1", "zz", "q")"#, #"label_replace(foo, "x", "$1", "a", "(.*)")"#,
        #"label_join(foo, "x", "", "a")"#, #"label_join(foo, "x", "-", "a", "b")"#, #"label_join(up, "x", "", "zz")"#,
        #"absent(nothing{job="x", a!="2"})"#, #"absent_over_time(nothing{job="x", a="1"}[5m])"#,
        #"absent((nothing{job="x"}))"#, #"absent(sum(nothing{job="x"}))"#, "histogram_quantile(0.9, bar_bucket)",
        #"count_values("v", up)"#, #"count_values by (job) ("v", foo)"#, #"count_values without (job) ("a", foo)"#,
        "topk by (job) (1, http_requests_total)", "up > 0", "up > bool 0", "0 < up", "up > up",
        "up > on (job, instance) up",
        "foo > ignoring (a) group_right http_requests_total", "up * 2", "-up", "+up", "up atan2 up",
        "last_over_time(up[5m])",
        "sort(up)", "timestamp(up)", "hour()", "scalar(up) + up", "quantile by (job) (0.5, up)",
        "foo + ignoring (a) sum by (job) (foo)",
        "(foo or up) * on (job) group_right (a) http_requests_total", "max_over_time((up > 0)[10m:1m])",
        "count by (__name__, job) ({job=~\".+\"})", "up == on (job) group_left foo{a=\"1\"}",
        "group by (__name__) (up)",
    ]

    @Test func resultsHaveTheLabelsThatTheFlowSays() throws {
        var generator = QueryGenerator(seed: 3)
        let generated = (0..<1200).compactMap { _ in Self.evaluable(generator.query()) }
        let queries = try Self.queries.map { try Expression(parsing: $0) } + generated
        let results = try Self.evaluate(queries)
        #expect(results.count > 500)
        for (index, labels) in results {
            let flow = queries[index].seriesLabels(of: Self.metric)
            let isWrong = labels.contains { flow.presence(of: $0) == .never } || !flow.always.isSubset(of: labels)
            #expect(!isWrong, "\(queries[index]) gives \(labels.sorted()), not \(flow)")
        }
    }

    /// The query as Prometheus 2.42 has it, if it gives series.
    private static func evaluable(_ query: String) -> PromQL.Expression? {
        guard let tree = try? Expression(parsing: query), tree.typing.errors.isEmpty, tree.type == .vector else {
            return nil
        }
        return OlderForm.of(tree)
    }

    /// The labels of each series of each result, with the index of its query.
    private static func evaluate(_ queries: [PromQL.Expression]) throws -> [(Int, Set<String>)] {
        let promtool = try Promtool()
        let tests = queries.enumerated().map { index, query in
            "  - {expr: \(Promtool.quoted(query.description)), eval_time: 15m,"
                + " exp_samples: [{labels: 'expected{index=\"\(index)\"}', value: 0}]}\n"
        }
        let values = series.map { "  - {series: '\($0)', values: '1+1x20'}\n" }
        let head = "evaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
        let answer = try promtool.run(
            ["test", "rules"], head + values.joined() + "  promql_expr_test:\n" + tests.joined())
        var results: [(Int, Set<String>)] = []
        var index: Int?
        for line in answer.split(separator: "\n") {
            if let mark = line.range(of: "expected\", index=\"") {
                index = Int(line[mark.upperBound...].prefix { $0.isNumber })
            } else if let index, let mark = line.range(of: "got: ") {
                results += labels(of: line[mark.upperBound...]).map { (index, $0) }
            }
        }
        return results
    }

    /// `{__name__="up", job="api"} 1E+00, {job="b"} 2E+00`; no value here has a brace or an escape.
    private static func labels(of samples: Substring) -> [Set<String>] {
        samples.split(separator: "{").dropFirst(samples.hasPrefix("{") ? 0 : 1).map { sample in
            let pairs = sample.prefix { $0 != "}" }.split(separator: "\"").enumerated()
            let names = pairs.filter { $0.offset % 2 == 0 && $0.element.hasSuffix("=") }.map { pair in
                pair.element.dropLast().drop { $0 == "," || $0 == " " }
            }
            return Set(names.map(String.init))
        }
    }
}
