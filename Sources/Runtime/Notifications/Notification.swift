import Workflow

/// What one recipient is told, checked.
struct Notification: Sendable {
    static let longestMessage = 32 << 10
    static let longestSubject = 200

    let recipient: Recipient
    /// One line; nil when the definition has none.
    let subject: String?
    let message: String
    let timeout: Duration?
    /// The same over retries, crashes and takeovers.
    let key: String
    let workflow: String
    let execution: ExecutionID
    let step: String
    /// See ``ActivityContext/turn``.
    let turn: Timestamp

    init(_ task: ActivityTask, in context: ActivityContext) throws(ActivityFailure) {
        let arguments = task.arguments.object ?? [:]
        let text = arguments["recipient"]?.string ?? ""
        guard let recipient = Recipient(parsing: text) else {
            throw ActivityFailure(
                .invalid, "`\(text.prefix(100).oneLine)` under `recipients` is not \(Recipient.form)")
        }
        self.recipient = recipient
        message = try Self.text(arguments["message"], "message", limit: Self.longestMessage) ?? ""
        if message.isEmpty { throw ActivityFailure(.invalid, "`message` is empty") }
        subject = try Self.text(arguments["subject"], "subject", limit: Self.longestSubject * 4).map {
            String($0.oneLine.prefix(Self.longestSubject))
        }
        timeout = try Self.timeout(arguments["timeout"])
        (key, step) = (task.idempotencyKey, task.step)
        (workflow, execution, turn) = (context.workflow, context.execution, context.turn)
    }

    /// - Returns: nil for nothing.
    private static func text(
        _ value: JSONValue?, _ what: String, limit: Int
    ) throws(ActivityFailure) -> String? {
        guard let value, value != .null else { return nil }
        let text = value.string ?? value.description
        guard text.utf8.count <= limit else {
            throw ActivityFailure(.invalid, "`\(what)` has \(text.utf8.count) bytes, more than \(limit)")
        }
        return text.isEmpty ? nil : text
    }

    static func timeout(_ value: JSONValue?) throws(ActivityFailure) -> Duration? {
        guard let value else { return nil }
        guard let duration = value.string.flatMap({ try? Duration(parsing: $0) }), duration > .zero else {
            throw ActivityFailure(.invalid, "`timeout` is \(value), not a duration")
        }
        return duration
    }

    /// What has one subject line when the definition gives none.
    var title: String { subject ?? "\(workflow): \(step)" }
}

extension StringProtocol {
    /// With a space in the place of each control character and line end.
    var oneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    let isControl =
                        scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || 0x2028...0x2029 ~= scalar.value
                    return isControl ? " " : scalar
                }))
    }
}
