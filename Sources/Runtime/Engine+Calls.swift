import Workflow

extension Engine {
    /// The name under which the journal keeps the request of an execution that runs another workflow.
    static let callEventName = "flowmeter.workflow"
    private static let callPrefix = "\(reservedPrefix)call/"

    /// What an execution asks for that runs another workflow.
    struct Call: Sendable {
        let workflow: String
        let input: JSONObject
        /// The same over retries, crashes and takeovers.
        let idempotencyKey: String
        /// Who waits for the end; nil for nobody.
        let caller: Execution.Origin.Caller?
        /// See ``EventRecord/depth``.
        let depth: Int

        /// The event that starts it; it says who waits, so that a restart knows.
        fileprivate var event: IncomingEvent {
            let id = caller.map(callEvent) ?? "\(reservedPrefix)start/\(idempotencyKey)"
            var event = IncomingEvent(id: id, name: callEventName, data: input)
            event.depth = depth
            return event
        }
    }

    /// Starts a workflow for an execution; its condition is not asked.
    ///
    /// What hinders the engine itself is no failure of the step: it is tried again until the workflow has started, or
    /// until the attempt is cancelled because the execution is handed back.
    /// - Returns: the id of the execution, and how it ended if it has.
    func start(_ call: Call) async throws(EngineError) -> JSONObject {
        let event = call.event
        try event.check()
        while true {
            do throws(EngineError) {
                let (router, lease) = try router(whileDraining: true)
                guard let deployed = router.workflows[call.workflow] else { throw Self.unknownWorkflow(call.workflow) }
                guard deployed.record.enabled else { throw Self.disabled(call.workflow) }
                let birth = await birth(of: event, from: [deployed], trigger: .workflow, lease: lease)
                let receipt = try await receipts(for: [birth], wait: nil, lease: lease)[0].get()
                let result = try await result(of: receipt, birth)
                if Task.isCancelled, let caller = call.caller { await cancel(result, unlessWantedBy: caller) }
                return result
            } catch  where error.isFinal || Task.isCancelled {
                throw error
            } catch {
                await environment.sleep(environment.now() + .milliseconds(100))
            }
        }
    }

    private func result(of receipt: Receipt, _ birth: Birth) async throws(EngineError) -> JSONObject {
        guard let summary = receipt.executions.first?.summary else { return try Self.skipped(birth, receipt) }
        if let result = birth.started.first?.execution.result, !receipt.duplicate { return result }
        let id = summary.id
        if receipt.duplicate, summary.outcome != nil {
            let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
            if let stored, let result = try await restore(stored)?.execution.result { return result }
        }
        return ["execution_id": .string(id.description)]
    }

    /// The caller has been cancelled, has gone on without it, or is handed back to be driven by somebody else, while the
    /// other workflow was being started.
    ///
    /// What was started before its caller wrote that down has been told by that record.
    private func cancel(_ result: JSONObject, unlessWantedBy caller: Execution.Origin.Caller) async {
        guard let id = result["execution_id"]?.string.flatMap(ExecutionID.init), await !isWanted(by: caller) else {
            return
        }
        _ = try? await deliver(.cancel(reason: Self.abandonment), to: id)
    }

    /// Whether a caller waits for the end of what it has called, as far as it is known.
    func isWanted(by caller: Execution.Origin.Caller) async -> Bool {
        guard let stored = try? await journal.execution(caller.execution),
            let execution = try? await restore(stored)?.execution
        else { return true }
        return execution.awaitsCalled(caller.key)
    }

    /// Nothing has started: who waits for the end is told so as a failure, who does not, in the result.
    private static func skipped(_ birth: Birth, _ receipt: Receipt) throws(EngineError) -> JSONObject {
        guard caller(ofEvent: birth.arrival.event.id) != nil else { return ["skipped": true] }
        let workflow = birth.arrival.executions.first?.workflow ?? ""
        throw EngineError(
            .limitReached,
            receipt.duplicate
                ? "the execution of `\(workflow)` was left out at its limit, or has been removed"
                : "as many executions of `\(workflow)` run as its `concurrency` allows",
            remedy: "let it queue what comes beyond (`on_limit: queue`), or raise its limit")
    }

    /// Why an execution is cancelled whose caller does not wait for its end any more.
    static let abandonment = "nobody waits for its end any more"

    /// The id of the event that starts what is called.
    static func callEvent(of caller: Execution.Origin.Caller) -> String {
        "\(callPrefix)\(caller.execution)/\(caller.key)"
    }

    /// Who waits for the execution that an event has started.
    static func caller(ofEvent id: String) -> Execution.Origin.Caller? {
        guard id.hasPrefix(callPrefix) else { return nil }
        let parts = id.dropFirst(callPrefix.count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let execution = ExecutionID(String(parts[0])) else { return nil }
        return Execution.Origin.Caller(execution: execution, key: String(parts[1]))
    }
}

extension EngineError {
    /// Whether another attempt would fail alike.
    var isFinal: Bool {
        switch code {
        case .invalidEvent, .eventConflict, .unknownWorkflow, .workflowDisabled, .limitReached: true
        default: false
        }
    }
}
