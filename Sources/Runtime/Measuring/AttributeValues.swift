import Telemetry
import Workflow

// What stands in metrics for what the engine knows under types of its own.

extension NotificationType {
    init(_ recipient: Recipient) {
        self =
            switch recipient {
            case .address, .role: .email
            case .slack: .slack
            case .webhook: .webhook
            case .log: .log
            }
    }
}

extension WorkflowTrigger {
    init(_ trigger: TriggerType) {
        self =
            switch trigger {
            case .event: .event
            case .schedule: .schedule
            case .manual: .manual
            case .webhook: .webhook
            case .workflow: .workflow
            }
    }
}

extension LimitPolicy {
    init(_ excess: Admission.Excess) {
        self =
            switch excess {
            case .queue: .queue
            case .skip: .skip
            case .cancelRunning: .cancelRunning
            }
    }
}

extension ApprovalStatus {
    init(_ result: ApprovalResult) {
        self =
            switch result {
            case .approved: .approved
            case .rejected: .rejected
            case .expired: .expired
            case .cancelled: .cancelled
            }
    }
}

extension WorkflowResult {
    init(_ result: ExecutionResult) {
        self =
            switch result {
            case .allowed: .allowed
            case .blocked: .blocked
            case .executed: .executed
            case .failed: .failed
            case .cancelled: .cancelled
            case .timeout: .timeout
            }
    }
}

extension WorkflowError {
    init(_ error: ErrorType?) {
        self =
            switch error {
            case nil: .none
            case .contextBuild: .context
            case .execution: .execution
            case .validation: .validation
            case .timeout: .timeout
            case .internal: .internal
            }
    }
}
