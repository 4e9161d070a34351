import Workflow

/// What the server answers to an event.
struct Receipt {
    let eventID: String
    let isDuplicate: Bool
    let executions: [ExecutionView]

    init(_ json: JSONValue) {
        let object = json.object ?? [:]
        eventID = object["event_id"]?.string ?? "?"
        isDuplicate = object["duplicate"]?.bool ?? false
        executions = (object["executions"]?.array ?? []).compactMap { $0.object.map(ExecutionView.init) }
    }

    func headline(event: String) -> String {
        var line = "event \(event.printable) accepted, id \(eventID.printable)"
        if isDuplicate { line += " (known already: nothing new was started)" }
        if executions.isEmpty { line += "\nit started no workflow" }
        return line
    }
}
