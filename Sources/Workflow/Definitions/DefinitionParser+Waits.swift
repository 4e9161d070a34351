import Wording

/// Steps that wait: for events, for a time, for another workflow.
extension DefinitionParser {
    mutating func waitStep(_ members: Members) -> Step.Kind? {
        let kinds = ["event", "any", "all", "duration"].filter { members[$0] != nil }
        if kinds.count > 1, let key = members.key(kinds[1]) {
            report(.conflictingKeys(kinds), at: key)
            return nil
        }
        if let cursor = members["duration"] { return durationWait(cursor, members) }
        guard let kind = kinds.first else {
            report(.missingKey("event", or: "duration", owner: "a step of type wait"), at: members.cursor)
            return nil
        }
        let timeout = duration(members["timeout"])
        if members["timeout"] == nil, members["on_timeout"] != nil, let key = members.key("on_timeout") {
            report(.pointlessOnTimeout, at: key)
        }
        let events = kind == "event" ? awaitedEvent(members).map { [$0] } : awaitedEvents(kind, members)
        guard let events else { return nil }
        let mode: Wait.Mode = kind == "any" ? .any : .all
        return .wait(.events(events, mode, timeout: timeout, onTimeout: members["on_timeout"].flatMap { scalar($0) }))
    }

    private func scalar(_ cursor: Cursor) -> String? {
        if case .scalar(let text, _) = cursor.node.content { text } else { nil }
    }

    /// The entries of `any` or `all`.
    private mutating func awaitedEvents(_ kind: String, _ members: Members) -> [AwaitedEvent]? {
        if members["match"] != nil, let key = members.key("match") {
            report(.misplacedKey("match", owner: "a wait for \(kind)", home: "each entry of \(kind)"), at: key)
        }
        guard let cursor = members[kind], let elements = list(cursor, kind) else { return nil }
        if elements.count > Limits.awaitedEvents {
            let place = elements[Limits.awaitedEvents]
            report(.tooMany(what: "events in one wait", limit: Limits.awaitedEvents), at: place)
        }
        let events = elements.prefix(Limits.awaitedEvents).compactMap { element in
            map(element, "an event to wait for", keys: ["event", "match"]).flatMap { awaitedEvent($0) }
        }
        return events.count == elements.count && !events.isEmpty ? events : nil
    }

    private mutating func awaitedEvent(_ members: Members) -> AwaitedEvent? {
        let name = required("event", of: members, "an event to wait for").flatMap { eventName($0) }
        let match = members["match"].map { matches($0) } ?? []
        guard let name, let match else { return nil }
        return AwaitedEvent(name: name, match: match)
    }

    private mutating func durationWait(_ cursor: Cursor, _ members: Members) -> Step.Kind? {
        for key in ["match", "timeout", "on_timeout"] where members[key] != nil {
            if let place = members.key(key) {
                report(.misplacedKey(key, owner: "a wait for a duration", home: "a wait for an event"), at: place)
            }
        }
        return duration(cursor).map { .wait(.duration($0)) }
    }

    private mutating func matches(_ cursor: Cursor) -> [EventMatch]? {
        guard case .map(let members) = cursor.node.content else {
            report(.wrongKind(expected: "a map of paths and values (match)", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if members.count > Limits.matches {
            report(.tooMany(what: "entries of match", limit: Limits.matches), at: cursor)
        }
        var matches: [EventMatch] = []
        for member in members {
            let path = keyPath(member, in: cursor)
            let value = templateValue(Cursor(node: member.value, path: Members.join(cursor.path, member.key)))
            if let path, let value { matches.append(EventMatch(path: path, value: value)) }
        }
        return matches.count == members.count ? matches : nil
    }

    // MARK: Sleep

    mutating func sleepStep(_ members: Members) -> Step.Kind? {
        if members["duration"] != nil, let until = members.key("until"), members["until"] != nil {
            report(.conflictingKeys(["duration", "until"]), at: until)
            return nil
        }
        if let until = members["until"] { return sleepUntil(until) }
        guard let cursor = members["duration"] else {
            report(.missingKey("duration", or: "until", owner: "a step of type sleep"), at: members.cursor)
            return nil
        }
        return duration(cursor).map { .wait(.duration($0)) }
    }

    private mutating func sleepUntil(_ cursor: Cursor) -> Step.Kind? {
        guard let template = template(cursor) else { return nil }
        if template.isConstant, let text = scalar(cursor), Timestamp(text) == nil {
            let expected = "a time such as 2030-01-31T08:00:00Z, or a placeholder that gives one"
            report(.wrongKind(expected: expected, found: "the text \(Prose.quote(text))"), at: cursor)
            return nil
        }
        return .wait(.until(template))
    }

    // MARK: Workflow

    private static let workflowKeys = ["workflow", "input", "mode", "into"]

    mutating func workflowStep(_ members: Members) -> Step.Kind? {
        let owner = "a step of type workflow"
        let id = required("workflow", of: members, owner).flatMap { _ in checkCall(members) }
        let mode: WorkflowCall.Mode? =
            members["mode"] == nil ? .call : word(members["mode"], "mode", WorkflowCall.Mode.self)
        let into = members["into"].map { variable($0, "the name of a context value") } ?? .some(nil)
        let arguments = callArguments(members)
        guard let id, let mode, let into, let arguments else { return nil }
        return .workflow(WorkflowCall(workflow: id, arguments: arguments, mode: mode, into: into))
    }

    /// What `workflow` and `input` name, as the activity has it.
    private mutating func callArguments(_ members: Members) -> TemplateValue? {
        guard case .map(let all) = members.cursor.node.content else { return nil }
        var node = members.cursor.node
        node.content = .map(all.filter { $0.key == "workflow" || $0.key == "input" })
        return templateValue(Cursor(node: node, path: members.cursor.path))
    }

    /// - Returns: the id of the workflow to run.
    mutating func checkCall(_ members: Members) -> String? {
        if let input = members["input"], self.members(of: input) == nil, !isTemplate(input) {
            report(.wrongKind(expected: "a map (input)", found: input.node.kindName), at: input)
        }
        guard let cursor = members["workflow"], let id = text(cursor, "the id of a workflow") else { return nil }
        guard Names.isWorkflow(id) else {
            report(.badName(id, what: "a workflow id", form: Names.workflowForm), at: cursor)
            return nil
        }
        return id
    }
}
