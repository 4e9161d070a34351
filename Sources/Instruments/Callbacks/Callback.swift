import Dispatch

/// A callback, under a deadline, with the count of its failures.
final class Callback<Value: Sendable>: Sendable {
    /// One call, for which any number of scrapes may wait.
    private final class Run: Sendable {
        let end: DispatchTime
        private let ended = DispatchSemaphore(value: 0)
        private let result = Guarded<Result<Value, any Error>?>(nil)

        init(end: DispatchTime) { self.end = end }

        func finish(_ value: Result<Value, any Error>) {
            result.withLock { $0 = value }
            ended.signal()
        }

        /// Nil when the deadline has passed.
        func wait() -> Result<Value, any Error>? {
            guard ended.wait(timeout: end) == .success else { return nil }
            // For the next one who waits.
            ended.signal()
            return result.withLock { $0 }
        }
    }

    let name: String
    let limits: CallbackLimits
    private let host: CallbackHost
    private let body: @Sendable () throws -> Value
    private let current = Guarded<Run?>(nil)

    /// - Parameter name: the value of the label `collector`.
    init(
        _ name: String, limits: CallbackLimits, host: CallbackHost, _ body: @escaping @Sendable () throws -> Value
    ) {
        self.name = name
        self.limits = limits
        self.host = host
        self.body = body
        for failure in CallbackFailure.allCases { _ = host.failures.with(name, failure.rawValue) }
    }

    /// What it yields, or nil if it fails. Waits for the call that is under way, if there is one; never begins another.
    func call() -> Value? {
        let (run, isNew) = current.withLock { current in
            if let current { return (current, false) }
            let run = Run(end: .now() + limits.deadline.dispatchInterval)
            current = run
            return (run, true)
        }
        if isNew, !host.threads.run({ self.perform(run) }) {
            current.withLock { $0 = nil }
            fail(.timeout, "no thread can be had for it")
            return nil
        }
        switch run.wait() {
        case .success(let value): return value
        case .failure(let error): fail(.error, "it threw: \(error)")
        case nil: fail(.timeout, "it did not return within \(limits.deadline)")
        }
        return nil
    }

    /// Notes that a scrape goes without something.
    func fail(_ failure: CallbackFailure, _ reason: String) {
        host.failures.with(name, failure.rawValue).increment()
        report(Misuse(.failedCallback, family: name, "the callback \"\(name)\" failed: \(reason)."))
    }

    func report(_ problem: Misuse) { host.problems?.add(problem) }

    private func perform(_ run: Run) {
        let result = Result { try body() }
        // First: who has seen this one's end may begin the next.
        current.withLock { $0 = nil }
        run.finish(result)
    }
}

/// What all callbacks of a registry share.
struct CallbackHost: Sendable {
    let threads: CallbackThreads
    let failures: Family<Counter>
    let problems: Misuses?
}

extension Duration {
    /// In whole nanoseconds; not below 0, and at most some centuries.
    fileprivate var dispatchInterval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        let nanoseconds = max(0, min(seconds, 1 << 33)) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000)
        return .nanoseconds(Int(nanoseconds))
    }
}
