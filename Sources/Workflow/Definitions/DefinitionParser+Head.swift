extension DefinitionParser {
    private static let headKeys = ["workflow_id", "id", "version", "name", "description", "enabled", "tags"]
    private static let bodyKeys = [
        "trigger", "context", "timeout", "concurrency", "priority", "slo", "retention", "metrics", "steps", "output",
        "tests",
    ]

    /// Reads a whole definition; nil, or something incomplete, when problems were reported.
    mutating func definition(_ root: SourceNode, source: String) -> Definition? {
        let cursor = Cursor(node: root, path: "")
        guard let all = members(of: cursor) else {
            report(.wrongKind(expected: "a map (the definition)", found: root.kindName), at: cursor)
            return nil
        }
        guard let body = body(of: cursor, all) else { return nil }
        let owner = "the definition"
        let id = workflowID(all, owner)
        let trigger = required("trigger", of: body, owner).flatMap { self.trigger($0) }
        let load = load(body["context"])
        let timeout = duration(body["timeout"])
        let concurrency = concurrency(body, trigger?.trigger)
        let priority = integer(body["priority"], "the priority", in: Priority.range) ?? Priority.usual
        let slo = body["slo"].flatMap { serviceLevel($0) }
        metrics = body["metrics"].map { metricDeclarations($0) } ?? []
        let retention = body["retention"].flatMap { self.retention($0) }
        let steps = required("steps", of: body, owner).flatMap { self.steps($0, depth: 0, branches: false) }
        let output = body["output"].flatMap { self.output($0) }
        let tests = tests(body["tests"], of: steps ?? [])
        checkGraph()
        checkPaths()
        let head = head(all, id: id)
        guard let id, let trigger, let steps else { return nil }
        return Definition(
            id: id, version: head.version, name: head.name, description: head.description, enabled: head.enabled,
            tags: head.tags, trigger: trigger.trigger, load: load, timeout: timeout, slo: slo,
            metrics: metrics, retention: retention, steps: steps, source: source, input: trigger.input, output: output,
            rules: Set(steps.withNested.flatMap(\.kind.rules)), concurrency: concurrency, priority: priority,
            tests: tests)
    }

    private mutating func output(_ cursor: Cursor) -> TemplateValue? {
        guard members(of: cursor) != nil else {
            report(.wrongKind(expected: "a map (output)", found: cursor.node.kindName), at: cursor)
            return nil
        }
        return templateValue(cursor)
    }

    /// Where trigger and steps stand: beside the head, or inside `definition` in a create request.
    private mutating func body(of cursor: Cursor, _ all: Members) -> Members? {
        guard let inner = all["definition"] else {
            return map(cursor, "the definition", keys: Self.headKeys + Self.bodyKeys)
        }
        let doubled = Self.bodyKeys.filter { all.any($0) != nil }
        for key in doubled {
            if let place = all.key(key) { report(.conflictingKeys([key, "definition"]), at: place) }
        }
        _ = map(cursor, "the request", keys: Self.headKeys + ["definition"] + doubled)
        return map(inner, "the definition", keys: Self.bodyKeys)
    }

    private mutating func workflowID(_ members: Members, _ owner: String) -> String? {
        if let alias = members.key("id"), members["workflow_id"] != nil, members["id"] != nil {
            report(.conflictingKeys(["id", "workflow_id"]), at: alias)
        }
        let cursor: Cursor? =
            if let alias = members["id"] { members["workflow_id"] ?? alias } else {
                required("workflow_id", of: members, owner)
            }
        guard let cursor, let id = text(cursor, "the workflow id") else { return nil }
        guard Names.isWorkflow(id) else {
            report(.badName(id, what: "a workflow id", form: Names.workflowForm), at: cursor)
            return nil
        }
        return id
    }

    private struct Head {
        var version: String
        var name: String
        var description: String
        var enabled: Bool
        var tags: [String]
    }

    private mutating func head(_ members: Members, id: String?) -> Head {
        Head(
            version: nonEmpty(members["version"], "version", limit: Limits.versionLength) ?? "1",
            name: nonEmpty(members["name"], "name", limit: Limits.nameLength) ?? id ?? "",
            description: text(members["description"], "description", limit: Limits.descriptionLength) ?? "",
            enabled: bool(members["enabled"]) ?? true,
            tags: tags(members["tags"]))
    }

    mutating func nonEmpty(_ cursor: Cursor?, _ what: String, limit: Int) -> String? {
        guard let cursor, let text = text(cursor, what, limit: limit) else { return nil }
        if text.isEmpty { report(.emptyText(what), at: cursor) }
        return text
    }

    private mutating func tags(_ cursor: Cursor?) -> [String] {
        guard let cursor else { return [] }
        guard case .list(let elements) = cursor.node.content else {
            report(.wrongKind(expected: "a list (tags)", found: cursor.node.kindName), at: cursor)
            return []
        }
        if elements.count > Limits.tags { report(.tooMany(what: "tags", limit: Limits.tags), at: cursor) }
        return elements.enumerated().compactMap { index, element in
            nonEmpty(Cursor(node: element, path: "\(cursor.path)[\(index)]"), "a tag", limit: Limits.tagLength)
        }
    }

    // MARK: Trigger

    private static let triggerTypes = ["event", "schedule", "manual", "webhook", "workflow"]

    private mutating func trigger(_ cursor: Cursor) -> (trigger: Trigger, input: JSONObject)? {
        guard let all = members(of: cursor) else {
            report(.wrongKind(expected: "a map (the trigger)", found: cursor.node.kindName), at: cursor)
            return nil
        }
        guard let type = required("type", of: all, "the trigger"), let name = text(type, "the trigger type") else {
            return nil
        }
        switch name {
        case "event": return eventTrigger(cursor)
        case "manual": return manualTrigger(cursor)
        case "schedule": return scheduleTrigger(cursor)
        case "webhook": return webhookTrigger(cursor)
        case "workflow": return map(cursor, "a trigger of type workflow", keys: ["type"]).map { _ in (.workflow, [:]) }
        default: reportUnknown(name, "trigger type", Self.triggerTypes, at: type)
        }
        return nil
    }

    private mutating func eventTrigger(_ cursor: Cursor) -> (trigger: Trigger, input: JSONObject)? {
        let owner = "a trigger of type event"
        guard let members = map(cursor, owner, keys: ["type", "event", "condition", "data"]) else { return nil }
        if members["data"] != nil, let key = members.key("data") {
            report(.unusedKey("data", reason: "the data comes with each event"), at: key)
        }
        let name = required("event", of: members, owner).flatMap { triggerEvent($0) }
        let condition = members["condition"].flatMap { self.condition($0, isTrigger: true) }
        return name.map { (.event(name: $0, condition: condition), [:]) }
    }

    /// Deliveries start triggers of type webhook alone.
    private mutating func triggerEvent(_ cursor: Cursor) -> String? {
        guard let name = eventName(cursor) else { return nil }
        if name.hasPrefix(WebhookName.prefix) {
            let form = "a trigger of type webhook: names that begin with \(WebhookName.prefix) are those of deliveries"
            report(.badName(name, what: "the event of a trigger of type event", form: form), at: cursor)
        }
        return name
    }

    private mutating func manualTrigger(_ cursor: Cursor) -> (trigger: Trigger, input: JSONObject)? {
        guard let members = map(cursor, "a trigger of type manual", keys: ["type", "data"]) else { return nil }
        return (.manual, object(members["data"]) ?? [:])
    }

    // MARK: Service level

    private static let days: ClosedRange<Duration> = .seconds(86_400)...(.seconds(365 * 86_400))

    private mutating func serviceLevel(_ cursor: Cursor) -> ServiceLevel? {
        let owner = "slo"
        guard let members = map(cursor, owner, keys: ["objective", "window"]) else { return nil }
        let objective = required("objective", of: members, owner).flatMap { self.objective($0) }
        let window = members["window"].map { duration($0) } ?? .seconds(30 * 86_400)
        if let window, let place = members["window"], !Self.days.contains(window) {
            report(.outOfRange(window.shortText, what: "the window", range: "from 1d to 365d"), at: place)
        }
        guard let objective, let window else { return nil }
        return ServiceLevel(objective: objective, window: window)
    }

    private mutating func objective(_ cursor: Cursor) -> Double? {
        guard let value = json(cursor), let percent = value.double else {
            report(.wrongKind(expected: "a number of percent, such as 99.5", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if percent > 0, percent < 100 { return percent / 100 }
        report(
            .outOfRange(value.description, what: "the objective", range: "above 0 and below 100 percent"), at: cursor)
        return nil
    }

    // MARK: Context

    private mutating func load(_ cursor: Cursor?) -> [String] {
        guard let cursor, let members = map(cursor, "the context", keys: ["load"]) else { return [] }
        guard let entries = members["load"].flatMap({ list($0, "context.load") }) else { return [] }
        if entries.count > Limits.loads {
            report(.tooMany(what: "entries of context.load", limit: Limits.loads), at: entries[Limits.loads])
        }
        return entries.compactMap { loadName($0) }
    }

    private mutating func loadName(_ cursor: Cursor) -> String? {
        guard let name = text(cursor, "a name such as order.details") else { return nil }
        guard Names.isEvent(name) else {
            report(.badName(name, what: "an entry of context.load", form: "a name such as order.details"), at: cursor)
            return nil
        }
        let root = String(name.prefix { $0 != "." })
        if Names.reserved.contains(root) { report(.reservedName(root), at: cursor) }
        if let sources = configured?.contextSources {
            expect(name, "the context source", among: sources, of: "context.file", at: cursor)
        }
        return name
    }
}
