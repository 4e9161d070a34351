/// One attempt at an activity of a step.
public struct TraceAttempt: Sendable, Hashable {
    public var activity: ActivityKind
    /// From 1, for each activity of the step anew. One that is made once more because its process had gone keeps it.
    public var number: Int
    /// The token of the lease under which it ended; before, under which it was begun. Nil where nobody has told the
    /// execution.
    public var lease: Int64?
    /// Nil where the arguments cannot be rendered.
    public var input: JSONValue?
    public var startedAt: Timestamp
    /// Nil while it is under way, and for one that a crash or a decision cut off.
    public var endedAt: Timestamp?
    public var output: JSONValue?
    public var error: String?
    /// When it is made again, after an error.
    public var retryAt: Timestamp?
}

/// Something that a record of an execution's journal says, for those who look on.
public struct ExecutionChange: Sendable {
    /// The number of the record.
    public var record: Int
    public var at: Timestamp
    public var kind: Kind
    /// Of the step; nil for what happens to the execution as a whole.
    public var path: String?

    public enum Kind: Sendable {
        /// A step is come to.
        case stepStarted
        case attemptStarted(TraceAttempt)
        /// The attempt gave something, or failed and is made again.
        case attemptEnded(TraceAttempt)
        /// The attempt could not be made yet, and counts for none.
        case attemptPostponed(until: Timestamp, reason: String)
        /// The step waits: for events, people, another execution or a time.
        case waiting(until: Timestamp?)
        case eventArrived
        case voted(ApprovalVote)
        case stepEnded(TraceEntry)
        case paused, resumed
        case compensating(Outcome)
        case ended(Outcome)
    }
}

extension Execution {
    /// Makes a change, and tells of it.
    mutating func follow(_ transition: Transition, record: Int, _ changes: inout [ExecutionChange]) {
        let ended = finishedSteps.count
        let path = transition.token.flatMap { self.token($0) }.map { self.path(of: $0) }
        let entered = applyAndCompare(transition)
        let at = transition.at
        if let kind = kind(of: transition) {
            changes.append(ExecutionChange(record: record, at: at, kind: kind, path: path))
        }
        for entry in finishedSteps[min(ended, finishedSteps.count)...] {
            changes.append(ExecutionChange(record: record, at: at, kind: .stepEnded(entry), path: entry.path))
        }
        for token in entered where !token.isLeft {
            changes.append(ExecutionChange(record: record, at: at, kind: .stepStarted, path: self.path(of: token)))
        }
        if case .end(let outcome) = transition {
            changes.append(ExecutionChange(record: record, at: at, kind: .ended(outcome), path: nil))
        }
    }

    /// Makes a change, as ``apply(_:)`` does.
    /// - Returns: the tokens that stand where they did not stand before.
    mutating func applyAndCompare(_ transition: Transition) -> [Token] {
        // Tokens stand in the order of their ids, before and after.
        var before = tokens.map(Place.init)[...]
        apply(transition)
        return tokens.filter { token in
            before = before.drop { $0.token < token.id }
            return before.first != Place(token)
        }
    }

    /// Where a token stands.
    private struct Place: Equatable {
        let token: Int
        let node: Int
        let visit: Int

        init(_ token: Token) { (self.token, node, visit) = (token.id, token.node, token.visit) }
    }

    private func kind(of transition: Transition) -> ExecutionChange.Kind? {
        switch transition {
        case .attempt(let id, _, _), .repetition(let id, _): token(id)?.attemptLog.last.map { .attemptStarted($0) }
        case .postpone(_, let until, let reason, _): .attemptPostponed(until: until, reason: reason)
        case .retry(let id, _, _, _), .result(let id, _, _):
            token(id)?.attemptLog.last.map { .attemptEnded($0) }
        case .await(_, _, let until, _): .waiting(until: until)
        case .sleep(_, let until, _): .waiting(until: until)
        case .call: .waiting(until: nil)
        case .ask(_, let question, _): .waiting(until: question.expiresAt)
        case .arrival: .eventArrived
        case .vote(_, let vote, _): .voted(vote)
        case .pause: .paused
        case .resume: .resumed
        case .compensate(let outcome): .compensating(outcome)
        case .drive, .begin, .set, .fork, .iterate, .item, .join, .round, .earlyResult, .remind, .escalate, .leave,
            .drop, .undone, .rerun, .restart, .renew, .end:
            nil
        }
    }

    // MARK: Attempts

    /// The attempt that a token begins, as far as attempts are kept. What it was given is not told when that of those before
    /// was long: an answer shows less than is rendered here.
    mutating func logAttempt(_ id: Int, at: Timestamp) {
        guard keepsAttempts, let position = tokens.firstIndex(where: { $0.id == id }) else { return }
        let token = tokens[position]
        let activities = activities(of: token)
        guard activities.indices.contains(token.activity) else { return }
        let call = activities[token.activity]
        var work = attemptWork
        let attempt = TraceAttempt(
            activity: call.kind, number: token.attempt, lease: lease,
            input: token.arguments ?? (try? arguments(of: call, for: token, &work)), startedAt: at)
        attemptWork = work
        tokens[position].attemptLog.append(attempt)
    }

    /// The attempt that a token has begun was none.
    mutating func logPostponement(_ id: Int) {
        guard keepsAttempts, let position = tokens.firstIndex(where: { $0.id == id }) else { return }
        _ = tokens[position].attemptLog.popLast()
    }

    mutating func logEnd(
        _ id: Int, output: JSONValue? = nil, error: String? = nil, retryAt: Timestamp? = nil, at: Timestamp
    ) {
        guard keepsAttempts, let position = tokens.firstIndex(where: { $0.id == id }),
            let last = tokens[position].attemptLog.indices.last, tokens[position].attemptLog[last].endedAt == nil
        else { return }
        tokens[position].attemptLog[last].endedAt = at
        // One that was begun with its execution may have been made by another process than it was accepted by.
        tokens[position].attemptLog[last].lease = lease
        tokens[position].attemptLog[last].output = output
        tokens[position].attemptLog[last].error = error
        tokens[position].attemptLog[last].retryAt = retryAt
    }
}

extension Transition {
    /// The token that it speaks of.
    fileprivate var token: Int? {
        switch self {
        case .attempt(let token, _, _), .retry(let token, _, _, _), .postpone(let token, _, _, _),
            .repetition(let token, _), .result(let token, _, _), .set(let token, _, _),
            .fork(let token, _), .iterate(let token, _, _), .item(let token, _), .join(let token, _, _),
            .round(let token, _), .await(let token, _, _, _), .arrival(let token, _, _, _), .sleep(let token, _, _),
            .call(let token, _, _), .earlyResult(let token, _, _), .ask(let token, _, _), .vote(let token, _, _),
            .remind(let token, _), .escalate(let token, _, _, _), .leave(let token, _, _, _, _, _),
            .drop(let token, _), .undone(let token, _, _), .restart(let token, _):
            token
        case .drive, .begin, .pause, .resume, .compensate, .rerun, .renew, .end: nil
        }
    }

    var at: Timestamp {
        switch self {
        case .drive(_, let at), .begin(_, _, let at), .attempt(_, _, let at), .retry(_, _, _, let at),
            .postpone(_, _, _, let at),
            .repetition(_, let at), .result(_, _, let at),
            .set(_, _, let at), .fork(_, let at), .iterate(_, _, let at), .item(_, let at), .join(_, _, let at),
            .round(_, let at), .await(_, _, _, let at), .arrival(_, _, _, let at), .sleep(_, _, let at),
            .call(_, _, let at), .earlyResult(_, _, let at), .ask(_, _, let at), .vote(_, _, let at),
            .remind(_, let at), .escalate(_, _, _, let at), .leave(_, _, _, _, _, let at), .drop(_, let at),
            .pause(let at), .resume(_, let at), .undone(_, _, let at), .rerun(_, _, _, _, let at),
            .restart(_, let at), .renew(let at):
            at
        case .compensate(let outcome), .end(let outcome): outcome.endedAt
        }
    }
}
