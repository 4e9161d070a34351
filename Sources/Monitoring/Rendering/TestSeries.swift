import PromQL
import Telemetry

/// The series that something gives which happens again and again.
struct TestSeries {
    private let target: [String: String]
    private var names: [String] = []
    private var series: [String: SampleRuns] = [:]

    init(job: String, instance: String) { target = ["job": job, "instance": instance] }

    func lines(samples: Int) -> [String] {
        names.flatMap { name -> [String] in
            guard let values = series[name]?.text(samples: samples) else { return [] }
            return ["- series: \(YAMLText.quoted(name))", "  values: \(YAMLText.quoted(values))"]
        }
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
            return try add(name, labels, SampleRuns(happening))
        }
        let attributes = source.attributes(of: labels)
        for view in carrier.views where view.signal == source.signal {
            guard let shown = view.shownLabels(of: attributes) else { continue }
            try add(happening, source, view, shown)
        }
    }

    private mutating func add(
        _ happening: Happening, _ source: View, _ view: View, _ labels: [String: String]
    ) throws(Loss) {
        let times = try SampleRuns(happening)
        switch (view.shows, source.shows) {
        case (.count, .count), (.count, .distribution), (.current, .current): try add(view.family, labels, times)
        case (.value(let measure), .value(let own)), (.sum(let measure), .sum(let own)):
            if measure == own { try add(view.family, labels, times) }
        case (.distribution(let measure, let bounds), .distribution(let own, _)) where measure == own:
            try observe(happening.at ?? 0, times, view.family, bounds, labels)
        case (.distribution, .count), (.distribution, .distribution): try add(view.family + "_count", labels, times)
        default: break
        }
    }

    private mutating func observe(
        _ value: Double, _ times: SampleRuns, _ family: String, _ bounds: [Double], _ labels: [String: String]
    ) throws(Loss) {
        for bound in bounds + [.infinity] {
            let text = bound == .infinity ? "+Inf" : SampleRuns.number(bound)
            try add(family + "_bucket", labels.merging(["le": text]) { $1 }, times.scaled(value <= bound ? 1 : 0))
        }
        try add(family + "_count", labels, times)
        try add(family + "_sum", labels, times.scaled(value))
    }

    private mutating func add(_ name: String, _ labels: [String: String], _ runs: SampleRuns) throws(Loss) {
        let all = labels.filter { !$0.value.isEmpty }.merging(target) { own, _ in own }.sorted { $0.key < $1.key }
        let text = "\(name){\(all.map { "\($0.key)=\(StringLiteral.quoted($0.value))" }.joined(separator: ", "))}"
        guard let before = series[text] else {
            names.append(text)
            series[text] = runs
            return
        }
        guard let sum = before.adding(runs) else {
            throw Loss(
                range: SourceRange(0..<name.utf8.count), message: "\(name) shows two things with runs of other lengths",
                remedy: "let their `values` change in the same minutes")
        }
        series[text] = sum
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
