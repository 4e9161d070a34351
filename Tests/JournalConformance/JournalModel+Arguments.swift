import TestSupport
import Workflow

extension JournalModel {
    mutating func anyExecution() -> Int64 { max(1, nextExecution - random.below(12)) }

    mutating func disposition() -> Disposition {
        switch random.below(10) {
        case 0..<3: .running
        case 3: .runnable
        case 4: .waiting(until: .at(clock + random.below(20)))
        case 5: .waiting(until: nil)
        case 6: .paused
        case 7: .deadLetter(reason: "r\(random.below(3))")
        default: .ended(.sample(random.pick(ExecutionResult.allCases) ?? .failed, at: clock))
        }
    }

    mutating func waits() throws -> [EventWait]? {
        if random.below(2) == 0 { return nil }
        var waits: [EventWait] = []
        // One name each, so that one event fulfils at most one wait of an execution: the order of several is free.
        for name in 0..<random.below(3) {
            let event = "n\(name)"
            switch random.below(3) {
            case 0: waits.append(try .sample("k\(name)", event: event))
            case 1: waits.append(try .sample("k\(name)", event: event, match: ["a": value()]))
            default: waits.append(try .sample("k\(name)", event: event, match: ["a": value(), "b.c": value()]))
            }
        }
        return waits
    }

    mutating func data() -> JSONValue { ["a": value(), "b": ["c": value()]] }

    mutating func value() -> JSONValue { random.pick([1, 1.0, "x", .null] as [JSONValue]) ?? .null }

    mutating func kind() -> Signal.Kind {
        let kinds: [Signal.Kind] = [
            .pause, .resume(data: nil), .resume(data: [1]), .cancel(reason: nil), .cancel(reason: "r"),
            .terminate(reason: "t"), .message(key: "k", body: [2, 3]),
        ]
        return random.pick(kinds) ?? .pause
    }

    mutating func sent() -> [OutgoingSignal] {
        guard random.below(4) == 0 else { return [] }
        return (0...random.below(2)).map { _ in
            OutgoingSignal(execution: ExecutionID(rawValue: anyExecution()), kind: kind())
        }
    }

    /// They may have taken long before the clock began.
    mutating func steps() -> [EndedStep] {
        (0..<random.below(3)).map { _ in
            let end = clock - 7_000 * random.below(20)
            return EndedStep(
                step: "s\(random.below(3))", status: random.pick([.completed, .failed, .skipped]) ?? .timeout,
                startedAt: .at(end - random.below(1_000)), endedAt: .at(end))
        }
    }

    mutating func admission() -> Admission? {
        guard random.below(3) == 0 else { return nil }
        return Admission(
            slot: "s\(random.below(2))", limit: Int(1 + random.below(3)),
            excess: random.pick([.queue, .queue, .skip, .cancelRunning]) ?? .queue)
    }

    mutating func approvals() -> [ApprovalRequest]? {
        guard random.below(5) == 0 else { return nil }
        return (0..<random.below(3)).map { number in
            var request = ApprovalRequest.sample("k\(number)", at: clock)
            if random.below(2) == 0 { request.roles = ["q", "r"] }
            return request
        }
    }
}

extension SeededGenerator {
    mutating func below(_ bound: Int64) -> Int64 { Int64(next() % UInt64(max(bound, 1))) }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[Int(below(Int64(elements.count)))]
    }
}
