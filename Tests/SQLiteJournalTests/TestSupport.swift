import Dispatch
import Foundation
import GRDBSQLite
import Testing
import Workflow

@testable import SQLiteJournal

/// A directory of its own, gone afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(url.path)
}

/// A journal in a directory of its own, with a lease; closed afterwards.
func withJournal(
    observe: (@Sendable (QueryObservation) -> Void)? = nil, _ body: (SQLiteJournal, Lease) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let journal = try SQLiteJournal(path: directory + "/journal.sqlite", observe: observe)
        try await body(journal, try await journal.testLease())
        await journal.close()
    }
}

extension SQLiteJournal {
    func testLease() async throws -> Lease {
        try await acquire(holder: "test", now: second(0), until: second(100), takingAll: false).lease
    }

    /// Runs an SQL text on the writer's connection.
    func execute(_ sql: String) async throws {
        try await write { session throws(VerbFailure) in
            try session.statement(Query(.other, "transaction", sql)).run()
        }
    }

    /// The integer that an SQL text gives on the writer's connection.
    func integer(_ sql: String) async throws -> Int64 {
        try await write { session throws(VerbFailure) in
            try session.statement(Query(.other, "transaction", sql)).first { $0.integer(0) } ?? -1
        }
    }

    /// Holds the writer until all verbs have been submitted, so that they share one transaction.
    ///
    /// - Returns: the answers, in the order of the verbs.
    func inOneBatch<Answer: Sendable>(_ verbs: [@Sendable (SQLiteJournal) async -> Answer]) async -> [Answer] {
        let gate = DispatchSemaphore(value: 0)
        return await withTaskGroup(of: (index: Int, answer: Answer).self) { group in
            async let held: Void = write { _ in gate.wait() }
            while writer.queue.pendingWeight < 1 { await Task.yield() }
            for (index, verb) in verbs.enumerated() {
                group.addTask { (index, await verb(self)) }
                // In this order.
                while writer.queue.pendingWeight < index + 2 { await Task.yield() }
            }
            gate.signal()
            var answers: [(index: Int, answer: Answer)] = []
            for await answer in group { answers.append(answer) }
            _ = try? await held
            return answers.sorted { $0.index < $1.index }.map(\.answer)
        }
    }
}

func second(_ number: Int64) -> Timestamp { Timestamp(microseconds: number * 1_000_000) }

func birth(_ id: Int64, _ disposition: Disposition = .running, waits: [EventWait]? = nil, size: Int = 200)
    -> NewExecution
{
    let record = [UInt8](repeating: 7, count: size)
    let commit = Commit(
        id: ExecutionID(rawValue: id), number: 0, record: record, disposition: disposition, waits: waits,
        consumed: nil, at: second(1))
    return NewExecution(workflow: "orders", version: "1.0.0", trigger: .event, startedAt: second(1), commit: commit)
}

func arrival(_ id: String, name: String = "order.created", size: Int = 200, _ births: NewExecution...) -> Arrival {
    let event = EventRecord(
        id: id, name: name, data: [UInt8](repeating: 8, count: size), receivedAt: second(1))
    return Arrival(event: event, data: [:], executions: births)
}

extension Ingestion {
    static func accepted(woken: [ExecutionID]) -> Ingestion { .accepted(Acceptance(woken: woken)) }
}

func record(_ id: Int64, _ number: Int, _ disposition: Disposition = .running) -> Commit {
    Commit(
        id: ExecutionID(rawValue: id), number: number, record: Array("record \(number)".utf8),
        disposition: disposition, waits: nil, consumed: nil, at: second(2))
}
