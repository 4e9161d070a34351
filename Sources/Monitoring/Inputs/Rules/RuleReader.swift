import Documents
import Wording

/// Reads rules as Prometheus does, and reports what it would refuse.
struct RuleReader {
    private static let groupFields = ["name", "interval", "query_offset", "limit", "labels", "rules"]
    private static let ruleFields = [
        "record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations",
    ]

    var log = ReadingLog()

    mutating func file(_ root: DocumentNode) -> RuleFile? {
        guard log.map(root, "a rule file", fields: ["groups"]) != nil else { return nil }
        return RuleFile(form: .prometheus, groups: groups(root, fields: Self.groupFields), node: root)
    }

    /// A `PrometheusRule`; what stands outside `spec` is for Kubernetes to judge.
    mutating func resource(_ root: DocumentNode) -> RuleFile? {
        let metadata = root["metadata"]
        let form = RuleFile.Form.resource(name: metadata?["name"]?.text, namespace: metadata?["namespace"]?.text)
        guard let spec = root["spec"], !spec.isNull else {
            log.report(.missingField("spec", in: "a PrometheusRule"), root.place)
            return nil
        }
        guard log.map(spec, "the spec of a PrometheusRule", fields: ["groups"]) != nil else { return nil }
        // Thanos reads these resources too.
        let fields = Self.groupFields + ["partial_response_strategy"]
        return RuleFile(form: form, groups: groups(spec, fields: fields), node: root)
    }

    // MARK: Groups

    private mutating func groups(_ node: DocumentNode, fields: [String]) -> [RuleGroup] {
        var names: Set<String> = []
        return log.list(node, "groups").compactMap { group in
            guard let group = self.group(group, fields: fields) else { return nil }
            if !names.insert(group.name.value).inserted {
                log.report(.repeatedGroup(group.name.value), group.name.place)
            }
            return group
        }
    }

    private mutating func group(_ node: DocumentNode, fields: [String]) -> RuleGroup? {
        guard log.map(node, "a group", fields: fields) != nil else { return nil }
        let name = log.required(node, "name", "a group")
        let rules = log.list(node, "rules").compactMap { rule($0) }
        let interval = duration(node, "interval")
        let offset = duration(node, "query_offset")
        let limit = integer(node, "limit")
        let labels = labels(node, "labels", areTemplates: false)
        guard let name else { return nil }
        return RuleGroup(
            name: name, interval: interval, queryOffset: offset, limit: limit, labels: labels, rules: rules, node: node)
    }

    // MARK: Rules

    private mutating func rule(_ node: DocumentNode) -> Rule? {
        guard log.map(node, "a rule", fields: Self.ruleFields) != nil else { return nil }
        let record = log.text(node, "record").flatMap { $0.value.isEmpty ? nil : $0 }
        let alert = log.text(node, "alert").flatMap { $0.value.isEmpty ? nil : $0 }
        if record != nil, alert != nil { log.report(.recordAndAlert, node.place) }
        let expression = log.required(node, "expr", "a rule")
        let isAlert = record == nil
        if !isAlert { checkRecording(node, record) }
        let pendingFor = duration(node, "for")
        let keepFiringFor = duration(node, "keep_firing_for")
        let labels = labels(node, "labels", areTemplates: isAlert)
        let annotations = labelTexts(node, "annotations", areTemplates: isAlert)
        guard let name = record ?? alert else {
            log.report(.neitherRecordNorAlert, node.place)
            return nil
        }
        guard let expression else { return nil }
        return Rule(
            kind: isAlert ? .alerting : .recording, name: name, expression: expression, pendingFor: pendingFor,
            keepFiringFor: keepFiringFor, labels: labels, annotations: annotations, node: node)
    }

    private mutating func checkRecording(_ node: DocumentNode, _ record: SourceText?) {
        for field in ["for", "keep_firing_for", "annotations"] {
            guard let member = node.member(field), !member.value.isNull else { continue }
            // An empty map, or a duration of nothing, is the same as none.
            let duration = member.value.text.flatMap { DurationText($0) }
            if field == "annotations" ? member.value.members.isEmpty : duration?.milliseconds == 0 { continue }
            log.report(.fieldOfAlerts(field), member.key.place)
        }
        guard let record else { return }
        if !Names.isClassicMetric(record.value) { reportName(record, .metricName(record.value)) }
    }

    // MARK: Values

    private mutating func duration(_ node: DocumentNode, _ field: String) -> DurationText? {
        guard let text = log.text(node, field) else { return nil }
        if let duration = DurationText(text) { return duration }
        log.report(.duration(text.value), text.place)
        return nil
    }

    private mutating func integer(_ node: DocumentNode, _ field: String) -> Int? {
        guard let text = log.text(node, field) else { return nil }
        if case .scalar(_, .number)? = node[field]?.content {
            if let integer = Int(text.value) { return integer }
            // YAML has more ways to write a whole number, which nobody uses for a limit.
            if let number = Double(text.value) { return Int(exactly: number.rounded(.towardZero)) }
        }
        log.report(.integer(field, text.value), text.place)
        return nil
    }

    private mutating func labels(_ node: DocumentNode, _ field: String, areTemplates: Bool) -> [LabelText] {
        let labels = labelTexts(node, field, areTemplates: areTemplates)
        for label in labels where label.name.value == "__name__" {
            log.report(.labelName(label.name.value), label.name.place)
        }
        return labels
    }

    private mutating func labelTexts(_ node: DocumentNode, _ field: String, areTemplates: Bool) -> [LabelText] {
        guard let value = node[field], !value.isNull else { return [] }
        guard case .mapping(let members) = value.content else {
            log.report(.wrongKind(Prose.quote(field), expected: "a map", found: value.kindName), value.place)
            return []
        }
        return members.compactMap { member in
            if !Names.isClassicLabel(member.key.value) { reportName(member.key, .labelName(member.key.value)) }
            guard case .scalar(let text, let kind) = member.value.content else {
                let what = Prose.quote(member.key.value)
                log.report(.wrongKind(what, expected: "a text", found: member.value.kindName), member.value.place)
                return nil
            }
            let label = LabelText(name: member.key, value: kind == .null ? text.part(0..<0) : text)
            if areTemplates { checkTemplate(label.value) }
            return label
        }
    }

    private mutating func checkTemplate(_ text: SourceText) {
        for problem in AlertTemplate(text).problems { log.report(.template(problem.fault), problem.place) }
    }

    /// A name that is empty is refused; another one that is not classic is for Prometheus 3.
    private mutating func reportName(_ name: SourceText, _ fault: ReadingFault) {
        log.report(name.value.isEmpty ? fault : .utf8Name(name.value), name.place)
    }
}

/// Names as Prometheus had them before version 3.
enum Names {
    static func isClassicLabel(_ name: String) -> Bool { isWord(name, colons: false) }

    static func isClassicMetric(_ name: String) -> Bool { isWord(name, colons: true) }

    private static func isWord(_ name: String, colons: Bool) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { byte in
            isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_")
                || colons && byte == UInt8(ascii: ":")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
