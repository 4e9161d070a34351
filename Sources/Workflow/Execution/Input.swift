extension Execution {
    /// What happens to an execution.
    public enum Input: Sendable {
        /// Take one step, if one is ready.
        case advance(at: Timestamp)
        /// An activity did what it should.
        case completed(ActivityTask.ID, output: JSONValue, at: Timestamp)
        /// An attempt failed. `random` is in 0..<1, for the jitter of the next attempt's delay.
        case failed(ActivityTask.ID, ActivityFailure, random: Double, at: Timestamp)
        /// Time has passed; deadlines and delays that are over take effect.
        case tick(at: Timestamp)
        /// An event matched the wait with this key.
        case event(wait: String, data: JSONValue, at: Timestamp)
        /// What was sent to the wait with this key: how a called workflow ended.
        case message(key: String, body: JSONValue, at: Timestamp)
        case pause(at: Timestamp)
        /// Goes on; the data goes into the context.
        case resume(data: JSONObject?, at: Timestamp)
        /// Ends the execution, after what it has done is undone.
        case cancel(reason: String?, at: Timestamp)
        /// Ends the execution at once.
        case terminate(reason: String?, at: Timestamp)
    }

    /// What the driver is to do, after the record is committed.
    public enum Action: Sendable {
        case perform(ActivityTask)
    }
}

/// One attempt at an activity.
public struct ActivityTask: Sendable {
    public let id: ID
    public let kind: ActivityKind
    /// Rendered: no templates are left in them.
    public let arguments: JSONValue
    /// The same over retries, crashes and takeovers.
    public let idempotencyKey: String
    /// By what the step waits for the end of what the activity starts; nil when it does not.
    public let waitKey: String?
    public let step: String

    /// Names an attempt within its execution; a result with another id than the current one is ignored.
    public struct ID: Sendable, Hashable {
        let token: Int
        let visit: Int
        let activity: Int
        /// 1 for the first.
        public let attempt: Int
    }
}

/// Why an attempt at an activity failed.
public struct ActivityFailure: Error, Sendable, Hashable {
    public var reason: Reason
    public var message: String
    /// When it was known, before anything was done, that nothing can be done before a time: that time. It counts as no
    /// attempt.
    public var notBefore: Timestamp?

    public enum Reason: Sendable, Hashable {
        case timeout
        case connection
        /// An HTTP status that was not expected.
        case status(Int)
        /// The arguments cannot be used; another attempt would fail alike.
        case invalid
        /// Whoever receives it has said no for good.
        case refused
        /// The activity's result is larger than allowed, or no JSON where it must be.
        case result
    }

    public init(_ reason: Reason, _ message: String, notBefore: Timestamp? = nil) {
        self.reason = reason
        self.message = message
        self.notBefore = notBefore
    }

    /// Whether another attempt may succeed, by the policy's `retry_on`.
    func isRetried(by policy: RetryPolicy) -> Bool {
        switch reason {
        case .invalid, .refused, .result: false
        case .timeout: policy.retryOn.isEmpty || policy.retryOn.contains(.timeout)
        case .connection: policy.retryOn.isEmpty || policy.retryOn.contains(.connection)
        case .status(let status): isRetried(status: status, by: policy)
        }
    }

    /// Without `retry_on`, statuses that say "later" are tried again, those that say "never" are not.
    private func isRetried(status: Int, by policy: RetryPolicy) -> Bool {
        guard policy.retryOn.isEmpty else {
            return policy.retryOn.contains(.status(status)) || policy.retryOn.contains(.statusClass(status / 100))
        }
        return status >= 500 || status == 408 || status == 429
    }
}

extension RetryPolicy {
    /// The delay after the attempt with this number, from 1.
    ///
    /// The base delay is `initialDelay`, times the attempt (linear), or times 2^(attempt − 1) (exponential). Its share
    /// `jitter` is multiplied by `random`; the result is at most `maxDelay`.
    func delay(after attempt: Int, random: Double) -> Duration {
        let factor: Double =
            switch backoff {
            case .fixed: 1
            case .linear: Double(attempt)
            case .exponential: Double(sign: .plus, exponent: min(attempt - 1, 60), significand: 1)
            }
        let base = min(initialDelay.inSeconds * factor, maxDelay.inSeconds)
        return .seconds(base * (1 - jitter + jitter * random))
    }
}
