import HTTPTypes
import Runtime
import Workflow

extension APIProblem {
    /// The engine's refusal as an answer.
    init(_ error: EngineError) {
        let (status, title) = Self.kind(of: error.code)
        self.init(
            status, error.code.rawValue, title, error.message, remedy: error.remedy,
            faults: error.problems.map(Fault.init))
        if status == .serviceUnavailable || status == .tooManyRequests { headers.append((.retryAfter, "1")) }
        if error.code == .shuttingDown { headers.append((.connection, "close")) }
        if status == .internalServerError { self = .internal("unknown engine code \(error.code.rawValue)") }
    }

    private static func kind(of code: EngineError.Code) -> (HTTPResponse.Status, String) {
        switch code {
        case .invalidDefinition: (.unprocessableContent, "Invalid definition")
        case .versionConflict: (.conflict, "Version conflict")
        case .idMismatch: (.unprocessableContent, "Ids differ")
        case .unknownWorkflow: (.notFound, "Unknown workflow")
        case .unknownVersion: (.notFound, "Unknown version")
        case .unknownRule: (.notFound, "Unknown rule")
        case .ruleInUse: (.conflict, "Rule in use")
        case .workflowDisabled: (.conflict, "Workflow disabled")
        case .unknownExecution: (.notFound, "Unknown execution")
        case .executionEnded: (.conflict, "Execution ended")
        case .notPaused: (.conflict, "Not paused")
        case .compensating: (.conflict, "Being undone")
        case .unknownApproval: (.notFound, "Unknown approval")
        case .approvalNotAllowed: (.forbidden, "Not an approver")
        case .approvalDecided: (.conflict, "Approval decided")
        case .invalidDecision: (.badRequest, "Invalid decision")
        case .eventConflict: (.conflict, "Event conflict")
        case .invalidEvent: (.badRequest, "Invalid event")
        case .executionNotEnded: (.conflict, "Execution not ended")
        case .invalidRerun: (.unprocessableContent, "Cannot be rerun")
        case .invalidSchedule: (.unprocessableContent, "Invalid schedule")
        case .limitReached: (.conflict, "Limit reached")
        case .overloaded: (.tooManyRequests, "Overloaded")
        case .unavailable: (.serviceUnavailable, "Unavailable")
        case .shuttingDown: (.serviceUnavailable, "Shutting down")
        default: (.internalServerError, "Internal error")
        }
    }

    /// The journal's failure while it kept or read API keys.
    init(_ error: JournalError) {
        self.init(
            .serviceUnavailable, "unavailable", "Unavailable", "the journal does not answer", remedy: "try again")
        headers.append((.retryAfter, "1"))
        cause = "\(error)"
    }
}

/// Runs a verb of the engine and turns its refusal into an answer.
func asking<Value>(_ body: () async throws(EngineError) -> Value) async throws(APIProblem) -> Value {
    do {
        return try await body()
    } catch {
        throw APIProblem(error)
    }
}

extension Fault {
    init(_ problem: Problem) {
        self.init(
            code: "\(problem.code)", severity: "\(problem.severity)", line: problem.line, column: problem.column,
            path: problem.path, message: problem.message, remedy: problem.remedy)
    }
}
