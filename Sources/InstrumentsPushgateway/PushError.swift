/// Why a push, or the set-up of one, failed.
public struct PushError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it was. More may come: compare with the ones you handle, and have a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name in Swift.
        public let description: String

        /// The gateway's address is not one.
        public static let invalidAddress = Code(description: "invalid_address")
        /// The job is empty, or a label of the grouping key is malformed, reserved or named twice.
        public static let invalidGrouping = Code(description: "invalid_grouping")
        /// The credentials cannot stand in a header.
        public static let invalidAuthorization = Code(description: "invalid_authorization")
        /// A family has a label of the grouping key. Nothing was sent.
        public static let labelClash = Code(description: "label_clash")
        /// The registry has more to say than a push may hold. Nothing was sent.
        public static let tooLarge = Code(description: "too_large")
        /// Nobody answered at the address.
        public static let unreachable = Code(description: "unreachable")
        /// No answer in time. The push may have been taken.
        public static let timeout = Code(description: "timeout")
        /// The gateway, or a proxy before it, does not take the credentials.
        public static let unauthorized = Code(description: "unauthorized")
        /// The gateway finds the metrics malformed, or at odds with those that it has.
        public static let refused = Code(description: "refused")
        /// An answer that no gateway gives: a redirection, another server, a failure.
        public static let unexpectedAnswer = Code(description: "unexpected_answer")
        /// The task was cancelled. The push may have been taken.
        public static let cancelled = Code(description: "cancelled")
    }

    /// Why it failed.
    public let code: Code
    /// What was wrong.
    public let message: String
    /// What to do about it.
    public let remedy: String
    /// The status of the gateway's answer, if there was one.
    public let status: Int?

    /// What failed and what to do about it.
    public var description: String { "\(message). \(remedy)." }

    init(_ code: Code, _ message: String, remedy: String, status: Int? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status = status
    }

    static func tooLarge(_ size: Int, limit: Int) -> PushError {
        PushError(
            .tooLarge, "the push has \(size) bytes, more than \(limit)",
            remedy: "Push a registry of what the job is about, with fewer series")
    }
}
