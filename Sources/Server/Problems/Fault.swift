import Workflow

/// One thing that is wrong with what a client sent: where, what, and what to do.
struct Fault: Sendable, Hashable {
    var code: String
    /// `error` or `warning`.
    var severity = "error"
    var line: Int?
    var column: Int?
    /// Where in the body, such as `events[3].data`; empty is the body itself.
    var path: String
    var message: String
    var remedy: String?
}

extension Fault {
    init(_ error: JSONError) {
        self.init(
            code: error.code, line: error.line, column: error.column, path: "", message: error.message,
            remedy: error.remedy)
    }
}

extension JSONOutput {
    mutating func write(_ fault: Fault) {
        object { json in
            json.field("severity", fault.severity)
            json.field("code", fault.code)
            json.field("line", fault.line)
            json.field("column", fault.column)
            json.field("path", fault.path)
            json.field("message", fault.message)
            json.field("remedy", fault.remedy)
        }
    }
}
