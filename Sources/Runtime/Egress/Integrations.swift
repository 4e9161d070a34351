import Synchronization
import Workflow

/// What is remembered of the services that are called: of each its circuit breaker, its retries and its rate.
///
/// Of so many at most: past that the one that was called longest ago is forgotten, one whose circuit is closed first, and
/// last one whose rate is limited.
final class Integrations: Sendable {
    static let capacity = 1_000

    private struct Entry {
        var breaker: CircuitBreaker
        /// The state that was last told.
        var told = CircuitBreaker.State.closed
        var budget = RetryBudget()
        var bucket: TokenBucket?
        var turn: UInt64 = 0

        /// Whom to forget first: a rate that is used up has to be known, and is one of few.
        var rank: (Int, Int, UInt64) { (bucket == nil ? 0 : 1, told == .closed ? 0 : 1, turn) }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var turn: UInt64 = 0
    }

    /// A call that may be made, after a while.
    struct Admission {
        fileprivate let permit: CircuitBreaker.Permit
        let wait: Duration
    }

    private let state = Mutex(State())
    private let settings: CircuitBreaker.Settings
    private let limits: [String: RateLimit]
    private let observe: @Sendable (EgressFact) -> Void

    init(_ options: EgressOptions, observe: @escaping @Sendable (EgressFact) -> Void) {
        (settings, limits) = (options.breaker, options.rateLimits)
        self.observe = observe
    }

    /// Lets a call through, or says until when none is.
    func admit(_ name: String, at now: Timestamp, within patience: Duration) throws(EgressError) -> Admission {
        let result = change(name, at: now) { entry -> Result<Admission, EgressError> in
            // The breaker first: what it refuses takes no token.
            let permit: CircuitBreaker.Permit
            do throws(CircuitBreaker.Refusal) {
                permit = try entry.breaker.admit(at: now)
            } catch {
                return .failure(.circuitOpen(integration: name, until: now + error.retryAfter))
            }
            do throws(TokenBucket.Refusal) {
                let wait = try entry.bucket?.take(at: now, within: patience) ?? .zero
                entry.budget.call()
                return .success(Admission(permit: permit, wait: wait))
            } catch {
                entry.breaker.withdraw(permit)
                return .failure(.rateLimited(integration: name, until: now + error.retryAfter))
            }
        }
        return try result.get()
    }

    /// Counts how a call ended; nil when that says nothing about the service.
    func record(_ admission: Admission, of name: String, succeeded: Bool?, at now: Timestamp) {
        change(name, at: now) { entry in
            if let succeeded {
                entry.breaker.record(admission.permit, succeeded: succeeded, at: now)
            } else {
                entry.breaker.withdraw(admission.permit)
            }
        }
    }

    /// Whether a request that has failed may be made again at once.
    func mayRetry(_ name: String, at now: Timestamp) -> Bool {
        change(name, at: now) { $0.budget.retry() }
    }

    /// All of them, as they are.
    func states(at now: Timestamp) -> [String: CircuitBreaker.State] {
        state.withLock { $0.entries.mapValues { $0.breaker.state(at: now) } }
    }

    private func change<Value>(_ name: String, at now: Timestamp, _ body: (inout Entry) -> Value) -> Value {
        let (value, fact) = state.withLock { state -> (Value, EgressFact?) in
            var entry = state.entries[name] ?? newEntry(name, &state)
            state.turn += 1
            entry.turn = state.turn
            let value = body(&entry)
            let (old, new) = (entry.told, entry.breaker.state(at: now))
            entry.told = new
            state.entries[name] = entry
            return (value, old == new ? nil : .breaker(integration: name, from: old, to: new))
        }
        if let fact { observe(fact) }
        return value
    }

    private func newEntry(_ name: String, _ state: inout State) -> Entry {
        if state.entries.count >= Self.capacity {
            let oldest = state.entries.min { $0.value.rank < $1.value.rank }
            if let oldest { state.entries[oldest.key] = nil }
        }
        return Entry(breaker: CircuitBreaker(settings: settings), bucket: limits[name].map(TokenBucket.init))
    }
}
