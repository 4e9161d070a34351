public import Workflow

/// What is done to many executions.
public enum BulkAction: String, Sendable, Hashable, CaseIterable {
    case pause, resume, cancel, terminate
    /// Takes those up again that have failed, from the step that failed.
    case retry

    /// Those that it can be done to.
    public var statuses: Set<ExecutionStatus> {
        switch self {
        case .pause: [.queued, .running, .waiting]
        case .resume: [.paused, .deadLetter]
        case .cancel, .terminate: [.queued, .running, .waiting, .paused, .deadLetter]
        case .retry: [.ended]
        }
    }

    /// How those have ended that it can be done to; empty where that does not matter.
    public var results: Set<ExecutionResult> { self == .retry ? [.failed, .timeout] : [] }

    /// - Returns: why it cannot be done to an execution; nil when it can.
    fileprivate func objection(to execution: ExecutionSummary) -> String? {
        if let outcome = execution.outcome {
            if self != .retry { return "it has ended (\(outcome.result.rawValue))" }
            return results.contains(outcome.result) ? nil : "it has not failed (\(outcome.result.rawValue))"
        }
        return statuses.contains(execution.status) ? nil : "it is \(execution.status.rawValue)"
    }
}

/// What became of each of many executions.
public struct BulkReport: Sendable {
    public struct Item: Sendable {
        /// As it stood before.
        public let execution: ExecutionSummary
        public let outcome: Outcome
    }

    public enum Outcome: Sendable, Hashable {
        /// It would be done.
        case matched
        /// The request is on disk; for a retry, the execution with this id has started.
        case done(ExecutionID?)
        /// Nothing was to be done, for this reason.
        case skipped(String)
        /// It was to be done, and is not known to be.
        case failed(String)
    }

    /// Newest first.
    public var items: [Item] = []
    /// Go on before this one; nil when all that fit have been looked at.
    public var next: ExecutionID?
}

extension Engine {
    /// How many executions one request is for.
    public static let bulkLimit = 1_000
    /// Requests that are written at the same time.
    private static let bulkBatch = 100

    /// Does the same to all executions that fit, newest first, as many as the query allows.
    ///
    /// It may be repeated: what has been done is not done again, and an execution is retried once by this.
    /// - Parameters:
    ///   - query: without statuses and results, those that the action can be done to.
    ///   - dryRun: only says what would be done.
    public func bulk(
        _ action: BulkAction, _ query: ExecutionQuery, reason: String?, dryRun: Bool
    ) async throws(EngineError) -> BulkReport {
        _ = try router()
        var query = query
        query.limit = min(max(query.limit, 1), Self.bulkLimit) + 1
        if query.statuses.isEmpty, query.results.isEmpty {
            (query.statuses, query.results) = (action.statuses, action.results)
        }
        var found = try await executions(query)
        var report = BulkReport()
        if found.count == query.limit {
            found.removeLast()
            report.next = found.last?.id
        }
        while !found.isEmpty {
            let batch = Array(found.prefix(Self.bulkBatch))
            found.removeFirst(batch.count)
            report.items += await act(action, on: batch, reason: reason, dryRun: dryRun)
        }
        return report
    }

    private func act(
        _ action: BulkAction, on batch: [ExecutionSummary], reason: String?, dryRun: Bool
    ) async -> [BulkReport.Item] {
        await withTaskGroup(of: (Int, BulkReport.Outcome).self) { group in
            for (index, execution) in batch.enumerated() {
                group.addTask {
                    if let objection = action.objection(to: execution) { return (index, .skipped(objection)) }
                    if dryRun { return (index, .matched) }
                    return (index, await self.act(action, on: execution.id, reason: reason))
                }
            }
            var outcomes = [BulkReport.Outcome](repeating: .matched, count: batch.count)
            for await (index, outcome) in group { outcomes[index] = outcome }
            return zip(batch, outcomes).map { BulkReport.Item(execution: $0, outcome: $1) }
        }
    }

    private func act(_ action: BulkAction, on id: ExecutionID, reason: String?) async -> BulkReport.Outcome {
        do {
            switch action {
            case .pause: _ = try await signal(id, .pause)
            case .resume: _ = try await signal(id, .resume(data: nil))
            case .cancel: _ = try await signal(id, .cancel(reason: reason))
            case .terminate: _ = try await signal(id, .terminate(reason: reason))
            case .retry: return try await retry(id)
            }
            return .done(nil)
        } catch {
            switch error.code {
            case .executionEnded, .unknownExecution, .invalidRerun, .executionNotEnded, .notPaused, .compensating:
                return .skipped(error.message)
            default: return .failed(error.message)
            }
        }
    }

    private func retry(_ id: ExecutionID) async throws(EngineError) -> BulkReport.Outcome {
        let receipt = try await rerun(id, from: .failure, key: "bulk", wait: nil)
        let new = receipt.executions.first?.summary.id
        guard receipt.duplicate else {
            return new.map { .done($0) } ?? .failed("the workflow has no room for another execution")
        }
        return .skipped("it has been retried already" + (new.map { ", as \($0)" } ?? ""))
    }
}
