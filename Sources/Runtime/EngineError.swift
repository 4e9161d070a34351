public import Workflow

/// Why the engine refused a request.
public struct EngineError: Error, Sendable {
    public var code: Code
    /// What is wrong, in one sentence.
    public var message: String
    /// What to do about it.
    public var remedy: String?
    /// The problems of a definition, with their places.
    public var problems: [Problem]

    public init(_ code: Code, _ message: String, remedy: String? = nil, problems: [Problem] = []) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.problems = problems
    }

    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let invalidDefinition = Code(rawValue: "invalid_definition")
        public static let versionConflict = Code(rawValue: "version_conflict")
        public static let idMismatch = Code(rawValue: "id_mismatch")
        public static let unknownWorkflow = Code(rawValue: "unknown_workflow")
        public static let unknownVersion = Code(rawValue: "unknown_version")
        public static let unknownRule = Code(rawValue: "unknown_rule")
        public static let ruleInUse = Code(rawValue: "rule_in_use")
        public static let workflowDisabled = Code(rawValue: "workflow_disabled")
        public static let unknownExecution = Code(rawValue: "unknown_execution")
        public static let executionEnded = Code(rawValue: "execution_ended")
        public static let notPaused = Code(rawValue: "not_paused")
        public static let compensating = Code(rawValue: "compensating")
        public static let unknownApproval = Code(rawValue: "unknown_approval")
        public static let approvalNotAllowed = Code(rawValue: "approval_not_allowed")
        public static let approvalDecided = Code(rawValue: "approval_decided")
        public static let invalidDecision = Code(rawValue: "invalid_decision")
        public static let eventConflict = Code(rawValue: "event_conflict")
        public static let invalidEvent = Code(rawValue: "invalid_event")
        public static let executionNotEnded = Code(rawValue: "execution_not_ended")
        public static let invalidRerun = Code(rawValue: "invalid_rerun")
        public static let invalidSchedule = Code(rawValue: "invalid_schedule")
        public static let limitReached = Code(rawValue: "limit_reached")
        public static let overloaded = Code(rawValue: "overloaded")
        public static let unavailable = Code(rawValue: "unavailable")
        public static let shuttingDown = Code(rawValue: "shutting_down")
    }
}

extension EngineError {
    static let shuttingDown = EngineError(
        .shuttingDown, "the server is shutting down", remedy: "send the request again to a server that is up")

    init(_ error: JournalError) {
        switch error {
        case .fenced:
            self.init(.unavailable, "this server has lost its lease and is taking a new one", remedy: "try again")
        case .conflict(let what):
            self.init(.unavailable, "the journal was changed by another server: \(what)", remedy: "try again")
        case .unavailable(let why):
            self.init(
                .unavailable, "the journal refused to write: \(why)",
                remedy:
                    "try again; when it stays, see whether the disk of the data directory is full, read-only or failing"
            )
        case .unknownOutcome(let why):
            self.init(
                .unavailable, "it is not known whether the journal took this in: \(why)",
                remedy: "send it again with the same id; it takes effect once")
        case .corrupt(let what):
            self.init(.unavailable, "the journal holds something that cannot be read: \(what)")
        case .closed:
            self = .shuttingDown
        }
    }
}

/// Runs a verb of the journal and turns its error into the engine's.
func journaling<Value>(
    _ body: () async throws(JournalError) -> Value
) async throws(EngineError) -> Value {
    do {
        return try await body()
    } catch {
        throw EngineError(error)
    }
}
