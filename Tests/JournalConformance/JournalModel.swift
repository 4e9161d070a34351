import Testing
import TestSupport
public import Workflow

/// Random verbs on two journals side by side; both must give the same answers.
///
/// A seed decides everything, so that a failure is found again by its seed.
public struct JournalModel {
    var random: SeededGenerator
    var clock: Int64 = 0
    var nextExecution: Int64 = 0
    private var nextEvent: Int64 = 0
    private var leases: [Lease] = []
    /// What is believed of executions, to make verbs that often succeed; it may be wrong.
    private var nextNumber: [Int64: Int] = [:]
    private let left: any Journal
    private let right: any Journal

    /// - Parameters: two empty journals.
    public init(seed: UInt64, _ left: any Journal, _ right: any Journal) {
        random = SeededGenerator(seed: seed)
        self.left = left
        self.right = right
    }

    /// Runs verbs, and compares all that can be read every now and then and at the end.
    public mutating func run(steps: Int) async throws {
        try await acquire(takingAll: false)
        for step in 0..<steps {
            clock += random.below(3)
            try await oneVerb(step)
            if step % 50 == 49 { try await compareEverything(step) }
        }
        try await compareEverything(steps)
    }

    private mutating func oneVerb(_ step: Int) async throws {
        switch random.below(100) {
        case 0..<2: try await acquire(takingAll: random.below(2) == 0)
        case 2..<6: try await renew(step)
        case 6..<7: try await release(step)
        case 7..<37: try await ingest(step)
        case 37..<67: try await commit(step)
        case 67..<80: try await claim(step)
        case 80..<90: try await signal(step)
        case 90..<95: try await deploy(step)
        case 95..<97: try await purge(step)
        default: try await save(step)
        }
    }

    /// Runs the verb on both and compares what comes of it; texts of errors may differ.
    private func both<Value: Sendable>(
        _ step: Int, _ what: String, _ verb: (any Journal) async throws(JournalError) -> Value,
        as text: (Value) -> String = { String(describing: $0) }
    ) async -> Value? {
        let answers = (await answer(left, verb, text), await answer(right, verb, text))
        #expect(answers.0.text == answers.1.text, "step \(step): \(what)")
        return answers.0.value
    }

    private func answer<Value: Sendable>(
        _ journal: any Journal, _ verb: (any Journal) async throws(JournalError) -> Value, _ text: (Value) -> String
    ) async -> (value: Value?, text: String) {
        do throws(JournalError) {
            let value = try await verb(journal)
            return (value, text(value))
        } catch {
            if case .conflict = error { return (nil, "conflict") }
            return (nil, "\(error)")
        }
    }

    // Verbs

    private mutating func acquire(takingAll: Bool) async throws {
        let (now, until) = (Timestamp.at(clock), Timestamp.at(clock + random.below(60)))
        let acquisition = await both(-1, "acquire") { journal throws(JournalError) in
            try await journal.acquire(
                holder: "model", now: now, until: until, takingAll: takingAll, deadLetterAfter: 2)
        }
        if let acquisition { leases = Array(leases.suffix(2)) + [acquisition.lease] }
    }

    private mutating func anyLease() -> Lease { random.pick(leases) ?? Lease(token: 0) }

    private mutating func renew(_ step: Int) async throws {
        let (lease, now, until) = (anyLease(), Timestamp.at(clock), Timestamp.at(clock + random.below(60)))
        _ = await both(step, "renew") { journal throws(JournalError) in
            try await journal.renew(lease, now: now, until: until, deadLetterAfter: 2)
        }
    }

    private mutating func release(_ step: Int) async throws {
        let (lease, now) = (anyLease(), Timestamp.at(clock))
        await both(step, "release") { journal throws(JournalError) in try await journal.release(lease, now: now) }
    }

    private mutating func ingest(_ step: Int) async throws {
        let lease = anyLease()
        var arrivals: [Arrival] = []
        for _ in 0..<1 + random.below(3) { arrivals.append(try arrival()) }
        let claiming =
            random.below(2) == 0 ? nil : Claiming(limit: Int(random.below(6)), now: .at(clock))
        let call = arrivals
        let answer = await both(step, "ingest \(call)") { journal throws(JournalError) in
            try await journal.ingest(call, claiming: claiming, lease: lease)
        }
        guard let answer else { return }
        for commit in arrivals.flatMap({ $0.executions.map(\.commit) }) { nextNumber[commit.id.rawValue] = 1 }
        note(answer.claim)
    }

    private mutating func arrival() throws -> Arrival {
        // Some ids come twice.
        nextEvent += 1
        let id = random.below(10) == 0 ? random.below(nextEvent) : nextEvent
        var births: [NewExecution] = []
        for _ in 0..<random.below(3) {
            nextExecution += 1
            let number = random.below(60) == 0 ? random.below(nextExecution) : nextExecution
            var birth = NewExecution.sample(
                number, disposition(), waits: try waits(), at: clock, workflow: "w\(random.below(3))",
                version: "\(random.below(2))", admission: admission(), priority: Int(random.below(10)))
            birth.commit.approvals = approvals()
            birth.commit.sent = sent()
            birth.commit.steps = steps()
            births.append(birth)
        }
        var arrival = Arrival.sample(
            "e\(id)", name: "n\(random.below(3))", data: data(), at: clock, starting: births)
        if random.below(5) == 0 {
            arrival.schedule = ScheduleMark(workflow: "w\(random.below(3))", handled: .at(clock - random.below(9)))
        }
        return arrival
    }

    private mutating func commit(_ step: Int) async throws {
        let (lease, id) = (anyLease(), anyExecution())
        let number = (nextNumber[id] ?? 1) + (random.below(20) == 0 ? 1 : 0)
        let consumed = random.below(2) == 0 ? random.below(4) : nil
        var commit = Commit.sample(
            id, number, disposition(), waits: try waits(), consumed: consumed, at: clock)
        commit.approvals = approvals()
        commit.sent = sent()
        commit.steps = steps()
        let call = commit
        let answer = await both(step, "commit \(call)") { journal throws(JournalError) in
            try await journal.commit(call, lease: lease)
        }
        if answer != nil { nextNumber[id] = number + 1 }
    }

    private mutating func claim(_ step: Int) async throws {
        var only: [ExecutionID]?
        if random.below(3) == 0 { only = (0..<5).map { _ in ExecutionID(rawValue: anyExecution()) } }
        let (ids, limit, now, lease) = (only, Int(random.below(6)), Timestamp.at(clock), anyLease())
        let claim = await both(step, "claim \(String(describing: ids))") { journal throws(JournalError) in
            try await journal.claim(only: ids, limit: limit, now: now, lease: lease)
        }
        note(claim)
    }

    private mutating func note(_ claim: Claim?) {
        for execution in claim?.executions ?? [] {
            nextNumber[execution.summary.id.rawValue] = execution.records.count
        }
    }

    private mutating func signal(_ step: Int) async throws {
        let (id, kind, now) = (ExecutionID(rawValue: anyExecution()), kind(), Timestamp.at(clock))
        _ = await both(step, "signal \(id)") { journal throws(JournalError) in
            try await journal.signal(id, kind, now: now)
        }
    }

    private mutating func deploy(_ step: Int) async throws {
        let id = "w\(random.below(3))"
        let change =
            random.pick([
                WorkflowChange.enable, .disable, .delete, .pauseSchedule, .resumeSchedule,
                .handleSchedule(upTo: .at(clock)),
            ]) ?? .enable
        if random.below(2) == 0 {
            _ = await both(step, "update \(id) \(change)") { journal throws(JournalError) in
                try await journal.update(workflow: id, change)
            }
        } else {
            let record = WorkflowRecord(
                id: id, version: "\(random.below(3))", source: random.below(5) == 0 ? "b" : "a",
                enabled: random.below(2) == 0, deployedAt: .at(clock),
                schedule: ScheduleState(handled: random.below(2) == 0 ? .at(clock) : nil))
            _ = await both(step, "deploy \(record)") { journal throws(JournalError) in try await journal.deploy(record)
            }
        }
    }

    private mutating func save(_ step: Int) async throws {
        let key = KeyRecord(
            id: "k\(random.below(4))", name: "n", digest: [UInt8(random.below(256))], permissions: ["p"],
            createdAt: .at(clock), revokedAt: random.below(2) == 0 ? .at(clock) : nil)
        await both(step, "save") { journal throws(JournalError) in try await journal.save(key) }
    }

    private mutating func purge(_ step: Int) async throws {
        let purge = Purge(
            workflow: random.below(3) == 0 ? "w1" : nil, except: random.below(4) == 0 ? ["w2"] : [],
            endedBefore: random.below(4) == 0 ? nil : .at(clock - 20),
            eventsBefore: random.below(3) == 0 ? .at(clock - random.below(40)) : nil,
            keepLast: random.below(3) == 0 ? Int(random.below(9)) : nil, limit: Int(random.below(12)))
        _ = await both(step, "purge \(purge)") { journal throws(JournalError) in try await journal.purge(purge) }
    }

    // Reading

    private mutating func compareEverything(_ step: Int) async throws {
        _ = await both(step, "statistics") { journal throws(JournalError) in
            try await journal.statistics()
        } as: {
            $0.text
        }
        _ = await both(step, "workflows") { journal throws(JournalError) in try await journal.workflows(.current) }
        let approvals = ApprovalQuery(
            workflow: random.below(2) == 0 ? "w1" : nil, role: random.below(3) == 0 ? "r" : nil, limit: 20)
        _ = await both(step, "approvals") { journal throws(JournalError) in try await journal.approvals(approvals) }
        for subject in TallyQuery.Subject.allCases {
            for interval in [nil, .hour, .day] as [TallyQuery.Interval?] {
                let query = TallyQuery(
                    subject, workflow: random.below(2) == 0 ? "w1" : nil, from: .at(-90_000 * random.below(3)),
                    before: .at(clock + 86_400 * random.below(2)), interval: interval)
                _ = await both(step, "tallies \(query)") { journal throws(JournalError) in
                    try await journal.tallies(query)
                }
            }
        }
        _ = await both(step, "keys") { journal throws(JournalError) in try await journal.keys() }
        let query = ExecutionQuery(
            workflow: random.below(2) == 0 ? "w1" : nil,
            statuses: Set(ExecutionStatus.allCases.filter { _ in random.below(3) == 0 }),
            results: random.below(3) == 0 ? [.failed, .timeout] : [],
            triggers: random.below(4) == 0 ? [.event] : [], limit: Int(1 + random.below(30)))
        for query in [ExecutionQuery(limit: 10_000), query] {
            _ = await both(step, "executions") { journal throws(JournalError) in try await journal.executions(query) }
        }
        for id in max(1, nextExecution - 40)...max(1, nextExecution) {
            _ = await both(step, "execution \(id)") { journal throws(JournalError) in
                try await journal.execution(ExecutionID(rawValue: id))
            }
        }
    }
}

extension JournalStatistics {
    /// The same for equal values: a dictionary's own description is in no order.
    fileprivate var text: String {
        func sorted<Key: Comparable, Value>(_ counts: [Key: Value]) -> String { "\(counts.sorted { $0.key < $1.key })" }
        return "runnable \(sorted(runnable)) active \(sorted(active)) held \(sorted(held)) "
            + "set aside \(sorted(deadLetters)) approvals \(sorted(approvals))"
    }
}
