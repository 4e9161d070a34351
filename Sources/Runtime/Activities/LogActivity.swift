public import Logging
public import Workflow

/// Writes a line to the service's log.
public struct LogActivity: Activity {
    private let logger: Logger

    public init(logger: Logger) { self.logger = logger }

    public var isBrief: Bool { true }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let level = try level(of: task)
        guard level >= logger.logLevel else { return .null }
        let message = task.arguments.object?["message"] ?? .null
        logger.log(
            level: level, "\(message.string ?? message.description)",
            metadata: [
                "workflow_id": "\(context.workflow)", "execution_id": "\(context.execution)", "step": "\(task.step)",
            ])
        return .null
    }

    private func level(of task: ActivityTask) throws(ActivityFailure) -> Logger.Level {
        guard let word = task.arguments.object?["level"] else { return .info }
        guard let level = word.string.flatMap({ Logger.Level(rawValue: $0 == "warn" ? "warning" : $0) }) else {
            throw ActivityFailure(.invalid, "`level` is \(word), not a log level")
        }
        return level
    }
}
