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
        for workflow in skipped { line += "\n\(workflow.printable) skipped it: as many run as its concurrency allows" }
        if executions.isEmpty, skipped.isEmpty { line += "\nit started no workflow" }
        return line
    }
}
