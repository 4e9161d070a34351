import Logging
import Synchronization
import Workflow

extension Engine {
    /// Deploys a rule in YAML or JSON whose own tests hold. Executions that start from now on ask it; those that run ask
    /// the version that there was when they began.
    ///
    /// - Parameter id: the id that the rule must have; nil for any.
    /// - Throws: ``EngineError`` with all problems, or `version_conflict` when the version exists with another source.
    public func deploy(rule source: [UInt8], as id: String? = nil) async throws(EngineError) -> RuleReceipt {
        let reading = RuleReader.read(source)
        guard let rule = reading.rule else { throw Self.invalid("rule", reading.problems) }
        if let id, rule.id != id {
            throw EngineError(
                .idMismatch, "the rule's rule_id is `\(rule.id)`, the address says `\(id)`",
                remedy: "send it to the address of its own id, or change its rule_id")
        }
        let record = WorkflowRecord(
            id: WorkflowRecord.id(ofRule: rule.id), version: rule.version, source: rule.source, enabled: true,
            deployedAt: environment.now())
        let deployment = try await journaling { () throws(JournalError) in try await journal.deploy(record) }
        if deployment == .conflict { throw Self.versionConflict(rule.version, of: rule.id, in: "the rule") }
        try await reloadWorkflows()
        guard let deployed = self.rule(rule.id) else {
            throw EngineError(.unavailable, "the rule was removed while it was being deployed")
        }
        return RuleReceipt(rule: deployed, deployment: deployment, warnings: reading.problems)
    }

    /// The current version of each rule, by id.
    public func rules() -> [DeployedRule] {
        state.withLock { $0.rules.rules }.values.sorted { $0.rule.id < $1.rule.id }
    }

    public func rule(_ id: String) -> DeployedRule? { state.withLock { $0.rules.rules[id] } }

    /// Deletes a rule that no workflow asks. Executions that run keep it.
    public func delete(rule id: String) async throws(EngineError) {
        let users = try reserve(rule: id)
        guard users.isEmpty else {
            let names = users.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
            throw EngineError(
                .ruleInUse, "the rule `\(id)` is asked by \(users.count > 5 ? "\(names) and others" : names)",
                remedy: "deploy them without it first")
        }
        defer { state.withLock { $0.rules.left(id) } }
        _ = try await journaling { () throws(JournalError) in
            try await journal.update(workflow: WorkflowRecord.id(ofRule: id), .delete)
        }
        try await reloadWorkflows()
    }

    /// Sets the rule apart for being deleted, unless workflows ask it.
    /// - Returns: those workflows.
    private func reserve(rule id: String) throws(EngineError) -> [String] {
        let users: [String]? = state.withLock { state in
            guard state.rules.known.contains(id) else { return nil }
            let users = state.router.workflows.values.filter { $0.program.rules[id] != nil }.map(\.record.id).sorted()
            guard users.isEmpty else { return users }
            return state.rules.leave(id) ? [] : ["a workflow that is being deployed"]
        }
        guard let users else {
            throw EngineError(.unknownRule, "there is no rule `\(id)`", remedy: "list the rules to find its id")
        }
        return users
    }

    // MARK: Reading

    /// Those that are known are not read again. One that cannot be read any more is logged and left out.
    func rules(of records: [WorkflowRecord], known: [String: DeployedRule]) -> [String: DeployedRule] {
        var rules: [String: DeployedRule] = [:]
        for record in records {
            guard let id = record.ruleID else { continue }
            if let same = known[id], same.record.version == record.version {
                rules[id] = DeployedRule(record: record, rule: same.rule)
            } else if let rule = rule(of: record) {
                rules[id] = DeployedRule(record: record, rule: rule)
            }
        }
        return rules
    }

    private func rule(of record: WorkflowRecord) -> Rule? {
        let reading = RuleReader.read(Array(record.source.utf8))
        if reading.rule == nil {
            logger.error(
                "a deployed rule cannot be read by this version of flowmeter",
                metadata: [
                    "rule_id": "\(record.ruleID ?? "")", "version": "\(record.version)",
                    "problem": "\(reading.problems.first?.message ?? "")",
                ])
        }
        return reading.rule
    }

    /// The rules in these versions, those that have been deleted too.
    func rules(_ versions: [String: String]) async throws(EngineError) -> [String: Rule] {
        let current = state.withLock { $0.rules.rules }
        var rules: [String: Rule] = [:]
        for (id, version) in versions {
            if let same = current[id], same.rule.version == version {
                rules[id] = same.rule
                continue
            }
            let records = try await journaling { () throws(JournalError) in
                try await journal.workflows(.version(workflow: WorkflowRecord.id(ofRule: id), version: version))
            }
            rules[id] = records.first.flatMap { rule(of: $0) }
        }
        return rules
    }

    static func invalid(_ what: String, _ problems: [Problem]) -> EngineError {
        let errors = problems.filter { $0.severity == .error }
        let first = errors.first.map { ": \($0.message)" } ?? ""
        return EngineError(
            .invalidDefinition,
            errors.count == 1
                ? "the \(what) has a problem\(first)" : "the \(what) has \(errors.count) problems, the first\(first)",
            remedy: errors.first?.remedy, problems: problems)
    }

    static func versionConflict(_ version: String, of id: String, in what: String) -> EngineError {
        EngineError(
            .versionConflict, "version \(version) of `\(id)` is deployed already with another content",
            remedy: "raise `version` in \(what); a version never changes once it is deployed")
    }
}
