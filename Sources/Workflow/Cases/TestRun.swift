/// One execution that is driven by a case: time is made up, and what comes from outside is what the case says.
struct TestRun {
    private(set) var execution: Execution
    private var now = start
    private var tasks: [ActivityTask] = []
    private var answers: [String: TestCase.Answers]

    /// Every case begins at 2026-01-01T00:00:00Z.
    private static let start = Timestamp(microseconds: 1_767_225_600_000_000)
    /// More inputs than any execution can take within its limits of steps and reminders.
    private static let mostInputs = 200_000

    /// Why a case cannot go on.
    struct Obstacle: Error {
        var message: String
    }

    init(_ test: TestCase, _ program: Program) {
        answers = test.answers
        let origin = Execution.Origin(
            trigger: program.definition.trigger.type, eventID: "test", eventName: program.definition.trigger.eventName,
            data: test.given, startedAt: Self.start)
        execution = Execution(id: ExecutionID(rawValue: 1), program: program, origin: origin)
    }

    /// The steps taken, in the order in which they began; one that holds others stands before them.
    var path: [String] {
        let entries = execution.trace.filter { $0.status != .skipped }
        func depth(_ path: String) -> Int { path.utf8.count { $0 == UInt8(ascii: ".") } }
        return entries.enumerated().sorted { left, right in
            (left.element.startedAt, depth(left.element.path), left.offset)
                < (right.element.startedAt, depth(right.element.path), right.offset)
        }.map(\.element.path)
    }

    /// Until the execution has ended.
    mutating func finish() throws(Obstacle) {
        for _ in 0..<Self.mostInputs {
            advance()
            if execution.outcome != nil { return }
            if !tasks.isEmpty {
                try answer(tasks.removeFirst())
            } else if try !deliver() {
                try passTime()
            }
        }
        throw Obstacle(message: "it has not ended after \(Self.mostInputs) inputs")
    }

    private mutating func advance() {
        while execution.isReady {
            now = now + .microseconds(1)
            handle(.advance(at: now))
            if execution.isRecordDue { _ = execution.takeRecord() }
        }
        _ = execution.takeRecord()
    }

    private mutating func handle(_ input: Execution.Input) {
        for case .perform(let task) in execution.handle(input) { tasks.append(task) }
        tasks.removeAll { !execution.isPerforming($0.id) }
    }

    // MARK: Answers

    /// Takes the next answer that fits.
    private mutating func take<Value>(_ step: String, _ fits: (TestCase.Answer) -> Value?) -> Value? {
        guard let all = answers[step] else { return nil }
        for (position, answer) in all.list.enumerated() {
            guard let value = fits(answer) else { continue }
            if !all.isRepeated { answers[step]?.list.remove(at: position) }
            return value
        }
        return nil
    }

    private func next<Value>(_ step: String, _ fits: (TestCase.Answer) -> Value?) -> Value? {
        answers[step]?.list.lazy.compactMap(fits).first
    }

    private mutating func answer(_ task: ActivityTask) throws(Obstacle) {
        if let output = task.kind.outputInTests {
            return handle(.completed(task.id, output: output, at: now))
        }
        let isUndone = execution.token(task.id.token)?.undo != nil
        let name = isUndone ? "\(task.step).compensate" : task.step
        let result = take(name) { answer -> Result<JSONValue, ActivityFailure>? in
            switch answer {
            case .result(let value): .success(value)
            case .failure(let failure): .failure(failure)
            default: nil
            }
        }
        switch result {
        case .success(let output): try complete(task, output)
        case .failure(let failure): handle(.failed(task.id, failure, random: 0.5, at: now))
        case nil:
            let attempt = task.id.attempt > 1 ? ", attempt \(task.id.attempt)," : ""
            let isUsed = answers[name]?.list.isEmpty ?? false
            throw Obstacle(
                message: "step `\(name)`: \(task.kind.rawValue)\(attempt) has no answer"
                    + (isUsed ? ": all of activities.\(name) are used" : "; give one under activities.\(name)"))
        }
    }

    private mutating func complete(_ task: ActivityTask, _ output: JSONValue) throws(Obstacle) {
        guard task.kind == .startWorkflow else { return handle(.completed(task.id, output: output, at: now)) }
        var output = output.object ?? [:]
        if task.waitKey != nil, output["result"]?.string == nil {
            let example = "{result: {result: executed, output: {…}}}"
            throw Obstacle(message: "step `\(task.step)`: its answer does not say how the workflow ends: \(example)")
        }
        if output["execution_id"] == nil { output["execution_id"] = .string(ExecutionID(rawValue: 2).description) }
        handle(.completed(task.id, output: .object(output), at: now))
    }

    // MARK: Events and votes

    /// Whether something came from outside.
    private mutating func deliver() throws(Obstacle) -> Bool {
        for token in execution.tokens {
            switch token.phase {
            case .awaiting: if try deliverEvent(to: token) { return true }
            case .approving(let open): if try deliverVote(to: token, open) { return true }
            default: break
            }
        }
        return false
    }

    private func step(of token: Token) -> String { execution.program.nodes[token.node].step.id }

    private mutating func deliverEvent(to token: Token) throws(Obstacle) -> Bool {
        let step = step(of: token)
        let waits = execution.waits(of: token)
        let event = take(step) { answer -> (wait: EventWait, data: JSONObject)? in
            guard case .event(let name, let data) = answer else { return nil }
            let wait = waits.first { name == nil || $0.event == name }
            return wait.map { ($0, data) }
        }
        guard let (wait, data) = event else { return false }
        for field in wait.match {
            let found = field.path.resolve(in: Scope(context: data))
            if let found, found.isEqual(to: field.value) { continue }
            throw Obstacle(
                message: "step `\(step)`: the event `\(wait.event)` does not match: \(field.path) must be "
                    + "\(field.value), and is \(found?.description ?? "missing")")
        }
        handle(.event(wait: wait.key, data: .object(data), at: now))
        return true
    }

    private mutating func deliverVote(to token: Token, _ open: OpenApproval) throws(Obstacle) -> Bool {
        let (step, now) = (step(of: token), now)
        let vote = take(step) { answer -> TestCase.Vote? in
            guard case .vote(let vote) = answer, open.request.requestedAt + (vote.after ?? .zero) <= now else {
                return nil
            }
            return vote
        }
        guard let vote else { return false }
        let name = vote.by ?? open.nextVoter
        let role = open.request.approvers.contains(name) ? nil : open.request.roles.first
        guard open.request.admits(name, role: role) else {
            throw Obstacle(message: "step `\(step)`: `\(name)` is not among the approvers")
        }
        let cast = ApprovalVote(
            by: name, decision: vote.decision, role: role, comment: vote.comment, data: vote.data, at: now)
        guard open.takes(cast) else {
            throw Obstacle(message: "step `\(step)`: `\(name)` has decided already, and others must too")
        }
        handle(.message(key: open.request.key, body: cast.message, at: now))
        return true
    }

    // MARK: Time

    /// Turns the clock to the next time at which something happens.
    private mutating func passTime() throws(Obstacle) {
        let waiting = execution.tokens.filter(\.isWaitingForOutside)
        let unanswered = waiting.first { next(step(of: $0), Self.isAwaited) == nil }
        let votes = waiting.compactMap { voteTime(of: $0) }
        guard let time = ([execution.wakeAt].compactMap(\.self) + votes).min() else {
            throw obstacle(unanswered ?? waiting.first)
        }
        if let unanswered, unanswered.wakeAt == time || !isTimed(besides: unanswered) { throw obstacle(unanswered) }
        now = max(now, time)
        for token in waiting where token.isOver(at: now) {
            _ = take(step(of: token)) { if case .silence = $0 { true } else { nil } }
        }
        handle(.tick(at: now))
    }

    /// What can still come when nothing comes now.
    private static func isAwaited(_ answer: TestCase.Answer) -> Bool? {
        switch answer {
        case .vote, .silence: true
        case .event, .result, .failure: nil
        }
    }

    private func voteTime(of token: Token) -> Timestamp? {
        guard case .approving(let open) = token.phase else { return nil }
        return next(step(of: token)) { answer in
            if case .vote(let vote) = answer { vote.after.map { open.request.requestedAt + $0 } } else { nil }
        }
    }

    /// Whether another token goes on by itself.
    private func isTimed(besides token: Token) -> Bool {
        execution.tokens.contains { other in
            other.id != token.id && (other.wakeAt != nil || voteTime(of: other) != nil)
        }
    }

    private func obstacle(_ token: Token?) -> Obstacle {
        guard let token else { return Obstacle(message: "nothing is left that could go on") }
        let step = step(of: token)
        let remedy =
            answers[step] == nil
            ? "; give an answer under activities.\(step)" : ": nothing of activities.\(step) ends it"
        switch token.phase {
        case .awaiting:
            let events = execution.waits(of: token).map { "`\($0.event)`" }.joined(separator: ", ")
            return Obstacle(message: "step `\(step)` waits for \(events)\(remedy)")
        case .approving: return Obstacle(message: "step `\(step)` waits for a decision\(remedy)")
        default: return Obstacle(message: "step `\(step)` waits\(remedy)")
        }
    }
}

extension Token {
    fileprivate var isWaitingForOutside: Bool {
        switch phase {
        case .awaiting, .approving, .calling: true
        default: false
        }
    }

    fileprivate func isOver(at now: Timestamp) -> Bool {
        switch phase {
        case .awaiting(_, _, let until): until.map { $0 <= now } ?? false
        case .approving(let open): open.isExpired(now)
        default: false
        }
    }
}

extension OpenApproval {
    /// Somebody who may decide and has not.
    fileprivate var nextVoter: String {
        request.approvers.first { name in !votes.contains { $0.by == name } } ?? "approver-\(votes.count + 1)"
    }
}

extension ActivityKind {
    /// What an activity gives in a test whose output says nothing of the outside; nil for one that a case must answer.
    fileprivate var outputInTests: JSONValue? {
        switch self {
        case .log: .null
        case .notify: ["recipient": "test", "type": "log", "id": "test-told"]
        case .emit: ["event_id": "test-emitted", "executions": []]
        case .metric: ["recorded": true]
        default: nil
        }
    }
}

extension Trigger {
    /// What it is called in an execution.
    fileprivate var type: TriggerType {
        switch self {
        case .event: .event
        case .manual: .manual
        case .schedule: .schedule
        case .webhook: .webhook
        case .workflow: .workflow
        }
    }

    fileprivate var eventName: String {
        switch self {
        case .event(let name, _): name
        case .webhook(let source, let event, _): WebhookName.event(event, of: source)
        case .manual, .schedule, .workflow: type.rawValue
        }
    }
}
