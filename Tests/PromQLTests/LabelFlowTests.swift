import PromQL
import Testing

struct LabelFlowTests {
    private static func metric(_ name: String) -> SeriesLabels? {
        switch name {
        case "requests_total": .exactly(["job", "instance", "code"])
        case "latency_bucket": .exactly(["job", "instance", "le"])
        case "build_info": .exactly(["job", "version"], possible: ["branch"])
        case "foreign": .atLeast(["job"])
        default: nil
        }
    }

    @Test(
        arguments: [
            // Selectors.
            ("requests_total", "{__name__, code, instance, job}"),
            ("requests_total[5m]", "{__name__, code, instance, job}"),
            ("build_info", "{__name__, branch?, job, version}"),
            (#"build_info{branch="main"}"#, "{__name__, branch, job, version}"),
            (#"build_info{branch!=""}"#, "{__name__, branch, job, version}"),
            (#"build_info{branch=~".+"}"#, "{__name__, branch, job, version}"),
            (#"build_info{branch=""}"#, "{__name__, job, version}"),
            (#"build_info{branch!="main"}"#, "{__name__, branch?, job, version}"),
            ("foreign", "{__name__, job, …}"),
            ("nobody_knows", "{__name__, …}"),
            (#"{__name__="requests_total"}"#, "{__name__, code, instance, job}"),
            (#"{__name__=~"r.+", a=""}"#, "{__name__, a!, …}"),
            (#"{"requests_total"}"#, "{__name__, code, instance, job}"),
            // Functions.
            ("rate(requests_total[5m])", "{code, instance, job}"),
            ("max_over_time(rate(requests_total[5m])[1h:])", "{code, instance, job}"),
            ("last_over_time(requests_total[5m])", "{__name__, code, instance, job}"),
            ("sort_desc(requests_total)", "{__name__, code, instance, job}"),
            ("abs(nobody_knows)", "{__name__!, …}"),
            ("hour()", "{}"), ("hour(requests_total)", "{code, instance, job}"),
            ("quantile_over_time(0.9, requests_total[5m])", "{code, instance, job}"),
            ("histogram_quantile(0.9, rate(latency_bucket[5m]))", "{instance, job}"),
            ("histogram_quantile(0.9, foreign)", "{__name__!, job, le!, …}"),
            (#"histogram_quantiles(latency_bucket, "q", 0.5)"#, "{instance, job, q}"),
            ("vector(1)", "{}"), ("scalar(requests_total)", "{}"), ("time()", "{}"),
            ("unknown_function(foreign)", "{__name__!, job, …}"),
            (#"absent(requests_total{job="api", code=~"5..", a="", b="1", b!="2"})"#, "{job}"),
            (#"absent_over_time(requests_total{job="api"}[5m])"#, "{job}"),
            (#"absent(sum(requests_total{job="api"}))"#, "{}"),
            (#"label_replace(requests_total, "a", "x$1", "job", "(.*)")"#, "{__name__, a, code, instance, job}"),
            (#"label_replace(requests_total, "a", "$1", "job", "(.*)")"#, "{__name__, a?, code, instance, job}"),
            (#"label_replace(requests_total, "a", "x", "job", "api")"#, "{__name__, a?, code, instance, job}"),
            (#"label_replace(requests_total, "job", "x", "job", "api")"#, "{__name__, code, instance, job}"),
            (#"label_replace(requests_total, "job", "", "", ".*")"#, "{__name__, code, instance}"),
            (#"label_replace(requests_total, "job", "", "code", "5..")"#, "{__name__, code, instance, job?}"),
            (#"label_replace(requests_total, "a", "${1}-", "job", "(.*)")"#, "{__name__, a, code, instance, job}"),
            (#"label_join(requests_total, "a", "", "job")"#, "{__name__, a, code, instance, job}"),
            (#"label_join(requests_total, "a", "-", "x", "y")"#, "{__name__, a, code, instance, job}"),
            (#"label_join(requests_total, "a", "", "x", "y")"#, "{__name__, code, instance, job}"),
            (#"label_join(build_info, "a", "", "branch")"#, "{__name__, a?, branch?, job, version}"),
            ("info(requests_total)", "{__name__, code, instance, job, …}"),
            (#"info(requests_total, {version=~".+"})"#, "{__name__, code, instance, job, version?}"),
            // Aggregations.
            ("sum(requests_total)", "{}"),
            ("sum by (job, version) (requests_total)", "{job}"),
            ("sum by (job, version) (foreign)", "{job, version?}"),
            ("sum without (code) (requests_total)", "{instance, job}"),
            ("sum without (code) (foreign)", "{__name__!, code!, job, …}"),
            ("topk by (job) (3, requests_total)", "{__name__, code, instance, job}"),
            ("limitk(3, rate(requests_total[5m]))", "{code, instance, job}"),
            (#"count_values("value", requests_total)"#, "{value}"),
            (#"count_values by (job) ("value", requests_total)"#, "{job, value}"),
            (#"count_values without (code) (("code"), requests_total)"#, "{code, instance, job}"),
            // Operators.
            ("-requests_total", "{code, instance, job}"), ("+requests_total", "{__name__, code, instance, job}"),
            ("1 + 2", "{}"), ("requests_total * 2", "{code, instance, job}"),
            ("requests_total > 2", "{__name__, code, instance, job}"),
            ("2 < requests_total", "{__name__, code, instance, job}"),
            ("requests_total > bool 2", "{code, instance, job}"),
            ("requests_total atan2 2", "{__name__?, code, instance, job}"), ("sum(foreign) atan2 2", "{}"),
            ("requests_total / requests_total", "{code, instance, job}"),
            ("requests_total > requests_total", "{__name__, code, instance, job}"),
            ("requests_total / on (job, x) build_info", "{job}"),
            ("foreign / on (job, x) build_info", "{job}"),
            ("nobody_knows / on (job) build_info", "{job}"),
            ("requests_total / ignoring (code) latency_bucket", "{instance, job}"),
            ("foreign / ignoring (code) requests_total", "{instance, job}"),
            (
                "requests_total * on (job) group_left (version, branch, x) build_info",
                "{branch?, code, instance, job, version}"
            ),
            ("build_info * on (job) group_right (version) requests_total", "{code, instance, job, version}"),
            (
                "requests_total * ignoring (code) group_left sum without (code) (requests_total)",
                "{code, instance, job}"
            ),
            ("requests_total and on (job) build_info", "{__name__, code, instance, job}"),
            ("requests_total unless build_info", "{__name__, code, instance, job}"),
            ("sum by (job) (requests_total) or vector(0)", "{job?}"),
            ("sum by (job) (requests_total) or sum by (job) (build_info)", "{job}"),
            ("foreign or requests_total", "{__name__, job, …}"),
            ("(requests_total)", "{__name__, code, instance, job}"), (#""text""#, "{}"),
        ])
    func labelsFlow(_ query: String, _ labels: String) throws {
        #expect(try Expression(parsing: query).seriesLabels(of: Self.metric).description == labels)
    }

    @Test func aRecordingRuleHasTheLabelsOfItsExpressionAndItsOwn() throws {
        let expression = try Expression(parsing: "requests_total > 5")
        let labels = expression.recordedLabels(adding: ["team": "a", "code": ""], of: Self.metric)
        #expect(labels == .exactly(["instance", "job", "team"]))
        let alert = try Expression(parsing: "sum by (team) (job:requests) > 1")
        #expect(alert.seriesLabels { $0 == "job:requests" ? labels : nil } == .exactly(["team"]))
    }

    @Test func presenceIsAskedByLabel() {
        let labels = SeriesLabels.exactly(["job"], possible: ["version"])
        #expect(labels.presence(of: "job") == .always && labels.presence(of: "version") == .possible)
        #expect(labels.presence(of: "x") == .never && !labels.isOpen)
        #expect(SeriesLabels.atLeast(["job"]).presence(of: "x") == .possible)
        #expect(labels.always == ["job"] && labels.possible == ["version"])
    }
}
