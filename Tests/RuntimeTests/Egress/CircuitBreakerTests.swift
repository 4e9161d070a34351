import TestSupport
import Testing
import Workflow

@testable import Runtime

@Suite struct CircuitBreakerTests {
    static func settings(probes: Int = 2) throws -> CircuitBreaker.Settings {
        try .init(
            failureRatio: 0.5, minimumCalls: 4, window: .seconds(10), openTime: .seconds(5), probes: probes)
    }

    static func at(_ seconds: Double) -> Timestamp { Timestamp(microseconds: Int64(seconds * 1_000_000)) }

    private func call(_ breaker: inout CircuitBreaker, _ succeeded: Bool, at seconds: Double) throws {
        let permit = try breaker.admit(at: Self.at(seconds))
        breaker.record(permit, succeeded: succeeded, at: Self.at(seconds))
    }

    @Test func opensWhenEnoughOfEnoughCallsFail() throws {
        var breaker = CircuitBreaker(settings: try Self.settings())
        for outcome in [false, false, true] { try call(&breaker, outcome, at: 1) }
        #expect(breaker.state(at: Self.at(1)) == .closed, "three calls say nothing")
        try call(&breaker, true, at: 2)
        #expect(breaker.state(at: Self.at(2)) == .open)
        #expect(throws: CircuitBreaker.Refusal(retryAfter: .seconds(4))) { try breaker.admit(at: Self.at(3)) }
    }

    @Test func whatIsPastTheWindowIsForgotten() throws {
        var breaker = CircuitBreaker(settings: try Self.settings())
        for _ in 0..<3 { try call(&breaker, false, at: 1) }
        for _ in 0..<4 { try call(&breaker, true, at: 11.5) }
        try call(&breaker, false, at: 12)
        #expect(breaker.state(at: Self.at(12)) == .closed)
    }

    @Test func closesAfterItsProbesSucceed() throws {
        var breaker = try opened()
        #expect(breaker.state(at: Self.at(6)) == .halfOpen)
        let first = try breaker.admit(at: Self.at(6))
        let second = try breaker.admit(at: Self.at(6))
        #expect(throws: CircuitBreaker.Refusal.self) { try breaker.admit(at: Self.at(6)) }
        breaker.record(first, succeeded: true, at: Self.at(7))
        #expect(breaker.state(at: Self.at(7)) == .halfOpen)
        breaker.record(second, succeeded: true, at: Self.at(7))
        #expect(breaker.state(at: Self.at(7)) == .closed)
        try call(&breaker, false, at: 7)
        #expect(breaker.state(at: Self.at(7)) == .closed, "it counts from the start again")
    }

    @Test func opensAnewWhenAProbeFails() throws {
        var breaker = try opened()
        try call(&breaker, true, at: 6)
        try call(&breaker, false, at: 7)
        #expect(breaker.state(at: Self.at(11.9)) == .open)
        #expect(breaker.state(at: Self.at(12)) == .halfOpen)
    }

    @Test func probesThatNeverEndAreReplaced() throws {
        var breaker = try opened()
        let lost = try breaker.admit(at: Self.at(6))
        _ = try breaker.admit(at: Self.at(6))
        // The probes may answer soon: a tenth of the time of being open.
        #expect(throws: CircuitBreaker.Refusal(retryAfter: .milliseconds(500))) { try breaker.admit(at: Self.at(10)) }
        try call(&breaker, true, at: 11)
        breaker.record(lost, succeeded: false, at: Self.at(11))
        try call(&breaker, true, at: 11)
        #expect(breaker.state(at: Self.at(11)) == .closed)
    }

    @Test func callsOfAnEarlierStateSayNothing() throws {
        var breaker = CircuitBreaker(settings: try Self.settings())
        let early = try breaker.admit(at: Self.at(0))
        for _ in 0..<4 { try call(&breaker, false, at: 1) }
        _ = try breaker.admit(at: Self.at(6))
        breaker.record(early, succeeded: false, at: Self.at(6))
        #expect(breaker.state(at: Self.at(6)) == .halfOpen)
        breaker.record(early, succeeded: true, at: Self.at(6))
        breaker.record(early, succeeded: true, at: Self.at(6))
        #expect(breaker.state(at: Self.at(6)) == .halfOpen)
    }

    @Test func aClockThatStepsBackDoesNotHoldItOpen() throws {
        var breaker = try opened(at: 1_000_000)
        #expect(throws: CircuitBreaker.Refusal.self) { try breaker.admit(at: Self.at(0)) }
        _ = try breaker.admit(at: Self.at(5))
        #expect(breaker.state(at: Self.at(5)) == .halfOpen)
    }

    @Test func theEndsOfTimeTrapNothing() throws {
        for time in [Int64.min, -1, 0, .max] {
            var breaker = CircuitBreaker(settings: try Self.settings(probes: 1))
            for other in [time, .max, .min, 0, .max] {
                for now in [time, other] {
                    guard let permit = try? breaker.admit(at: Timestamp(microseconds: now)) else { continue }
                    breaker.record(permit, succeeded: false, at: Timestamp(microseconds: other))
                    _ = breaker.state(at: Timestamp(microseconds: now))
                }
            }
        }
    }

    @Test func settingsAreBounded() {
        func make(_ ratio: Double, _ calls: Int, _ window: Duration, _ open: Duration, _ probes: Int) throws {
            _ = try CircuitBreaker.Settings(
                failureRatio: ratio, minimumCalls: calls, window: window, openTime: open, probes: probes)
        }
        let second = Duration.seconds(1)
        #expect(throws: CircuitBreaker.SettingsError.self) { try make(.nan, 1, second, second, 1) }
        #expect(throws: CircuitBreaker.SettingsError.failureRatio(0)) { try make(0, 1, second, second, 1) }
        #expect(throws: CircuitBreaker.SettingsError.minimumCalls(0)) { try make(1, 0, second, second, 1) }
        #expect(throws: CircuitBreaker.SettingsError.window(.zero)) { try make(1, 1, .zero, second, 1) }
        #expect(throws: CircuitBreaker.SettingsError.openTime(.seconds(-1))) { try make(1, 1, second, .seconds(-1), 1) }
        #expect(throws: CircuitBreaker.SettingsError.probes(0)) { try make(1, 1, second, second, 0) }
        #expect(CircuitBreaker.State.allRawValues == [0, 1, 2])
    }

    private func opened(at start: Double = 1) throws -> CircuitBreaker {
        var breaker = CircuitBreaker(settings: try Self.settings())
        for _ in 0..<4 { try call(&breaker, false, at: start) }
        #expect(breaker.state(at: Self.at(start)) == .open)
        return breaker
    }
}

extension CircuitBreaker.State {
    fileprivate static var allRawValues: [Int] { [closed, open, halfOpen].map(\.rawValue) }
}

extension CircuitBreakerTests {
    /// The same rules over a plain list of all that happened.
    private struct Model {
        enum Phase { case closed(since: Int), open(at: Int64), halfOpen(start: Int64, given: Int, good: Int) }
        var phase = Phase.closed(since: 0)
        var ended: [(time: Int64, failed: Bool)] = []
        var era = 0

        mutating func admit(_ now: Int64) -> Int? {
            if case .open(let start) = phase, now >= start + 5_000_000 {
                enter(.halfOpen(start: now, given: 0, good: 0))
            }
            if case .halfOpen(let start, _, _) = phase, now >= start + 5_000_000 {
                enter(.halfOpen(start: now, given: 0, good: 0))
            }
            switch phase {
            case .closed: return era
            case .open: return nil
            case .halfOpen(let start, let given, let good):
                guard given < 2 else { return nil }
                phase = .halfOpen(start: start, given: given + 1, good: good)
                return era
            }
        }

        mutating func record(_ permit: Int, _ succeeded: Bool, _ now: Int64) {
            guard permit == era else { return }
            switch phase {
            case .open: break
            case .halfOpen(let start, let given, let good):
                phase = .halfOpen(start: start, given: given, good: good + 1)
                if !succeeded { enter(.open(at: now)) } else if good + 1 == 2 { enter(.closed(since: ended.count)) }
            case .closed(let since):
                ended.append((now, !succeeded))
                let counted = ended[since...].filter { now / 1_000_000 - $0.time / 1_000_000 < 10 }
                let failures = counted.count { $0.failed }
                if counted.count >= 4, 2 * failures >= counted.count { enter(.open(at: now)) }
            }
        }

        private mutating func enter(_ next: Phase) {
            phase = next
            era += 1
        }

        func state(_ now: Int64) -> CircuitBreaker.State {
            switch phase {
            case .closed: .closed
            case .open(let start): now < start + 5_000_000 ? .open : .halfOpen
            case .halfOpen: .halfOpen
            }
        }
    }

    @Test(arguments: 0..<30) func behavesAsTheModel(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var breaker = CircuitBreaker(settings: try Self.settings())
        var model = Model()
        var pending: [(CircuitBreaker.Permit, Int)] = []
        var now: Int64 = 0
        var health = Double.random(in: 0...1, using: &random)
        for step in 0..<1_000 {
            now += Int64.random(in: 0...1_500_000, using: &random)
            if step.isMultiple(of: 100) { health = Double.random(in: 0...1, using: &random) }
            if Bool.random(using: &random) {
                let permit = try? breaker.admit(at: Timestamp(microseconds: now))
                let expected = model.admit(now)
                #expect((permit == nil) == (expected == nil), "seed \(seed), step \(step)")
                if let permit, let expected { pending.append((permit, expected)) }
            } else if let index = pending.indices.randomElement(using: &random) {
                let (permit, expected) = pending.remove(at: index)
                let succeeded = Double.random(in: 0..<1, using: &random) < health
                breaker.record(permit, succeeded: succeeded, at: Timestamp(microseconds: now))
                model.record(expected, succeeded, now)
            }
            #expect(breaker.state(at: Timestamp(microseconds: now)) == model.state(now), "seed \(seed), step \(step)")
        }
    }
}
