import Wording

/// The metrics that a definition declares, and the steps that record them.
extension DefinitionParser {
    private static let metricKeys = ["type", "help", "labels", "buckets"]
    private static let metricForm = "a small letter, then small letters, digits and _, at most 64 in all"
    /// Endings that formats of metrics give a meaning of their own.
    private static let takenEndings = ["_bucket", "_count", "_sum", "_created", "_info"]

    /// The entries of `metrics`.
    mutating func metricDeclarations(_ cursor: Cursor) -> [MetricDeclaration] {
        guard case .map(let members) = cursor.node.content else {
            report(.wrongKind(expected: "a map (metrics)", found: cursor.node.kindName), at: cursor)
            return []
        }
        if members.count > Limits.metrics { report(.tooMany(what: "metrics", limit: Limits.metrics), at: cursor) }
        faultyMetrics = members.dropFirst(Limits.metrics).map(\.key)
        return members.prefix(Limits.metrics).compactMap { member in
            let metric = metricDeclaration(member, in: cursor)
            if metric == nil { faultyMetrics.append(member.key) }
            return metric
        }
    }

    private mutating func metricDeclaration(_ member: SourceMember, in all: Cursor) -> MetricDeclaration? {
        let cursor = Cursor(node: member.value, path: Members.join(all.path, member.key))
        guard let members = map(cursor, "a metric", keys: Self.metricKeys) else { return nil }
        let help = members["help"].flatMap { nonEmpty($0, "help", limit: Limits.nameLength) }
        let labels = members["labels"].map { metricLabels($0) } ?? []
        guard let kind = metricKind(members), let labels,
            let name = metricName(member, kind, in: all)
        else { return nil }
        let metric = MetricDeclaration(
            name: name, kind: kind, help: help ?? "What workflows record as \(name).", labels: labels)
        if metric.maximumSeries > Limits.metricSeries {
            report(
                .tooMany(what: "combinations of label values in one metric", limit: Limits.metricSeries), at: cursor)
            return nil
        }
        return metric
    }

    private mutating func metricName(
        _ member: SourceMember, _ kind: MetricDeclaration.Kind, in all: Cursor
    ) -> String? {
        let ending = MetricDeclaration.counterEnding
        let hasEnding = kind == .counter && member.key.hasSuffix(ending)
        let name = hasEnding ? String(member.key.dropLast(ending.count)) : member.key
        guard Names.isIdentifier(name, hyphens: false), name.first?.isLowercase == true, name == name.lowercased()
        else {
            report(.badName(member.key, what: "a metric's name", form: Self.metricForm), member: member, in: all)
            return nil
        }
        if let ending = (Self.takenEndings + [ending]).first(where: name.hasSuffix) {
            let form = "a name that does not end in \(ending), which has a meaning of its own"
            report(.badName(member.key, what: "a \(kind.word)'s name", form: form), member: member, in: all)
            return nil
        }
        return name
    }

    private mutating func metricKind(_ members: Members) -> MetricDeclaration.Kind? {
        guard let cursor = required("type", of: members, "the metric"), let word = text(cursor, "a metric's type")
        else { return nil }
        if word != "histogram", members["buckets"] != nil, let key = members.key("buckets") {
            report(.misplacedKey("buckets", owner: "a \(word)", home: "a histogram"), at: key)
        }
        switch word {
        case "counter": return .counter
        case "gauge": return .gauge
        case "histogram":
            return required("buckets", of: members, "a histogram").flatMap { buckets($0) }.map {
                .histogram(buckets: $0)
            }
        default:
            reportUnknown(word, "metric type", ["counter", "gauge", "histogram"], at: cursor)
            return nil
        }
    }

    private mutating func buckets(_ cursor: Cursor) -> [Double]? {
        guard let elements = list(cursor, "buckets") else { return nil }
        if elements.count > Limits.metricBuckets {
            report(.tooMany(what: "buckets", limit: Limits.metricBuckets), at: cursor)
            return nil
        }
        let bounds = elements.compactMap { json($0)?.double }
        let isRising = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
        guard bounds.count == elements.count, isRising, bounds.allSatisfy(\.isFinite), !bounds.isEmpty else {
            report(.wrongKind(expected: "numbers, each above the one before", found: "others"), at: cursor)
            return nil
        }
        return bounds
    }

    // MARK: Labels

    /// Nil after a problem was reported.
    private mutating func metricLabels(_ cursor: Cursor) -> [MetricDeclaration.Label]? {
        guard case .map(let members) = cursor.node.content else {
            report(.wrongKind(expected: "a map (labels)", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if members.count > Limits.metricLabels {
            report(.tooMany(what: "labels of one metric", limit: Limits.metricLabels), at: cursor)
            return nil
        }
        let labels = members.compactMap { metricLabel($0, in: cursor) }
        return labels.count == members.count ? labels : nil
    }

    private mutating func metricLabel(_ member: SourceMember, in all: Cursor) -> MetricDeclaration.Label? {
        let isTaken = member.key.hasPrefix("_") || ["le", "quantile"].contains(member.key)
        guard Names.isIdentifier(member.key, hyphens: false), !isTaken else {
            let form = "a letter, then letters, digits and _, at most 64 in all; neither le nor quantile"
            report(.badName(member.key, what: "a label's name", form: form), member: member, in: all)
            return nil
        }
        let cursor = Cursor(node: member.value, path: Members.join(all.path, member.key))
        return labelValues(cursor).map { MetricDeclaration.Label(name: member.key, values: $0) }
    }

    private mutating func labelValues(_ cursor: Cursor) -> MetricDeclaration.Label.Values? {
        switch cursor.node.content {
        case .list:
            let elements = list(cursor, "the values of a label") ?? []
            let values = elements.compactMap { nonEmpty($0, "a label's value", limit: Limits.tagLength) }
            if let index = values.indices.first(where: { values[..<$0].contains(values[$0]) }) {
                report(.duplicateKey(values[index]), at: elements[index])
                return nil
            }
            return values.isEmpty || values.count < elements.count ? nil : .listed(values)
        case .map:
            guard let members = map(cursor, "the values of a label", keys: ["limit"]),
                let limit = required("limit", of: members, "the values of a label")
            else { return nil }
            return integer(limit, "the limit", in: 1...Limits.metricSeries).map { .limited($0) }
        case .scalar:
            let expected = "the values that are told apart, such as [de, fr], or how many, such as {limit: 20}"
            report(.wrongKind(expected: expected, found: cursor.node.kindName), at: cursor)
            return nil
        }
    }

    // MARK: Recording

    /// A step of type `metric` is one activity.
    mutating func metricStep(_ members: Members) -> Step.Kind? {
        guard required("metric", of: members, "a step of type metric") != nil else { return nil }
        checkMetric(members)
        guard case .map(let all) = members.cursor.node.content else { return nil }
        var node = members.cursor.node
        node.content = .map(all.filter { ["metric", "value", "labels"].contains($0.key) })
        return templateValue(Cursor(node: node, path: members.cursor.path)).map {
            .execute([ActivityCall(kind: .metric, arguments: $0)])
        }
    }

    mutating func checkMetric(_ members: Members) {
        guard let cursor = members["metric"], let name = text(cursor, "a metric's name") else { return }
        guard let metric = metrics.first(where: { $0.isCalled(name) }) else {
            return reportUnknownMetric(name, at: cursor)
        }
        if metric.kind != .counter { _ = required("value", of: members, "the record of a \(metric.kind.word)") }
        checkValue(members["value"], of: metric)
        checkLabels(of: metric, members)
    }

    private mutating func reportUnknownMetric(_ name: String, at cursor: Cursor) {
        func base(_ name: String) -> Substring {
            name.dropLast(name.hasSuffix(MetricDeclaration.counterEnding) ? MetricDeclaration.counterEnding.count : 0)
        }
        // What is wrong with a declaration is said there.
        if faultyMetrics.contains(where: { base($0) == base(name) }) { return }
        if metrics.isEmpty { return report(.undeclaredMetric(name), at: cursor) }
        reportUnknown(name, "metric", metrics.map(\.name), at: cursor)
    }

    private mutating func checkValue(_ cursor: Cursor?, of metric: MetricDeclaration) {
        guard let cursor, !isTemplate(cursor) else { return }
        guard let value = json(cursor)?.double else {
            return report(.wrongKind(expected: "a number (value)", found: cursor.node.kindName), at: cursor)
        }
        if metric.kind == .counter, value < 0 {
            report(.outOfRange("\(value)", what: "what a counter goes up by", range: "0 and above"), at: cursor)
        }
    }

    private mutating func checkLabels(of metric: MetricDeclaration, _ members: Members) {
        let names = metric.labels.map(\.name)
        guard let cursor = members["labels"] else {
            if !names.isEmpty { _ = required("labels", of: members, "the record of \(metric.name)") }
            return
        }
        guard let labels = map(cursor, "the labels of \(metric.name)", keys: names) else { return }
        for name in names { _ = required(name, of: labels, "the labels of \(metric.name)") }
    }
}
