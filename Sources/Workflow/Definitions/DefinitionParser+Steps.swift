import Wording

extension DefinitionParser {
    /// The keys that each type of step has beside the common ones.
    private static let ownKeys: [(type: String, keys: [String])] = [
        ("condition", ["condition", "rule_id", "on_true", "on_false"]),
        ("action", ["action", "execute"]),
        ("decision", ["decision", "reason", "execute"]),
        ("execute", ["execute"]),
        ("parallel", ["steps", "strategy"]),
        ("foreach", ["items", "item_var", "steps"]),
        ("while", ["condition", "max_iterations", "steps"]),
        ("wait", ["event", "match", "any", "all", "duration", "timeout", "on_timeout"]),
        ("sleep", ["duration", "until"]),
        ("metric", ["metric", "value", "labels"]),
        ("workflow", ["workflow", "input", "mode", "into"]),
        (
            "approval",
            [
                "title", "description", "approvers", "roles", "quorum", "expires", "on_approved", "on_rejected",
                "on_expired", "reminder", "escalation", "execute", "into",
            ]
        ),
    ]
    private static let commonKeys = [
        "id", "type", "name", "next", "timeout", "retry", "on_error", "compensate", "metadata",
    ]
    static let targetKeys = [
        "next", "on_true", "on_false", "on_error", "on_timeout", "on_approved", "on_rejected", "on_expired",
    ]

    /// Types that other systems have, with what to do instead.
    private static let laterTypes: [String: String?] = [
        "human_approval": "use type approval", "sub_workflow": "use type workflow", "subworkflow": "use type workflow",
        "ai": nil, "script": nil, "loop": "use foreach or while", "delay": "use type sleep",
        "switch": "use steps of type condition",
        "notify": "put it into the execute list of a step of type execute",
        "webhook": "put it into the execute list of a step of type execute",
        "http_request": "put it into the execute list of a step of type execute",
        "emit": "put it into the execute list of a step of type execute",
        "set": "put it into the execute list of a step of type execute",
        "log": "put it into the execute list of a step of type execute",
    ]

    /// Reads a list of steps; `branches` when they are those of a `parallel` step.
    mutating func steps(_ cursor: Cursor, depth: Int, branches: Bool) -> [Step]? {
        guard let elements = list(cursor, "steps") else { return nil }
        if depth > Limits.stepDepth {
            report(.tooNested(what: "parallel, foreach and while", limit: Limits.stepDepth), at: cursor)
            return nil
        }
        if branches, elements.count > Limits.branches {
            report(.tooMany(what: "branches", limit: Limits.branches), at: elements[Limits.branches])
        }
        let index = lists.count
        lists.append(StepList(areBranches: branches))
        let steps = elements.compactMap { step($0, in: index, depth: depth) }
        return steps.count == elements.count && !steps.isEmpty ? steps : nil
    }

    private mutating func step(_ cursor: Cursor, in list: Int, depth: Int) -> Step? {
        stepCount += 1
        if stepCount == Limits.steps + 1 { report(.tooMany(what: "steps", limit: Limits.steps), at: cursor) }
        guard stepCount <= Limits.steps else { return nil }
        guard let all = members(of: cursor) else {
            report(.wrongKind(expected: "a map (a step)", found: cursor.node.kindName), at: cursor)
            return nil
        }
        let type = required("type", of: all, "the step").flatMap { text($0, "the step type") }
        let id = stepID(all, in: list)
        let own = checkKeys(all, cursor, type: type)
        lists[list].append(StepOutline(all, id: id, type: type, targets: targets(all, own)))
        let name = nonEmpty(all["name"], "name", limit: Limits.nameLength)
        let retry = all["retry"].flatMap { self.retry($0) }
        // In a wait that is not nested, `timeout` is that of the wait.
        let timeout = type == "wait" && all["wait"] == nil ? nil : duration(all["timeout"])
        let kind = type.flatMap { type in own.flatMap { self.kind(type, $0, depth: depth) } }
        if let kind { checkUse(of: all, by: kind) }
        let compensation = all["compensate"].map { activities($0, key: "compensate") } ?? []
        let metadata = object(all["metadata"]) ?? [:]
        guard let id, let kind, let compensation else { return nil }
        return Step(
            id: id, name: name, kind: kind, next: target(all, "next"), timeout: timeout, retry: retry,
            onError: target(all, "on_error"), compensation: compensation,
            metadata: metadata.merging(actionMetadata(all)))
    }

    private mutating func stepID(_ members: Members, in list: Int) -> String? {
        guard let cursor = required("id", of: members, "the step"), let id = text(cursor, "the step id") else {
            return nil
        }
        guard Names.isIdentifier(id, hyphens: true) else {
            report(.badName(id, what: "a step id", form: Names.stepForm), at: cursor)
            return nil
        }
        if let first = ids[id] {
            report(.duplicateID(id, line: first.line), at: cursor)
        } else {
            ids[id] = (cursor.node.line, list)
        }
        return id
    }

    private mutating func targets(_ members: Members, _ own: Members?) -> [StepTarget] {
        Self.targetKeys.compactMap { key in
            guard let cursor = members[key] ?? own?[key], let id = text(cursor, "the id of a step") else { return nil }
            return StepTarget(key: key, id: id, cursor: cursor)
        }
    }

    func target(_ members: Members, _ key: String) -> String? {
        guard case .scalar(let id, _)? = members[key]?.node.content else { return nil }
        return id
    }

    /// Types whose own keys may stand in a map of the type's name: `wait: {event: …}`.
    private static let nestedTypes = ["parallel", "foreach", "while", "wait"]

    /// Reports keys that do not belong where they stand.
    /// - Returns: the map in which the keys of the step's type stand: the step itself, or the one below it.
    private mutating func checkKeys(_ all: Members, _ cursor: Cursor, type: String?) -> Members? {
        guard let type, let own = Self.ownKeys.first(where: { $0.type == type })?.keys else { return all }
        guard case .map(let members) = cursor.node.content else { return nil }
        let nested = Self.nestedTypes.contains(type) ? all[type] : nil
        let allowed = Self.commonKeys + (nested == nil ? own : [type])
        for member in members where !allowed.contains(member.key) && !problems.isFull {
            let owner = "a step of type \(type)"
            let homes = Self.ownKeys.filter { $0.keys.contains(member.key) }.map(\.type)
            let fault: Fault =
                if nested != nil, own.contains(member.key) {
                    .misplacedKey(member.key, owner: owner, home: "the map under \(type)")
                } else if homes.isEmpty {
                    .unknownKey(
                        member.key, owner: owner, nearest: NearestWord.find(member.key, among: allowed),
                        allowed: allowed)
                } else {
                    .misplacedKey(member.key, owner: owner, home: "steps of type \(Prose.list(homes))")
                }
            report(fault, member: member, in: cursor)
        }
        return nested.map { map($0, type, keys: own) } ?? all
    }

    private mutating func checkUse(of members: Members, by kind: Step.Kind) {
        let hasActivities: Bool
        switch kind {
        case .decision(_, _, let activities), .execute(let activities): hasActivities = !activities.isEmpty
        case .approval(let approval):
            hasActivities = !approval.activities.isEmpty || !kind.asideActivities.isEmpty
        default: hasActivities = false
        }
        if !hasActivities, members["compensate"] == nil, members["retry"] != nil, let key = members.key("retry") {
            report(.pointlessRetry, at: key)
        }
        if case .decision = kind {
            for name in ["next", "compensate"] where members[name] != nil {
                if let key = members.key(name) {
                    report(.unusedKey(name, reason: "a decision ends the execution"), at: key)
                }
            }
        }
    }

    private mutating func actionMetadata(_ members: Members) -> JSONObject {
        guard let action = members["action"], let inner = self.members(of: action) else { return [:] }
        return object(inner["metadata"]) ?? [:]
    }

    // MARK: Kinds

    private mutating func kind(_ type: String, _ members: Members, depth: Int) -> Step.Kind? {
        switch type {
        case "condition": return conditionStep(members)
        case "action": return actionStep(members)
        case "decision": return decisionStep(members)
        case "execute": return executeStep(members)
        case "parallel": return parallelStep(members, depth)
        case "foreach": return foreachStep(members, depth)
        case "while": return whileStep(members, depth)
        case "wait": return waitStep(members)
        case "sleep": return sleepStep(members)
        case "metric": return metricStep(members)
        case "workflow": return workflowStep(members)
        case "approval": return approvalStep(members)
        default:
            guard let cursor = members["type"] else { return nil }
            if let remedy = Self.laterTypes[type] {
                report(.notSupportedYet(type, what: "step type", remedy: remedy), at: cursor)
            } else {
                reportUnknown(type, "step type", Self.ownKeys.map(\.type), at: cursor)
            }
            return nil
        }
    }

    private mutating func conditionStep(_ members: Members) -> Step.Kind? {
        guard let condition = ruleOrCondition(members) else { return nil }
        return .condition(condition, onTrue: target(members, "on_true"), onFalse: target(members, "on_false"))
    }

    private mutating func ruleOrCondition(_ members: Members) -> Condition? {
        guard let rule = members["rule_id"] else {
            return required("condition", of: members, "a step of type condition").flatMap {
                condition($0, isTrigger: false)
            }
        }
        if members["condition"] != nil, let key = members.key("condition") {
            report(.conflictingKeys(["rule_id", "condition"]), at: key)
        }
        return self.rule(rule, isTrigger: false)
    }

    private mutating func decisionStep(_ members: Members) -> Step.Kind? {
        let verdict = required("decision", of: members, "a step of type decision").flatMap {
            word($0, "decision", Verdict.self)
        }
        return verdict.flatMap { decision($0, reason: members["reason"], members) }
    }

    private mutating func decision(_ verdict: Verdict, reason: Cursor?, _ members: Members) -> Step.Kind? {
        let template = reason.flatMap { self.template($0) }
        let activities = members["execute"].map { self.activities($0) } ?? []
        guard let activities, reason == nil || template != nil else { return nil }
        return .decision(verdict, reason: template, activities: activities)
    }

    private mutating func executeStep(_ members: Members) -> Step.Kind? {
        required("execute", of: members, "a step of type execute").flatMap { activities($0) }.map { .execute($0) }
    }

    /// `action: {type: allow}`; older files write the type under `action.action`.
    private mutating func actionStep(_ members: Members) -> Step.Kind? {
        let owner = "a step of type action"
        guard let cursor = required("action", of: members, owner),
            let action = map(cursor, "the action", keys: ["type", "action", "reason", "metadata"])
        else { return nil }
        if action["type"] != nil, let older = action.key("action"), action["action"] != nil {
            report(.conflictingKeys(["type", "action"]), at: older)
        }
        guard let type = action["type"] ?? action["action"] ?? required("type", of: action, "the action"),
            let name = text(type, "the action type")
        else { return nil }
        if let verdict = Verdict(rawValue: name) { return decision(verdict, reason: action["reason"], members) }
        if name == "execute" { return executeAction(action, members) }
        if name == "require_approval" {
            report(.notSupportedYet(name, what: "action type", remedy: "use a step of type approval"), at: type)
        } else if ActivityKind(rawValue: name) != nil || Self.laterActivities[name] != nil {
            let remedy = "write type: execute, and the activity into the execute list beside action"
            report(.notSupportedYet(name, what: "action type", remedy: remedy), at: type)
        } else {
            reportUnknown(name, "action type", ["allow", "block", "execute"], at: type)
        }
        return nil
    }

    private mutating func executeAction(_ action: Members, _ members: Members) -> Step.Kind? {
        if let key = action.key("reason"), action["reason"] != nil {
            report(.unusedKey("reason", reason: "only allow and block have one"), at: key)
        }
        return required("execute", of: members, "an action of type execute").flatMap { activities($0) }.map {
            .execute($0)
        }
    }

    private mutating func parallelStep(_ members: Members, _ depth: Int) -> Step.Kind? {
        let strategy =
            members["strategy"] == nil
            ? .allMustPass : word(members["strategy"], "strategy", ParallelStrategy.self)
        let branches = required("steps", of: members, "a step of type parallel").flatMap {
            steps($0, depth: depth + 1, branches: true)
        }
        guard let strategy, let branches else { return nil }
        return .parallel(branches, strategy)
    }

    private mutating func foreachStep(_ members: Members, _ depth: Int) -> Step.Kind? {
        let owner = "a step of type foreach"
        let items = required("items", of: members, owner).flatMap { wholeTemplate($0) }
        let name = members["item_var"] == nil ? "item" : variable(members["item_var"], "the name of a variable")
        let body = required("steps", of: members, owner).flatMap { steps($0, depth: depth + 1, branches: false) }
        guard let items, let name, let body else { return nil }
        return .foreach(items: items, variable: name, body)
    }

    private mutating func whileStep(_ members: Members, _ depth: Int) -> Step.Kind? {
        let owner = "a step of type while"
        let condition = required("condition", of: members, owner).flatMap { self.condition($0, isTrigger: false) }
        let range = 1...Limits.iterations
        let limit =
            members["max_iterations"] == nil
            ? 1_000 : integer(members["max_iterations"], "max_iterations", in: range)
        let body = required("steps", of: members, owner).flatMap { steps($0, depth: depth + 1, branches: false) }
        guard let condition, let limit, let body else { return nil }
        return .loop(condition, limit: limit, body)
    }
}

extension JSONObject {
    /// This object with the members of another, which win.
    fileprivate func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for (key, value) in other { merged[key] = value }
        return merged
    }
}
