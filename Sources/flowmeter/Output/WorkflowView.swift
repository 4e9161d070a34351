import Workflow

/// A workflow as the API shows it.
struct WorkflowView {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    private func text(_ key: String) -> String? { object[key]?.string }

    var title: String { "\(text("id") ?? "?") \(text("version") ?? "")".printable }
    var source: String? { text("source") }
    /// What a deployment did: created, updated or unchanged.
    var deployment: String { text("deployment") ?? "deployed" }

    var trigger: String {
        let trigger = object["trigger"]?.object ?? [:]
        let words = ["type", "source", "event"].compactMap { trigger[$0]?.string }
        return words.joined(separator: " ").printable
    }

    var details: String {
        fieldLines([
            ("workflow", text("id")), ("version", text("version")), ("name", text("name")),
            ("description", text("description").flatMap { $0.isEmpty ? nil : $0 }),
            ("enabled", object["enabled"]?.bool.map { $0 ? "yes" : "no" }), ("trigger", trigger),
            ("tags", object.words("tags").flatMap { $0.isEmpty ? nil : $0 }),
            ("steps", object["steps"]?.integer.map(String.init)), ("deployed", text("deployed_at")),
        ])
    }

    static func table(_ workflows: [WorkflowView]) -> Table {
        var table = Table("workflow", "version", "enabled", "trigger", ">steps", "name")
        for workflow in workflows {
            table.add(
                workflow.text("id"), workflow.text("version"), workflow.object["enabled"]?.bool == true ? "yes" : "no",
                workflow.trigger, workflow.object["steps"]?.integer.map(String.init), workflow.text("name"))
        }
        return table
    }
}
