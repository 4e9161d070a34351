public import Testing
public import Workflow

/// What every journal must do, as one list of tests.
///
/// ```swift
/// @Test(arguments: JournalConformance.cases)
/// func conformance(_ check: JournalCase) async throws { try await check.run(on: MyJournal()) }
/// ```
///
/// Each case wants a journal of its own, empty. What only a journal on disk can do (be reopened, survive a crash) is
/// not here.
public enum JournalConformance {
    public static let cases: [JournalCase] =
        leaseCases + ingestCases + admissionCases + commitCases + claimCases + priorityCases + signalCases
        + sendingCases + waitCases + approvalCases + deadLetterCases + listCases + tallyCases + purgeCases
        + workflowCases
        + scheduleCases + concurrencyCases
}

/// One promise, and the test of it.
public struct JournalCase: Sendable, CustomTestStringConvertible {
    /// The promise in words.
    public let name: String
    private let body: @Sendable (JournalBench) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (JournalBench) async throws -> Void) {
        self.name = name
        self.body = body
    }

    public var testDescription: String { name }

    /// - Parameter journal: empty, and used for nothing else.
    public func run(on journal: any Journal) async throws { try await body(JournalBench(journal: journal)) }
}

/// Short names for what the cases do to a journal. Times are seconds since 1970.
struct JournalBench: Sendable {
    let journal: any Journal

    func lease(now: Int64 = 0, until: Int64 = 1_000, takingAll: Bool = false) async throws -> Lease {
        try await acquire(now: now, until: until, takingAll: takingAll).lease
    }

    func acquire(
        now: Int64 = 0, until: Int64 = 1_000, takingAll: Bool = true, deadLetterAfter: Int = 3
    ) async throws -> Acquisition {
        try await journal.acquire(
            holder: "test", now: .at(now), until: .at(until), takingAll: takingAll, deadLetterAfter: deadLetterAfter)
    }

    @discardableResult
    func ingest(_ arrivals: Arrival..., lease: Lease) async throws -> [Ingestion] {
        try await journal.ingest(arrivals, lease: lease)
    }

    /// Starts one execution by an event of its own.
    func start(
        _ id: Int64, _ disposition: Disposition = .running, waits: [EventWait]? = nil, at: Int64 = 1, lease: Lease
    ) async throws {
        let birth = NewExecution.sample(id, disposition, waits: waits, at: at)
        let ingestion = try await ingest(.sample("start-\(id)", at: at, starting: [birth]), lease: lease)
        #expect(ingestion == [.accepted(woken: [])])
    }

    /// Starts one execution by an event of its own, with whatever comes of it.
    @discardableResult
    func start(_ birth: NewExecution, lease: Lease) async throws -> Acceptance {
        let id = birth.commit.id.rawValue
        let ingestion = try await ingest(.sample("start-\(id)", starting: [birth]), lease: lease)[0]
        guard case .accepted(let acceptance) = ingestion else {
            Issue.record("\(ingestion)")
            return Acceptance()
        }
        return acceptance
    }

    @discardableResult
    func commit(
        _ id: Int64, _ number: Int, _ disposition: Disposition = .running, waits: [EventWait]? = nil,
        consumed: Int64? = nil, approvals: [ApprovalRequest]? = nil, sent: [OutgoingSignal] = [],
        steps: [EndedStep] = [], at: Int64 = 2, lease: Lease
    ) async throws -> [Signal] {
        var commit = Commit.sample(id, number, disposition, waits: waits, consumed: consumed, at: at)
        commit.approvals = approvals
        commit.sent = sent
        commit.steps = steps
        return try await journal.commit(commit, lease: lease)
    }

    @discardableResult
    func signal(_ id: Int64, _ kind: Signal.Kind, at: Int64 = 3) async throws -> SignalReceipt {
        try await journal.signal(ExecutionID(rawValue: id), kind, now: .at(at))
    }

    func summary(_ id: Int64) async throws -> ExecutionSummary { try await execution(id).summary }

    func signals(_ id: Int64) async throws -> [Signal.Kind] { try await execution(id).signals.map(\.kind) }

    func claim(
        _ only: [Int64]? = nil, limit: Int = 100, now: Int64 = 10, lease: Lease
    ) async throws -> Claim {
        let ids = only.map { $0.map { ExecutionID(rawValue: $0) } }
        return try await journal.claim(only: ids, limit: limit, now: .at(now), lease: lease)
    }

    func execution(_ id: Int64) async throws -> StoredExecution {
        try #require(try await journal.execution(ExecutionID(rawValue: id)))
    }

    /// The statistics without the space that the store takes, which each has its own way of.
    func counts() async throws -> JournalStatistics {
        var statistics = try await journal.statistics()
        statistics.space = JournalStatistics.Space(size: 0, free: 0)
        return statistics
    }

    func status(_ id: Int64) async throws -> ExecutionStatus { try await execution(id).summary.status }

    /// Expects a conflict, and nothing written to the execution.
    func expectConflict(
        on id: Int64, _ verb: () async throws -> Void, location: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await journal.execution(ExecutionID(rawValue: id))
        let error = await #expect(throws: JournalError.self, sourceLocation: location) { try await verb() }
        guard case .conflict = error else {
            Issue.record("expected a conflict, not \(String(describing: error))", sourceLocation: location)
            return
        }
        let after = try await journal.execution(ExecutionID(rawValue: id))
        #expect(String(describing: before) == String(describing: after), sourceLocation: location)
    }

    func expectFenced(
        _ verb: () async throws -> Void, location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: JournalError.fenced, sourceLocation: location) { try await verb() }
    }
}
