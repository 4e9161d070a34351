import PromQL
import Telemetry

/// For `promtool test rules`: each alert as it fires, as it does not, and without any series.
struct AlertTestText {
    let carrier: QueryCarrier
    let job: String
    let runbooks: String

    private static let instance = "127.0.0.1:8080"
    private static let minutes = 60

    func file(_ alerts: [RenderedAlert]) throws(Loss) -> String {
        var lines = [
            "rule_files: [../rules/recordings.yml, ../rules/alerts.yml]", "evaluation_interval: 5m", "tests:",
        ]
        for alert in alerts {
            lines += try test(alert, "fires", alert.definition.test.fires, expected(alert, absent: false))
            lines += try test(alert, "does not fire", alert.definition.test.quiet, [])
            let firesAbsent = alert.definition.test.absent == "fires"
            lines += try test(
                alert, "without series", [], firesAbsent ? try expected(alert, absent: true) : [])
        }
        return YAMLText.file(lines)
    }

    private func test(
        _ alert: RenderedAlert, _ name: String, _ happenings: [Happening], _ expected: [String]
    ) throws(Loss) -> [String] {
        var series = TestSeries(job: job, instance: Self.instance)
        for happening in happenings { try series.add(happening, alert.definition.dialect, carrier) }
        let at = alert.definition.test.at ?? "1h"
        let samples = at == "1h" ? Self.minutes : 6 * Self.minutes
        return [
            "  - name: \(alert.definition.alert) \(name)", "    interval: 1m",
            "    input_series:\(series.isEmpty ? " []" : "")",
        ] + series.lines(samples: samples).map { "      \($0)" } + [
            "    alert_rule_test:", "      - eval_time: \(at)", "        alertname: \(alert.definition.alert)",
            "        exp_alerts:\(expected.isEmpty ? " []" : "")",
        ] + expected.map { "          \($0)" }
    }

    private func expected(_ alert: RenderedAlert, absent: Bool) throws(Loss) -> [String] {
        var labels: [String: String] = [:]
        for (name, value) in alert.definition.test.labels ?? [:] {
            if absent, name != "job" { continue }
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
                "    \(name): \(YAMLText.quoted(filled(text, labels, alert.definition.test.value ?? "")))"
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

/// The series that something gives which happens again and again.
struct TestSeries {
    private struct Growth {
        var start = 0.0
        var step = 0.0
    }

    private let target: [String: String]
    private var names: [String] = []
    private var series: [String: Growth] = [:]

    init(job: String, instance: String) { target = ["job": job, "instance": instance] }

    var isEmpty: Bool { series.isEmpty }

    func lines(samples: Int) -> [String] {
        names.flatMap { name -> [String] in
            let growth = series[name] ?? Growth()
            let sign = growth.step < 0 ? "-" : "+"
            let values = "\(Self.number(growth.start))\(sign)\(Self.number(abs(growth.step)))x\(samples)"
            return ["- series: \(YAMLText.quoted(name))", "  values: \(YAMLText.quoted(values))"]
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// Adds what a happening gives in all families that show it.
    mutating func add(_ happening: Happening, _ dialect: String, _ carrier: QueryCarrier) throws(Loss) {
        guard case .selector(let selector)? = try? Expression(parsing: happening.of), let name = selector.name?.text
        else {
            throw Loss(
                range: SourceRange(0..<happening.of.utf8.count), message: "\(happening.of) is no series",
                remedy: "write it as a selector")
        }
        let labels = Dictionary(selector.matchers.map { ($0.label.text, $0.value.value) }) { first, _ in first }
        let known = carrier.table(dialect).views + carrier.views
        guard let source = known.first(where: { $0.family == name }) else {
            return add(name, labels, Growth(start: happening.start ?? 0, step: happening.step ?? 0))
        }
        let attributes = source.attributes(of: labels)
        for view in carrier.views where view.signal == source.signal {
            guard let shown = view.shownLabels(of: attributes) else { continue }
            add(happening, source, view, shown)
        }
    }

    private mutating func add(_ happening: Happening, _ source: View, _ view: View, _ labels: [String: String]) {
        let times = Growth(start: happening.start ?? 0, step: happening.step ?? 0)
        switch (view.shows, source.shows) {
        case (.count, .count), (.count, .distribution), (.current, .current): add(view.family, labels, times)
        case (.value(let measure), .value(let own)), (.sum(let measure), .sum(let own)):
            if measure == own { add(view.family, labels, times) }
        case (.distribution(let measure, let bounds), .distribution(let own, _)) where measure == own:
            observe(happening.at ?? 0, times, view.family, bounds, labels)
        case (.distribution, .count), (.distribution, .distribution): add(view.family + "_count", labels, times)
        default: break
        }
    }

    private mutating func observe(
        _ value: Double, _ times: Growth, _ family: String, _ bounds: [Double], _ labels: [String: String]
    ) {
        for bound in bounds + [.infinity] {
            let text = bound == .infinity ? "+Inf" : Self.number(bound)
            add(family + "_bucket", labels.merging(["le": text]) { $1 }, value <= bound ? times : Growth())
        }
        add(family + "_count", labels, times)
        add(family + "_sum", labels, Growth(start: times.start * value, step: times.step * value))
    }

    private mutating func add(_ name: String, _ labels: [String: String], _ growth: Growth) {
        let all = labels.filter { !$0.value.isEmpty }.merging(target) { own, _ in own }.sorted { $0.key < $1.key }
        let text = "\(name){\(all.map { "\($0.key)=\(StringLiteral.quoted($0.value))" }.joined(separator: ", "))}"
        if series[text] == nil { names.append(text) }
        series[text, default: Growth()].start += growth.start
        series[text, default: Growth()].step += growth.step
    }
}

extension View {
    /// The attributes that labels of the family stand for.
    fileprivate func attributes(of values: [String: String]) -> [String: String] {
        var attributes: [String: String] = [:]
        for label in labels {
            guard case .attribute(let name, let renamed) = label.source, let value = values[label.name] else {
                continue
            }
            attributes[name] = renamed.first { $0.value == value }?.key ?? value
        }
        return attributes
    }

    /// The labels that show attributes; nil if the family does not show what has them.
    fileprivate func shownLabels(of attributes: [String: String]) -> [String: String]? {
        for (name, values) in conditions where !values.contains(attributes[name] ?? "") { return nil }
        var shown: [String: String] = [:]
        for label in labels {
            switch label.source {
            case .constant(let value): shown[label.name] = value
            case .attribute(let name, let renamed):
                if let value = attributes[name] { shown[label.name] = renamed[value] ?? value }
            }
        }
        return shown
    }
}
