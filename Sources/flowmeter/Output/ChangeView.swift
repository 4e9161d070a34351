import Workflow

/// What a stream tells of an execution, as a line.
struct ChangeView {
    private let name: String
    private let object: JSONObject

    init(_ event: ServerEvent) {
        name = event.name
        object = (try? JSONValue(parsing: Array(event.data.utf8), limits: .trusted))?.object ?? [:]
    }

    /// Whether the end says the same: the execution had ended when it was told that it had started.
    var isRepeated: Bool { name == "started" && execution.result != nil }

    var line: String {
        switch name {
        case "execution": return "\(time("started_at"))  \(execution.workflow.printable)  \(execution.standing)"
        case "started", "changed", "ended":
            let at = time(execution.result == nil ? "started_at" : "ended_at")
            let reason = execution.reason.map { ": \($0.printable)" } ?? ""
            return "\(at)  \(execution.id)  \(execution.workflow.printable)  \(execution.standing)\(reason)"
        case "end":
            let reason = execution.reason.map { ": \($0.printable)" } ?? ""
            return "\(time("ended_at"))  \(execution.standing.uppercased())\(reason)"
        default:
            let words = [name.replacing("_", with: " "), object["path"]?.string?.printable, detail]
            return "\(time("at"))  " + words.compactMap(\.self).joined(separator: "  ")
        }
    }

    private var execution: ExecutionView { ExecutionView(object) }

    private func time(_ key: String) -> String { object[key]?.string ?? "" }

    private var detail: String? {
        let attempt = object["attempt"]?.object
        let error = attempt?["error"]?.string ?? object["step"]?.object?["error"]?.string
        let status = object["step"]?.object?["status"]?.string
        let activity = attempt.map { "\($0["activity"]?.string ?? "") \($0["number"]?.integer ?? 0)" }
        let vote = object["vote"]?.object.map { "\($0["by"]?.string ?? "") \($0["decision"]?.string ?? "")" }
        let words = [status, activity, vote, object["until"]?.string, object["result"]?.string, error]
        let known = words.compactMap { $0?.printable }
        return known.isEmpty ? nil : known.joined(separator: "  ")
    }
}
