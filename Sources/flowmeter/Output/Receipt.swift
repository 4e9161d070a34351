import Workflow

/// What the server answers to an event.
struct Receipt {
    let eventID: String
    let isDuplicate: Bool
    let executions: [ExecutionView]
    /// The workflows that it did not start because as many of their executions run as may.
    let skipped: [String]

    init(_ json: JSONValue) {
        let object = json.object ?? [:]
        eventID = object["event_id"]?.string ?? "?"
        isDuplicate = object["duplicate"]?.bool ?? false
        skipped = (object["skipped"]?.array ?? []).compactMap(\.string)
        executions = (object["executions"]?.array ?? []).compactMap { $0.object.map(ExecutionView.init) }
    }

    func headline(event: String) -> String {
        var line = "event \(event.printable) accepted, id \(eventID.printable)"
        if isDuplicate { line += " (known already: nothing new was started)" }
        if executions.isEmpty, skipped.isEmpty { line += "\nit started no workflow" }
        return ([line] + refusals).joined(separator: "\n")
    }

    /// What came of a run by hand.
    func runs(waited: String?) -> String {
        let known = isDuplicate ? ["known already: nothing new was started"] : []
        return (known + executions.map { $0.decision(waited: waited) } + refusals).joined(separator: "\n")
    }

    private var refusals: [String] {
        skipped.map { "\($0.printable) skipped it: as many run as its concurrency allows" }
    }
}
