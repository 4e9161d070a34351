import PromQL
import Telemetry

/// For `promtool test rules`: each alert in all its cases, and without any series.
///
/// Where an alert fires, it is looked at a minute before and in the minute in which it begins to: so its `for` is held
/// too, and how soon its query is true.
struct AlertTestText {
    let carrier: QueryCarrier
    let job: String
    let runbooks: String

    private static let instance = "127.0.0.1:8080"

    /// What the alert is to show at a time.
    private struct Look {
        let minute: Int
        let alert: RenderedAlert
        var expected: [String] = []
    }

    func file(_ alerts: [RenderedAlert], _ recordings: [RenderedRecording]) throws(Loss) -> String {
        // Else promtool takes any order, and an alert sees what was recorded now or a minute ago.
        let groups = (recordings.map(\.group) + alerts.map(\.definition.group)).unique
        var lines = [
            "rule_files: [../rules/recordings.yml, ../rules/alerts.yml]", "evaluation_interval: 1m",
            "group_eval_order: [\(groups.joined(separator: ", "))]", "tests:",
        ]
        for alert in alerts {
            for (one, labels) in alert.definition.test.all { lines += try test(alert, one, labels) }
        }
        return YAMLText.file(lines + (try withoutSeries(alerts)))
    }

    private func test(
        _ alert: RenderedAlert, _ one: AlertCase, _ labels: [String: AlertTest.Value]
    ) throws(Loss) -> [String] {
        let looks = try looks(alert, one, labels)
        var series = TestSeries(job: job, instance: Self.instance)
        for happening in one.happens { try series.add(happening, alert.definition.dialect, carrier) }
        let name = "\(alert.definition.alert) \(one.fires == nil ? "does not fire" : "fires") \(one.name)"
        return Self.test(name, series.lines(samples: looks.last?.minute ?? 0), looks)
    }

    private func looks(
        _ alert: RenderedAlert, _ one: AlertCase, _ labels: [String: AlertTest.Value]
    ) throws(Loss) -> [Look] {
        let pending = try Self.minutes(alert.definition.pendingFor)
        guard let firing = one.fires else {
            let end = try one.until.map(Self.minutes) ?? pending + alert.longestRange + 1
            return [Look(minute: end, alert: alert)]
        }
        let minute = try Self.minutes(firing.from) + pending
        let fires = Look(minute: minute, alert: alert, expected: try expected(alert, labels, firing.value ?? ""))
        return minute == 0 ? [fires] : [Look(minute: minute - 1, alert: alert), fires]
    }

    private func withoutSeries(_ alerts: [RenderedAlert]) throws(Loss) -> [String] {
        var looks: [Look] = []
        for alert in alerts {
            let fires = alert.definition.test.absent == "fires"
            let labels = (alert.definition.test.labels ?? [:]).filter { $0.key == "job" }
            looks.append(
                Look(
                    minute: try Self.minutes(alert.definition.pendingFor) + 1, alert: alert,
                    expected: fires ? try expected(alert, labels, "") : []))
        }
        return Self.test("Without any series", [], looks)
    }

    private static func test(_ name: String, _ series: [String], _ looks: [Look]) -> [String] {
        let heads = [
            "  - name: \(YAMLText.quoted(name))", "    interval: 1m", "    input_series:\(series.isEmpty ? " []" : "")",
        ]
        return heads + series.map { "      \($0)" } + ["    alert_rule_test:"] + looks.flatMap(lines)
    }

    private static func lines(_ look: Look) -> [String] {
        [
            "      - eval_time: \(look.minute)m", "        alertname: \(look.alert.definition.alert)",
            "        exp_alerts:\(look.expected.isEmpty ? " []" : "")",
        ] + look.expected.map { "          \($0)" }
    }

    private static func minutes(_ text: String) throws(Loss) -> Int {
        guard let milliseconds = DurationText.milliseconds(text), milliseconds % 60_000 == 0 else {
            throw Loss(
                range: SourceRange(0..<text.utf8.count), message: "\(text) is no number of minutes",
                remedy: "write it as 5m or 1h, as tests look once a minute")
        }
        return milliseconds / 60_000
    }

    private func expected(
        _ alert: RenderedAlert, _ values: [String: AlertTest.Value], _ value: String
    ) throws(Loss) -> [String] {
        var labels: [String: String] = [:]
        for (name, value) in values {
            let shown = try alert.labels.needed(Name(text: name, range: SourceRange(0..<0)))
            switch value {
            case .text(let text): labels[shown] = text
            case .target: labels[shown] = name == "job" ? job : Self.instance
            }
        }
        let all = labels.sorted { $0.key < $1.key } + alert.ownLabels.map { (key: $0.0, value: $0.1) }
        let annotations = alert.annotations(runbooks: runbooks)
        return ["- exp_labels:"] + all.map { "    \($0.key): \(YAMLText.quoted($0.value))" } + ["  exp_annotations:"]
            + annotations.map { name, text in
                "    \(name): \(YAMLText.quoted(filled(text, labels, value)))"
            }
    }

    /// A template with what it shows in its place.
    private func filled(_ template: String, _ labels: [String: String], _ value: String) -> String {
        var text = ""
        var rest = template[...]
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            text += rest[..<start.lowerBound]
            let action = rest[start.upperBound..<end.lowerBound].split(separator: " ").first ?? ""
            text += action == "$value" ? value : labels[String(action.dropFirst("$labels.".count))] ?? ""
            rest = rest[end.upperBound...]
        }
        return text + rest
    }
}

extension RenderedAlert {
    /// The longest range that the query looks back over, in minutes.
    fileprivate var longestRange: Int {
        var longest = 0.0
        try? Expression(parsing: expression).walk { node in
            if case .range(let range) = node { longest = max(longest, range.duration.seconds) }
            return true
        }
        return Int(longest / 60)
    }
}
