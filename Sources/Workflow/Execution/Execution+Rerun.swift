/// Why an execution cannot be taken up again.
public enum RerunError: Error, Sendable, Hashable {
    /// Its records cannot be read.
    case unreadable
    /// No step failed: it was cancelled, or ran out of its time.
    case nothingFailed
    /// The step is none of the definition.
    case unknownStep(String)
    /// It never came to the step.
    case notReached(String)
    /// Steps before have been undone since.
    case undone([String])
}

extension Execution {
    /// From where an execution is taken up again.
    public enum RerunStart: Sendable, Hashable {
        /// The step that failed it.
        case failure
        /// The last time that it came to this step.
        case step(String)
    }

    /// An ended execution.
    public struct History: Sendable {
        public var id: ExecutionID
        public var origin: Origin
        public var records: [[UInt8]]

        public init(id: ExecutionID, origin: Origin, records: [[UInt8]]) {
            (self.id, self.origin, self.records) = (id, origin, records)
        }
    }

    /// A new execution that keeps the history of an ended one up to a step, and takes that step again.
    ///
    /// The one that has ended stays as it is. Activities get new idempotency keys, those of the new execution; what other
    /// branches had under way at that point is done again, too.
    /// - Parameter driver: see ``driver``.
    public init(
        id: ExecutionID, program: Program, origin: Origin, rerunning history: History, from start: RerunStart,
        driver: Int64? = nil
    ) throws(RerunError) {
        let coding = TransitionCoding(origin: history.origin.startedAt)
        var transitions: [Transition] = []
        for (number, record) in history.records.enumerated() {
            guard let decoded = try? coding.decode(record, number: number) else { throw .unreadable }
            transitions += decoded
        }
        let kept = try Self.kept(transitions, history, program, start)
        self.init(id: id, program: program, origin: origin)
        let event = history.origin
        record(
            .rerun(
                of: history.id, eventID: event.eventID, eventName: event.eventName, receivedAt: event.startedAt,
                at: origin.startedAt))
        for transition in transitions[..<kept] {
            guard fits(transition) else { throw .unreadable }
            record(transition)
        }
        let isUndone = transitions[kept...].contains { if case .undone(_, nil, _) = $0 { true } else { false } }
        if isUndone, !undos.isEmpty { throw .undone(undos.map(\.path)) }
        self.driver = driver
        restartOthers(at: origin.startedAt)
        if isPaused { record(.resume(data: nil, at: origin.startedAt)) }
        record(.renew(at: origin.startedAt))
        keptSteps = finishedSteps.count
        waitsChanged = true
    }

    /// What was called belongs to the execution that called it, and what was waited for may be over by now.
    private mutating func restartOthers(at: Timestamp) {
        for token in tokens where self.token(token.id) != nil && isOver(token, at: at) {
            if case .approving = token.phase { dropChildren(of: token.id, at: at) }
            record(.restart(token: token.id, at: at))
        }
    }

    private func isOver(_ token: Token, at: Timestamp) -> Bool {
        let isLate = stepDeadline(token).map { $0 <= at } ?? false
        return switch token.phase {
        case .calling: true
        case .awaiting(_, _, let until): isLate || until.map { $0 <= at } ?? false
        case .sleeping(let until): isLate || until <= at
        case .approving(let open): isLate || open.isExpired(at)
        case .backingOff: isLate || token.earlyResult != nil
        case .ready, .performing: token.earlyResult != nil
        case .forked, .iterating, .looping, .left: false
        }
    }

    /// How many transitions are kept: up to where a token came to the step for the last time.
    private static func kept(
        _ transitions: [Transition], _ history: History, _ program: Program, _ start: RerunStart
    ) throws(RerunError) -> Int {
        var replay = Execution(id: history.id, program: program, origin: history.origin)
        /// By node: how many transitions there were when a token came to it the last time.
        var arrivals: [Int: Int] = [:]
        var failed: Failed?
        for (position, transition) in transitions.enumerated() {
            guard replay.fits(transition) else { throw .unreadable }
            replay.note(transition, in: &failed)
            for token in replay.applyAndCompare(transition) where token.undo == nil {
                arrivals[token.node] = position + 1
            }
        }
        switch start {
        case .failure:
            guard let failed, let kept = arrivals[failed.node] else { throw .nothingFailed }
            return kept
        case .step(let id):
            guard let node = program.nodes.firstIndex(where: { $0.step.id == id }) else { throw .unknownStep(id) }
            guard let kept = arrivals[node] else { throw .notReached(id) }
            return kept
        }
    }

    /// The step that failed last, and the token that its failure fails next.
    private struct Failed {
        let node: Int
        var parent: Int?
    }

    /// Notes a failure; forgets it when the definition says how to go on after it.
    private func note(_ transition: Transition, in failed: inout Failed?) {
        guard case .leave(let id, let status, _, _, let next, _) = transition, let token = token(id), token.undo == nil
        else { return }
        // The failure of a step fails the one that it stands in, which has not failed by itself.
        let isOuter = failed != nil && failed?.parent == id
        let isFailure = (status == .failed || status == .timeout) && next == nil
        switch (isOuter, isFailure) {
        case (true, true): failed?.parent = token.parent
        case (true, false): failed = nil
        case (false, true): failed = Failed(node: token.node, parent: token.parent)
        case (false, false): break
        }
    }
}
