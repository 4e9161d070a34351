import Workflow

/// The server's no: its status and, when it sent one, its problem document (RFC 9457).
struct Refusal: Error {
    let status: UInt
    let problem: JSONObject?
}

extension Refusal {
    var problems: [JSONObject] { problem?["problems"]?.array?.compactMap(\.object) ?? [] }

    var commandError: CommandError {
        CommandError(.refused, message, remedy: remedy)
    }

    private var message: String {
        let title = problem?["title"]?.string ?? "the server answered \(status)"
        guard let detail = problem?["detail"]?.string, detail != title else { return title.printable }
        return detail.printable
    }

    private var remedy: String? {
        if let remedy = problem?["remedy"]?.string { return remedy.printable }
        return switch status {
        case 401: "set FLOWMETER_API_KEY, or name a key with --key"
        default: nil
        }
    }
}
