public import Workflow

/// Keeps calls away from a service that fails, until it has had time to recover.
///
/// Closed, it lets all calls through and counts how they end over the last while. When too many of enough calls have
/// failed it opens and refuses all, for a time; then, half-open, it lets a few through to see: when all of these succeed
/// it closes, and when one fails it opens anew.
///
/// A value: it asks no clock, and whoever shares it locks it. When the times that come in step back, it goes on from
/// where it was.
public struct CircuitBreaker: Sendable {
    /// The raw value is what `codeai_circuit_breaker_state` shows.
    public enum State: Int, Sendable, Hashable {
        case closed = 0
        case open = 1
        case halfOpen = 2
    }

    /// A call that was let through. Its end is to be recorded with it.
    public struct Permit: Sendable, Hashable {
        fileprivate let era: UInt64
    }

    /// The call may not be made.
    public struct Refusal: Error, Sendable, Hashable {
        /// How long it takes until a call may be let through.
        public let retryAfter: Duration
    }

    private enum Phase: Sendable {
        case closed(CallWindow)
        case open(until: Timestamp)
        case halfOpen(Probes)
    }

    private struct Probes {
        var left: Int
        var succeeded = 0
        /// When those that were let through count as lost, and as many more are let through.
        var renewal: Timestamp
    }

    public let settings: Settings
    private var phase: Phase
    /// Changes with the phase: what ends in another one than it began in says nothing about it.
    private var era: UInt64 = 0
    private var clock = SteadyClock()

    public init(settings: Settings = .standard) {
        self.settings = settings
        phase = .closed(CallWindow(length: settings.window))
    }

    /// The state at a time, for a gauge: half-open once the time of being open is over.
    public func state(at now: Timestamp) -> State {
        switch phase {
        case .closed: .closed
        case .open(let until): clock.steady(now) < until ? .open : .halfOpen
        case .halfOpen: .halfOpen
        }
    }

    /// Lets a call through, or refuses it.
    public mutating func admit(at now: Timestamp) throws(Refusal) -> Permit {
        let now = clock.advance(to: now)
        switch phase {
        case .closed: break
        case .open(let until):
            guard now >= until else { throw Refusal(retryAfter: until - now) }
            enter(.halfOpen(Probes(left: settings.probes, renewal: now + settings.openTime)))
            takeProbe()
        case .halfOpen(let probes):
            if now >= probes.renewal {
                enter(.halfOpen(Probes(left: settings.probes, renewal: now + settings.openTime)))
            } else if probes.left == 0 {
                // It may be closed long before: those that are out may answer soon.
                throw Refusal(retryAfter: min(probes.renewal - now, settings.openTime / 10))
            }
            takeProbe()
        }
        return Permit(era: era)
    }

    /// Counts how a call ended. What counts as a failure is the caller's choice: an answer that says the request was
    /// wrong is not one.
    public mutating func record(_ permit: Permit, succeeded: Bool, at now: Timestamp) {
        let now = clock.advance(to: now)
        guard permit.era == era else { return }
        switch phase {
        case .open: break
        case .closed(var window):
            window.count(failed: !succeeded, at: now)
            phase = .closed(window)
            if isTooMuch(window) { open(at: now) }
        case .halfOpen(var probes):
            guard succeeded else { return open(at: now) }
            probes.succeeded += 1
            phase = .halfOpen(probes)
            if probes.succeeded >= settings.probes { enter(.closed(CallWindow(length: settings.window))) }
        }
    }

    /// Takes back a call that was let through and ended without saying anything about the service.
    public mutating func withdraw(_ permit: Permit) {
        guard permit.era == era, case .halfOpen(var probes) = phase else { return }
        probes.left = min(probes.left + 1, settings.probes)
        phase = .halfOpen(probes)
    }

    private func isTooMuch(_ window: CallWindow) -> Bool {
        let (calls, failures) = window.totals
        return calls >= settings.minimumCalls && Double(failures) >= settings.failureRatio * Double(calls)
    }

    private mutating func open(at now: Timestamp) { enter(.open(until: now + settings.openTime)) }

    private mutating func enter(_ next: Phase) {
        phase = next
        era &+= 1
    }

    private mutating func takeProbe() {
        guard case .halfOpen(var probes) = phase else { return }
        probes.left -= 1
        phase = .halfOpen(probes)
    }
}

/// Time that never steps back: after a step of the clock it goes on from where it was.
struct SteadyClock: Sendable {
    private var last = Timestamp(microseconds: .min)
    private var offset: Int64 = 0

    func steady(_ now: Timestamp) -> Timestamp {
        max(last, now + .microseconds(offset))
    }

    mutating func advance(to now: Timestamp) -> Timestamp {
        let shifted = now + .microseconds(offset)
        if shifted < last {
            let (gap, overflow) = last.microseconds.subtractingReportingOverflow(now.microseconds)
            offset = overflow ? .max : gap
        }
        last = max(last, shifted)
        return last
    }
}
