import Testing

@testable import Workflow

/// Runs one execution by hand: a clock that is turned, activities that answer as told.
///
/// After each record the execution is thrown away and restored from its journal, so that every test is also a test of
/// going on after a crash at each point.
struct Rehearsal {
    var execution: Execution
    private(set) var records: [[UInt8]] = []
    private(set) var now = Timestamp(microseconds: 1_800_000_000_000_000)
    /// Attempts to be made, in the order they were asked for.
    private(set) var tasks: [ActivityTask] = []
    /// What other executions are told.
    private(set) var sent: [Outgoing] = []
    /// Every idempotency key asked for, with how often.
    private(set) var keys: [String: Int] = [:]

    init(
        _ yaml: String, data: JSONObject = [:], trigger: TriggerType = .event, caller: Execution.Origin.Caller? = nil,
        loadsContext: Bool = false
    ) throws {
        let result = DefinitionReader.read(Array(yaml.utf8))
        let problems = result.problems.map { "\($0)" }.joined(separator: "\n")
        let definition = try #require(result.definition, "\(problems)")
        let origin = Execution.Origin(
            trigger: trigger, eventID: "evt-1", eventName: "order.placed", data: data, startedAt: now,
            caller: caller)
        let program = try Program(definition, loadsContext: loadsContext)
        execution = Execution(id: ExecutionID(rawValue: 42), program: program, origin: origin)
        try settle()
    }

    /// Goes on with an execution that has not been written yet.
    init(_ execution: Execution, at now: Timestamp) throws {
        self.execution = execution
        self.now = now
        take(execution.interrupted)
        try settle()
    }

    var outcome: Outcome? { execution.outcome }
    var path: [String] { execution.finishedSteps.map { "\($0.path):\($0.status)" } }

    mutating func handle(_ input: Execution.Input) throws {
        take(execution.handle(input))
        try settle()
    }

    private mutating func take(_ actions: [Execution.Action]) {
        for case .perform(let task) in actions {
            tasks.append(task)
            keys[task.idempotencyKey, default: 0] += 1
        }
    }

    private mutating func settle() throws {
        while execution.isReady {
            now = now + .microseconds(1)
            take(execution.handle(.advance(at: now)))
        }
        sent += execution.takeOutbox()
        if let record = execution.takeRecord() { records.append(record) }
        try restore()
    }

    private mutating func restore() throws {
        let restored = try Execution(
            id: execution.id, program: execution.program, origin: execution.origin, records: records)
        #expect(restored.trace == execution.trace)
        #expect(restored.waits == execution.waits)
        #expect(restored.approvals == execution.approvals)
        #expect(restored.endedApprovals == execution.endedApprovals)
        #expect(restored.outcome == execution.outcome)
        #expect(restored.context == execution.context)
        #expect(restored.system == execution.system)
        #expect(restored.wakeAt == execution.wakeAt)
        #expect(restored.ending == execution.ending)
        #expect(restored.rerunOf == execution.rerunOf)
        #expect(restored.undos.map(\.path) == execution.undos.map(\.path))
        #expect(restored.undos.map(\.arguments) == execution.undos.map(\.arguments))
        #expect(restored.notUndone == execution.notUndone)
        execution = restored
    }

    /// The crash forgets what was under way; whoever takes over asks for it again.
    mutating func crash() {
        tasks = []
        take(execution.interrupted)
    }

    /// As a crash, after which a driver takes over that says so.
    mutating func takeOver() throws {
        tasks = []
        take(execution.takeOver(at: now))
        try settle()
    }

    /// Attempts that nobody waits for any more are given up, as a driver does.
    mutating func forgetStale() { tasks.removeAll { !execution.isPerforming($0.id) } }

    mutating func complete(_ output: JSONValue = .null) throws {
        let task = try #require(tasks.first)
        tasks.removeFirst()
        try handle(.completed(task.id, output: output, at: now))
    }

    mutating func fail(_ failure: ActivityFailure, of position: Int = 0, random: Double = 1) throws {
        try #require(tasks.indices.contains(position))
        let task = tasks.remove(at: position)
        try handle(.failed(task.id, failure, random: random, at: now))
    }

    mutating func pass(_ duration: Duration) throws {
        now = now + duration
        try handle(.tick(at: now))
    }

    /// Says yes or no to the first request that is open.
    mutating func vote(
        _ by: String, _ decision: ApprovalVote.Decision = .approve, role: String? = nil, comment: String? = nil,
        data: JSONObject? = nil
    ) throws {
        let key = try #require(execution.approvals.first?.key)
        let vote = ApprovalVote(by: by, decision: decision, role: role, comment: comment, data: data, at: now)
        try handle(.message(key: key, body: vote.message, at: now))
    }

    /// Delivers an event to the first wait, or the first for this event.
    mutating func arrive(_ data: JSONValue, event: String? = nil) throws {
        let wait = try #require(execution.waits.first { event == nil || $0.event == event })
        try handle(.event(wait: wait.key, data: data, at: now))
    }
}
