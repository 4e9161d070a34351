import PromQL

/// A rule in the names of the dialect that is rendered.
struct RenderedAlert {
    let definition: AlertDefinition
    let expression: String
    let summary: String
    let description: String
    /// What the labels of the alert are called.
    let labels: CarriedLabels

    /// All labels that the rule adds.
    var ownLabels: [(String, String)] {
        [("severity", definition.severity)] + (definition.extraLabels ?? [:]).sorted { $0.key < $1.key }
    }
}

struct RenderedRecording {
    let definition: RecordingDefinition
    let expression: String

    /// The group of rules.
    var group: String { definition.group ?? "recordings" }
}

/// Files of rules as text.
enum RuleText {
    static func recordings(_ rules: [RenderedRecording]) -> String {
        file(grouped(rules) { $0.group }) { rule in
            var lines = ["- record: \(rule.definition.record)"] + expression(rule.expression)
            let labels = (rule.definition.labels ?? [:]).sorted { $0.key < $1.key }
            if !labels.isEmpty { lines += ["  labels:"] + labels.map { "    \($0.key): \(YAMLText.quoted($0.value))" } }
            return lines
        }
    }

    static func alerts(_ rules: [RenderedAlert], runbooks: String) -> String {
        file(grouped(rules) { $0.definition.group }) { rule in
            ["- alert: \(rule.definition.alert)"] + expression(rule.expression) + [
                "  for: \(rule.definition.pendingFor)", "  labels:",
            ] + rule.ownLabels.map { "    \($0.0): \(YAMLText.quoted($0.1))" } + ["  annotations:"]
                + rule.annotations(runbooks: runbooks).map { "    \($0.0): \(YAMLText.quoted($0.1))" }
        }
    }

    private static func grouped<Rule>(_ rules: [Rule], _ name: (Rule) -> String) -> [(String, [Rule])] {
        var groups: [(String, [Rule])] = []
        for rule in rules {
            if let index = groups.firstIndex(where: { $0.0 == name(rule) }) {
                groups[index].1.append(rule)
            } else {
                groups.append((name(rule), [rule]))
            }
        }
        return groups
    }

    private static func file<Rule>(_ groups: [(String, [Rule])], _ lines: (Rule) -> [String]) -> String {
        var text = ["groups:"]
        for (name, rules) in groups {
            text += ["  - name: \(name)", "    rules:"] + rules.flatMap(lines).map { "      " + $0 }
        }
        return YAMLText.file(text)
    }

    private static func expression(_ expression: String) -> [String] {
        let lines = expression.split(separator: "\n")
        return ["  expr: |-"] + lines.map { "    \($0)" }
    }
}

extension RenderedAlert {
    func annotations(runbooks: String) -> [(String, String)] {
        [
            ("summary", summary), ("description", description),
            ("runbook_url", "\(runbooks)\(definition.alert).md"),
        ]
    }
}

/// Pieces of YAML.
enum YAMLText {
    /// What stands at the head of files that are generated.
    static let head = "# Made by `flowmeter monitoring render`; make it again rather than changing it here."

    static func file(_ lines: [String]) -> String { ([head] + lines).joined(separator: "\n") + "\n" }

    /// A text in double quotes, where it needs them.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
        let isWord = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        if isPlain, !isWord, text.first != "-" { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension [String] {
    /// Each once.
    var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
