import Workflow

/// An execution as the API shows it.
struct ExecutionView {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    private func text(_ key: String) -> String? { object[key]?.string }

    var id: String { text("id") ?? "?" }
    var workflow: String { "\(text("workflow_id") ?? "?") \(text("version") ?? "")" }
    var status: String { text("status") ?? "?" }
    var result: String? { text("result") }
    var reason: String? { text("reason") }
    var startedAt: String? { text("started_at") }
    var setAsideBecause: String? { text("set_aside_because") }
    var milliseconds: Double? { object["duration_ms"]?.double }
    var steps: [StepView]? { object["steps"]?.array.map(StepView.list) }

    /// The result when it has ended, else where it stands.
    var standing: String { result ?? status }
}

extension ExecutionView {
    /// What came of it: the verdict first, then why, then the steps in the order in which they were taken.
    func decision(waited: String?) -> String {
        var lines = ["\(standing.uppercased())  \(workflow.printable)  execution \(id)"]
        if let reason { lines.append("  reason  \(reason.printable)") }
        if let error = text("error_type") { lines.append("  error   \(error.printable)") }
        if let steps, !steps.isEmpty { lines.append(StepView.table(steps).rendered(indent: 2)) }
        if let milliseconds { lines.append("  total   \(describe(milliseconds: milliseconds))") }
        if result == nil, let waited {
            lines.append("  it has not ended within \(waited); follow it with `flowmeter execution show \(id)`")
        }
        return lines.joined(separator: "\n")
    }

    /// All there is to say, one field to a line.
    var details: String {
        let fields: [(String, String?)] = [
            ("execution", id), ("workflow", workflow), ("status", status), ("result", result), ("reason", reason),
            ("set aside", setAsideBecause.map { "because \($0)" }),
            ("held", object["held"]?.bool == true ? "until others of its workflow end" : nil),
            ("error", text("error_type")), ("trigger", text("trigger_type")), ("event", text("event_id")),
            ("started", startedAt), ("ended", text("ended_at")), ("wakes", text("wake_at")),
            ("took", milliseconds.map(describe(milliseconds:))),
        ]
        return fieldLines(fields)
    }

    /// Why they are set aside stands there when one of them is.
    static func table(_ executions: [ExecutionView]) -> Table {
        let tellsWhy = executions.contains { $0.setAsideBecause != nil }
        let headings = ["execution", "workflow", "status", "result", "started", ">took"]
        var table = Table(headings + (tellsWhy ? ["set aside because"] : []))
        for execution in executions {
            let cells: [String?] = [
                execution.id, execution.workflow, execution.status, execution.result, execution.startedAt,
                execution.milliseconds.map(describe(milliseconds:)),
            ]
            table.add(cells + (tellsWhy ? [execution.setAsideBecause] : []))
        }
        return table
    }
}

/// A step as a trace shows it.
struct StepView {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// The steps in the order in which they began; one that holds others comes before them.
    static func list(_ array: [JSONValue]) -> [StepView] {
        let steps = array.compactMap { $0.object.map(StepView.init) }
        return steps.enumerated().sorted { left, right in
            (left.element.startedAt, left.element.depth, left.offset)
                < (right.element.startedAt, right.element.depth, right.offset)
        }.map(\.element)
    }

    static func table(_ steps: [StepView]) -> Table {
        var table = Table("step", "kind", "status", ">attempts", ">took", "error")
        for step in steps {
            table.add(
                step.object["path"]?.string ?? step.object["step"]?.string, step.object["kind"]?.string,
                step.object["status"]?.string, step.attempts,
                step.object["duration_ms"]?.double.map(describe(milliseconds:)), step.object["error"]?.string ?? "")
        }
        return table
    }

    private var startedAt: String { object["started_at"]?.string ?? "" }

    private var depth: Int { object["path"]?.string?.count { $0 == "." } ?? 0 }

    /// Nil for a step that attempts nothing.
    private var attempts: String? {
        object["attempts"]?.integer.flatMap { $0 > 0 ? String($0) : nil }
    }

    /// What the step gave, when it gave anything.
    var output: String? {
        guard let output = object["output"], !output.isNull else { return nil }
        return "\(object["path"]?.string ?? "?") = \(output)"
    }
}

/// `name  value` lines; nil values are left out.
func fieldLines(_ fields: [(String, String?)]) -> String {
    let width = fields.map(\.0.displayWidth).max() ?? 0
    return fields.compactMap { name, value in
        value.map { name + String(repeating: " ", count: width - name.displayWidth + 2) + $0.printable }
    }.joined(separator: "\n")
}
