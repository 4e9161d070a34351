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
        let (definition, warnings) = try read(source, rules: state.withLock { $0.rules.known })
        if let id, definition.id != id {
            throw EngineError(
                .idMismatch, "the definition's workflow_id is `\(definition.id)`, the address says `\(id)`",
                remedy: "send it to the address of its own id, or change its workflow_id")
        }
        try checkMetrics(of: definition)
        let now = environment.now()
        // A workflow that is not there yet, or was deleted, owes nothing from before.
        let record = WorkflowRecord(
            id: definition.id, version: definition.version, source: definition.source, enabled: definition.enabled,
            deployedAt: now, schedule: ScheduleState(handled: definition.trigger.timing == nil ? nil : now))
        guard state.withLock({ $0.rules.hold(definition.rules) }) else {
            throw EngineError(.unavailable, "a rule was deleted while the workflow was being deployed")
        }
        defer { state.withLock { $0.rules.letGo(definition.rules) } }
        try await checkVersion(of: record)
        try await keepDue(definition)
        let deployment = try await journaling { () throws(JournalError) in try await journal.deploy(record) }
        if deployment == .conflict { throw Self.versionConflict(of: record) }
        try await reloadWorkflows(having: definition)
        guard let workflow = workflow(definition.id) else {
            throw EngineError(.unavailable, "the workflow was removed while it was being deployed")
        }
        return DeployReceipt(workflow: workflow, deployment: deployment, warnings: warnings)
    }

    /// A deployment that is refused leaves the schedule as it is.
    private func checkVersion(of record: WorkflowRecord) async throws(EngineError) {
        let known = try await journaling { () throws(JournalError) in
            try await journal.workflows(.version(workflow: record.id, version: record.version))
        }
        if let known = known.first, known.source != record.source { throw Self.versionConflict(of: record) }
    }

    private static func versionConflict(of record: WorkflowRecord) -> EngineError {
        versionConflict(record.version, of: record.id, in: "the definition")
    }

    /// How many versions ``versions(of:)`` lists.
    public static let versionLimit = 100

    /// The versions of a workflow that have been deployed, by when that was first, the newest first.
    public func versions(of id: String) async throws(EngineError) -> [WorkflowRecord] {
        guard isDeployed(id) else { throw Self.unknownWorkflow(id) }
        return try await journaling { () throws(JournalError) in
            try await journal.workflows(.versions(workflow: id, limit: Self.versionLimit))
        }
    }

    /// Also one that cannot be read.
    private func isDeployed(_ id: String) -> Bool {
        state.withLock { $0.router.workflows[id] != nil || $0.unreadable.contains(id) }
    }

    /// Makes a version that was deployed before the current one again. Further executions start on it; running ones stay
    /// on theirs. Whether the workflow is enabled, and how far its schedule has come, stays as it is.
    public func rollback(_ id: String, to version: String) async throws(EngineError) -> DeployedWorkflow {
        guard isDeployed(id) else { throw Self.unknownWorkflow(id) }
        let records = try await journaling { () throws(JournalError) in
            try await journal.workflows(.version(workflow: id, version: version))
        }
        guard let record = records.first else {
            throw EngineError(
                .unknownVersion, "version `\(version)` of `\(id)` has never been deployed",
                remedy: "name one that has been (`flowmeter workflow versions \(id)`), or deploy its definition")
        }
        return try await deploy(Array(record.source.utf8), requiring: id).workflow
    }

    private func read(
        _ source: [UInt8], rules: Set<String>
    ) throws(EngineError) -> (Definition, [Problem]) {
        let result = DefinitionReader.read(source, rules: rules, for: options.configured)
        guard let definition = result.definition else { throw Self.invalid("definition", result.problems) }
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
        guard !WorkflowRecord.isRule(id) else { throw Self.unknownWorkflow(id) }
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
    ///
    /// - Parameter read: one that has just been read, and needs no reading either.
    func reloadWorkflows(having read: Definition? = nil) async throws(EngineError) {
        // Reloads may overlap; one that has read earlier must not replace what a later one has read.
        let reload = state.withLock { state in
            state.reloads.begun += 1
            return state.reloads.begun
        }
        let records = try await journaling { () throws(JournalError) in try await journal.workflows(.current) }
        let (known, knownRules) = state.withLock { ($0.router.workflows, $0.rules.rules) }
        let rules = rules(of: records, known: knownRules)
        let asked = rules.mapValues(\.rule)
        let deployed = records.filter { $0.ruleID == nil }.compactMap { record in
            self.deployed(record, known[record.id], rules: asked, having: read)
        }
        let unreadable = Set(records.filter { $0.ruleID == nil }.map(\.id)).subtracting(deployed.map(\.record.id))
        let router = Router(deployed)
        let isLatest = state.withLock { [unreadable] state in
            guard reload > state.reloads.shown else { return false }
            state.reloads.shown = reload
            (state.router, state.unreadable) = (router, unreadable)
            state.rules.rules = rules
            state.schedules.reload(router)
            return true
        }
        scheduleAlarm.ring()
        guard isLatest else { return }
        for error in metrics.show(deployed.map { ($0.program.definition, $0.record.version) }) {
            logger.error("a metric of a deployed definition cannot be shown", metadata: ["problem": "\(error)"])
        }
        integrations?.show(deployed.map(\.program.definition))
    }

    /// Definitions that declare a metric of the same name must declare it alike.
    private func checkMetrics(of definition: Definition) throws(EngineError) {
        let others = state.withLock { $0.router.workflows }.values.map(\.program.definition)
        for other in others.sorted(by: { $0.id < $1.id }) where other.id != definition.id {
            guard let metric = definition.metricDeclaredOtherwise(in: other) else { continue }
            throw EngineError(
                .invalidDefinition,
                "the metric `\(metric.name)` is declared otherwise by the workflow `\(other.id)`",
                remedy: "declare it with the same type, help, labels and buckets there and here, or rename it")
        }
    }

    /// - Parameter same: what is known of the workflow already, perhaps in another version.
    private func deployed(
        _ record: WorkflowRecord, _ same: Deployed?, rules: [String: Rule], having read: Definition?
    ) -> Deployed? {
        if let same, same.record.version == record.version {
            if let program = program(same.program, rules: rules) {
                return Deployed(record: record, program: program, metrics: same.metrics)
            }
        }
        let isRead = read?.id == record.id && read?.source == record.source
        guard let definition = isRead ? read : definition(of: record),
            let program = program(definition, rules: rules)
        else { return nil }
        return Deployed(record: record, program: program, metrics: metrics.handles(for: definition))
    }

    /// The same, when it asks these versions of its rules.
    private func program(_ program: Program, rules: [String: Rule]) -> Program? {
        let isSame = program.ruleVersions.allSatisfy { rules[$0.key]?.version == $0.value }
        return isSame ? program : self.program(program.definition, rules: rules)
    }

    private func program(_ definition: Definition, rules: [String: Rule]) -> Program? {
        do throws(ProgramError) {
            return try Program(definition, rules: rules, loadsContext: activities[.load] != nil)
        } catch {
            logger.error(
                "a deployed definition cannot be run",
                metadata: [
                    "workflow_id": "\(definition.id)", "version": "\(definition.version)", "step": "\(error.step)",
                    "missing": "\(error.target)",
                ])
            return nil
        }
    }

    /// A stored definition that cannot be read any more is logged and left out; it is stored as it was.
    private func definition(of record: WorkflowRecord) -> Definition? {
        let result = DefinitionReader.read(Array(record.source.utf8))
        if result.definition == nil {
            logger.error(
                "a deployed definition cannot be read by this version of flowmeter",
                metadata: [
                    "workflow_id": "\(record.id)", "version": "\(record.version)",
                    "problem": "\(result.problems.first?.message ?? "")",
                ])
        }
        return result.definition
    }

    /// What an execution runs on: its version of the workflow, and of each rule the one that it began with.
    func deployed(for stored: StoredExecution) async throws(EngineError) -> Deployed? {
        let (id, version) = (stored.summary.workflow, stored.summary.version)
        let current = state.withLock { $0.router.workflows[id] }
        let sameVersion = current.flatMap { $0.record.version == version ? $0 : nil }
        if let sameVersion, sameVersion.program.rules.isEmpty { return sameVersion }
        let versions = Execution.ruleVersions(in: stored.records)
        if let sameVersion, sameVersion.program.ruleVersions == versions { return sameVersion }
        return try await older(id, version, rules: versions)
    }

    private func older(
        _ id: String, _ version: String, rules versions: [String: String]
    ) async throws(EngineError) -> Deployed? {
        let asked = versions.sorted { $0.key < $1.key }.map { "\u{0}\($0.key)\u{0}\($0.value)" }.joined()
        let key = "\(id)\u{0}\(version)\(asked)"
        let records = try await journaling { () throws(JournalError) in
            try await journal.workflows(.version(workflow: id, version: version))
        }
        guard let record = records.first else { return nil }
        var program = state.withLock { $0.olderVersions[key] }
        if program == nil, let definition = definition(of: record) {
            program = self.program(definition, rules: try await rules(versions))
        }
        guard let program else { return nil }
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
