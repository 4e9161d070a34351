import Workflow

/// A rule, or what it says, as the API shows it.
struct RuleView {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    private func text(_ key: String) -> String? { object[key]?.string }

    var details: String {
        fieldLines([
            ("rule", text("id")), ("version", text("version")), ("name", text("name")),
            ("description", text("description").flatMap { $0.isEmpty ? nil : $0 }),
            ("tests", object["tests"]?.integer.map(String.init)), ("deployed", text("deployed_at")),
        ])
    }

    static func table(_ rules: [RuleView]) -> Table {
        var table = Table("rule", "version", ">tests", "name")
        for rule in rules {
            table.add(
                rule.text("id"), rule.text("version"), rule.object["tests"]?.integer.map(String.init),
                rule.text("name"))
        }
        return table
    }

    /// What it says of a context, or what its own tests came to; each with the comparisons that decided.
    var answer: String {
        let title = "\(text("rule_id") ?? "?") \(text("version") ?? "")".printable
        guard let tests = object["tests"]?.array else { return Self.lines("\(title)", object) }
        let results = tests.compactMap(\.object).map { test in
            let word = test["passed"]?.bool == true ? "passed" : "failed"
            return Self.lines("  \(word): \(test["name"]?.string?.printable ?? "?")", test)
        }
        return (["\(title): \(tests.count) test\(tests.count == 1 ? "" : "s")"] + results).joined(separator: "\n")
    }

    /// Long values are left out of the answer.
    private static func shown(_ name: String, of leaf: JSONObject) -> String {
        let value = leaf[name] ?? .null
        guard value.isNull, let bytes = leaf["\(name)_bytes"]?.integer, bytes > 4 else { return "\(value)" }
        return "a value of \(bytes) bytes"
    }

    private static func lines(_ title: String, _ answer: JSONObject) -> String {
        let indent = String(repeating: " ", count: title.prefix { $0 == " " }.count + 2)
        let leaves = (answer["decided_by"]?.array ?? []).compactMap(\.object).map { leaf in
            let isMissing = leaf["missing"]?.bool == true
            let found = isMissing ? "the field is missing" : "it is \(shown("found", of: leaf))"
            let words = [
                leaf["field"]?.string ?? "?", leaf["operator"]?.string ?? "?", "\(shown("value", of: leaf)):",
                "\(leaf["result"] ?? .null),", found,
            ]
            return (indent + words.joined(separator: " ")).printable
        }
        return (["\(title): \(answer["result"] ?? .null)"] + leaves).joined(separator: "\n")
    }
}
