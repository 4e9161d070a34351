import Logging
import Synchronization
public import Workflow

extension Engine {
    /// Deploys a definition in YAML or JSON. Further executions start on it; running ones stay on their version.
    ///
    /// - Throws: ``EngineError`` with all problems, or `version_conflict` when the version exists with another source.
    public func deploy(_ source: [UInt8]) async throws(EngineError) -> DeployReceipt {
        try await deploy(source, requiring: nil)
    }

    /// Deploys a definition that must have this id.
    public func deploy(_ source: [UInt8], as id: String) async throws(EngineError) -> DeployReceipt {
        try await deploy(source, requiring: id)
    }

    private func deploy(_ source: [UInt8], requiring id: String?) async throws(EngineError) -> DeployReceipt {
        let (definition, warnings) = try read(source)
        if let id, definition.id != id {
            throw EngineError(
                .idMismatch, "the definition's workflow_id is `\(definition.id)`, the address says `\(id)`",
                remedy: "send it to the address of its own id, or change its workflow_id")
        }
        let record = WorkflowRecord(
            id: definition.id, version: definition.version, source: definition.source, enabled: definition.enabled,
            deployedAt: environment.now())
        let deployment = try await journaling { () throws(JournalError) in try await journal.deploy(record) }
        if deployment == .conflict {
            throw EngineError(
                .versionConflict,
                "version \(definition.version) of `\(definition.id)` is deployed already with another content",
                remedy: "raise `version` in the definition; a version never changes once it is deployed")
        }
        try await reloadWorkflows()
        guard let workflow = workflow(definition.id) else {
            throw EngineError(.unavailable, "the workflow was removed while it was being deployed")
        }
        return DeployReceipt(workflow: workflow, deployment: deployment, warnings: warnings)
    }

    private func read(_ source: [UInt8]) throws(EngineError) -> (Definition, [Problem]) {
        let result = DefinitionReader.read(source, for: options.configured)
        guard let definition = result.definition else {
            let errors = result.problems.filter { $0.severity == .error }
            let first = errors.first.map { ": \($0.message)" } ?? ""
            throw EngineError(
                .invalidDefinition,
                errors.count == 1
                    ? "the definition has a problem\(first)"
                    : "the definition has \(errors.count) problems, the first\(first)",
                remedy: errors.first?.remedy, problems: result.problems)
        }
        return (definition, result.problems)
    }

    /// The current version of each workflow, by id.
    public func workflows() -> [DeployedWorkflow] {
        state.withLock { $0.router.workflows }.values.map(\.asWorkflow).sorted { $0.record.id < $1.record.id }
    }

    public func workflow(_ id: String) -> DeployedWorkflow? {
        state.withLock { $0.router.workflows[id] }?.asWorkflow
    }

    /// Enables, disables or deletes a workflow. Executions that run go on.
    public func update(workflow id: String, _ change: WorkflowChange) async throws(EngineError) {
        let isKnown = try await journaling { () throws(JournalError) in
            try await journal.update(workflow: id, change)
        }
        guard isKnown else { throw Self.unknownWorkflow(id) }
        try await reloadWorkflows()
    }

    static func disabled(_ id: String) -> EngineError {
        EngineError(.workflowDisabled, "the workflow `\(id)` is disabled", remedy: "enable it first")
    }

    static func unknownWorkflow(_ id: String) -> EngineError {
        EngineError(.unknownWorkflow, "there is no workflow `\(id)`", remedy: "list the workflows to find its id")
    }

    /// Brings what is in memory in line with the journal. Versions known already are not read again.
    func reloadWorkflows() async throws(EngineError) {
        // Reloads may overlap; one that has read earlier must not replace what a later one has read.
        let reload = state.withLock { state in
            state.reloads.begun += 1
            return state.reloads.begun
        }
        let records = try await journaling { () throws(JournalError) in try await journal.workflows(.current) }
        let known = state.withLock { $0.router.workflows }
        var deployed: [Deployed] = []
        for record in records {
            if let same = known[record.id], same.record.version == record.version {
                deployed.append(Deployed(record: record, program: same.program, metrics: same.metrics))
            } else if let program = program(of: record) {
                deployed.append(
                    Deployed(record: record, program: program, metrics: metrics.handles(for: program.definition)))
            }
        }
        let router = Router(deployed)
        let isLatest = state.withLock { state in
            guard reload > state.reloads.shown else { return false }
            state.reloads.shown = reload
            state.router = router
            state.schedules.reload(router)
            return true
        }
        scheduleAlarm.ring()
        guard isLatest else { return }
        metrics.show(deployed.map { ($0.program.definition, $0.record.version) })
        integrations?.show(deployed.map(\.program.definition))
    }

    /// A stored definition that cannot be read any more is logged and left out; it is stored as it was.
    private func program(of record: WorkflowRecord) -> Program? {
        let result = DefinitionReader.read(Array(record.source.utf8))
        guard let definition = result.definition, let program = try? Program(definition, loadsContext: options.configured?.contextSources != nil)
        else {
            logger.error(
                "a deployed definition cannot be read by this version of flowmeter",
                metadata: [
                    "workflow_id": "\(record.id)", "version": "\(record.version)",
                    "problem": "\(result.problems.first?.message ?? "")",
                ])
            return nil
        }
        return program
    }

    /// What an execution of this version runs on.
    func deployed(_ id: String, version: String) async throws(EngineError) -> Deployed? {
        let key = "\(id)\u{0}\(version)"
        let (current, older) = state.withLock { ($0.router.workflows[id], $0.olderVersions[key]) }
        if let current, current.record.version == version { return current }
        let records = try await journaling { () throws(JournalError) in
            try await journal.workflows(.version(workflow: id, version: version))
        }
        guard let record = records.first, let program = older ?? program(of: record) else { return nil }
        state.withLock { state in
            if state.olderVersions.count >= 1_000 { state.olderVersions = [:] }
            state.olderVersions[key] = program
        }
        return Deployed(record: record, program: program, metrics: metrics.handles(for: program.definition))
    }
}

extension Deployed {
    var asWorkflow: DeployedWorkflow { DeployedWorkflow(record: record, definition: program.definition) }
}
