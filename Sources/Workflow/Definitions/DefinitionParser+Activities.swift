extension DefinitionParser {
    /// Activities that other systems have, with what to do instead.
    static let laterActivities: [String: String?] = [
        "create_approval_request":
            "use a step of type approval: it asks the approvers, waits until they decide, and goes on_approved or on_rejected",
        "ai": nil, "ai_completion": nil, "llm": nil,
        "email": "use notify, with addresses under recipients",
        "slack": "use notify, with slack:#CHANNEL as a recipient",
    ]

    /// The entries of a list of activities.
    mutating func activities(_ cursor: Cursor, key: String = "execute") -> [ActivityCall]? {
        guard let elements = list(cursor, key) else { return nil }
        if elements.count > Limits.activitiesPerStep {
            let place = elements[Limits.activitiesPerStep]
            report(.tooMany(what: "activities in one step", limit: Limits.activitiesPerStep), at: place)
        }
        let entries = elements.prefix(Limits.activitiesPerStep).map { activities(of: $0) }
        let calls = entries.flatMap { $0 ?? [] }
        if elements.count <= Limits.activitiesPerStep, calls.count > Limits.activitiesPerStep {
            report(.tooMany(what: "activities in one step", limit: Limits.activitiesPerStep), at: cursor)
        }
        return entries.count == elements.count && !entries.contains { $0 == nil } && !calls.isEmpty ? calls : nil
    }

    /// Those of one entry; nil after a problem in it was reported.
    private mutating func activities(of cursor: Cursor) -> [ActivityCall]? {
        guard let all = members(of: cursor) else {
            report(.wrongKind(expected: "a map (an activity)", found: cursor.node.kindName), at: cursor)
            return nil
        }
        guard let type = required("type", of: all, "the activity"), let name = text(type, "the activity type") else {
            return nil
        }
        if name == ActivityKind.notify.rawValue { return notifications(cursor) }
        if let kind = ActivityKind.written.first(where: { $0.rawValue == name }) {
            return call(kind, cursor).map { [$0] }
        }
        if let remedy = Self.laterActivities[name] {
            report(.notSupportedYet(name, what: "activity", remedy: remedy), at: type)
        } else {
            reportUnknown(name, "activity", ActivityKind.written.map(\.rawValue), at: type)
        }
        return nil
    }

    private mutating func call(_ kind: ActivityKind, _ cursor: Cursor) -> ActivityCall? {
        let owner = "an activity of type \(kind.rawValue)"
        guard let members = map(cursor, owner, keys: Self.keys(of: kind)) else { return nil }
        let into = variable(members["into"], "the name of a context value")
        var isComplete = true
        for key in Self.requiredKeys(of: kind) where required(key, of: members, owner) == nil { isComplete = false }
        check(kind, members)
        guard let arguments = arguments(cursor), isComplete else { return nil }
        return ActivityCall(kind: kind, arguments: arguments, into: into)
    }

    private static func keys(of kind: ActivityKind) -> [String] {
        switch kind {
        case .httpRequest:
            [
                "type", "url", "method", "headers", "body", "expected_status", "timeout", "into", "max_response_bytes",
            ]
        case .emit: ["type", "event", "data"]
        case .set: ["type", "values"]
        case .log: ["type", "message", "level"]
        case .metric: ["type", "metric", "value", "labels"]
        case .startWorkflow: ["type", "workflow", "input", "into"]
        case .webhook: keys(of: .httpRequest) + ["to"]
        case .createRecord: ["type", "entity", "data", "timeout", "into"]
        case .updateRecord: ["type", "entity", "entity_id", "data", "timeout", "into"]
        case .notify, .load: []
        }
    }

    private static func requiredKeys(of kind: ActivityKind) -> [String] {
        switch kind {
        case .httpRequest: ["url"]
        case .emit: ["event"]
        case .set: ["values"]
        case .log: ["message"]
        case .metric: ["metric"]
        case .startWorkflow: ["workflow"]
        case .createRecord: ["entity"]
        case .updateRecord: ["entity", "entity_id", "data"]
        case .webhook, .notify, .load: []
        }
    }

    /// All members but those that are not arguments, as one template value. Null is kept: it may be a body.
    private mutating func arguments(_ cursor: Cursor) -> TemplateValue? {
        guard case .map(let members) = cursor.node.content else { return nil }
        var node = cursor.node
        node.content = .map(members.filter { $0.key != "type" && $0.key != "into" })
        return templateValue(Cursor(node: node, path: cursor.path))
    }

    private mutating func check(_ kind: ActivityKind, _ members: Members) {
        switch kind {
        case .httpRequest: checkHTTPRequest(members)
        case .emit: checkEmit(members)
        case .set: checkSet(members)
        case .log: checkLog(members)
        case .metric: checkMetric(members)
        case .startWorkflow: _ = checkCall(members)
        case .webhook: checkWebhook(members)
        case .createRecord, .updateRecord: checkRecord(members)
        case .notify, .load: break
        }
    }

    /// Whether the node is a text with a placeholder, whose type is known only when it is rendered.
    func isTemplate(_ cursor: Cursor) -> Bool {
        guard case .scalar(let text, _) = cursor.node.content else { return false }
        return (try? Template(parsing: text)).map { !$0.isConstant } ?? true
    }

    // MARK: http_request

    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

    mutating func checkHTTPRequest(_ members: Members) {
        if let url = members["url"], let text = text(url, "an address"), !Self.mayBeAddress(text) {
            report(.badURL(text), at: url)
        }
        if let method = members["method"], !isTemplate(method), let name = text(method, "a method"),
            !Self.methods.contains(name.uppercased())
        {
            reportUnknown(name, "method", Self.methods, at: method)
        }
        if let headers = members["headers"], !isTemplate(headers) { checkHeaders(headers) }
        if let status = members["expected_status"], !isTemplate(status) { checkStatuses(status) }
        if let timeout = members["timeout"], !isTemplate(timeout) { _ = duration(timeout) }
        if let bytes = members["max_response_bytes"], !isTemplate(bytes) {
            _ = integer(bytes, "max_response_bytes", in: 1...Limits.responseBytes)
        }
    }

    /// An address whose scheme stands there must be http or https; one that begins with a placeholder is asked later.
    private static func mayBeAddress(_ text: String) -> Bool {
        if text.unicodeScalars.contains(where: { $0.value < 0x20 }) { return false }
        if text.hasPrefix("{{") { return true }
        let lower = text.lowercased()
        for scheme in ["http://", "https://"] where lower.hasPrefix(scheme) {
            return lower.utf8.count > scheme.utf8.count && !"/?#".contains(lower.dropFirst(scheme.count).first ?? "/")
        }
        return false
    }

    private mutating func checkHeaders(_ cursor: Cursor) {
        guard case .map(let members) = cursor.node.content else {
            return report(.wrongKind(expected: "a map (headers)", found: cursor.node.kindName), at: cursor)
        }
        for member in members {
            let value = Cursor(node: member.value, path: Members.join(cursor.path, member.key))
            guard let text = text(value, "the value of a header") else { continue }
            let isName = HeaderName.isValid(member.key)
            if !isName || text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }) {
                report(.badHeader(member.key), member: member, in: cursor)
            } else if HeaderName.isOwn(member.key) {
                report(.unusedKey(member.key, reason: "requests have their own, or none"), member: member, in: cursor)
            }
        }
    }

    private mutating func checkStatuses(_ cursor: Cursor) {
        guard case .list = cursor.node.content else {
            _ = integer(cursor, "expected_status", in: 100...599)
            return
        }
        for element in list(cursor, "expected_status") ?? [] where !isTemplate(element) {
            _ = integer(element, "expected_status", in: 100...599)
        }
    }

    // MARK: emit, set, log

    private mutating func checkEmit(_ members: Members) {
        if let event = members["event"], !isTemplate(event) { _ = eventName(event) }
        if let data = members["data"], !isTemplate(data), self.members(of: data) == nil {
            report(.wrongKind(expected: "a map (data)", found: data.node.kindName), at: data)
        }
    }

    private mutating func checkSet(_ members: Members) {
        guard let values = members["values"] else { return }
        guard case .map(let entries) = values.node.content else {
            return report(.wrongKind(expected: "a map of paths and values", found: values.node.kindName), at: values)
        }
        if entries.isEmpty { report(.emptyList("values"), at: values) }
        for entry in entries {
            guard let path = keyPath(entry, in: values) else { continue }
            if Names.reserved.contains(path.root) { report(.reservedName(path.root), member: entry, in: values) }
            if path.segments.count > Limits.setDepth {
                report(.tooNested(what: "paths of set", limit: Limits.setDepth), member: entry, in: values)
            }
        }
    }

    private mutating func checkLog(_ members: Members) {
        if let level = members["level"], !isTemplate(level), let name = text(level, "a level") {
            let levels = ["debug", "info", "warning", "error"]
            if !levels.contains(name) { reportUnknown(name, "level", levels, at: level) }
        }
        _ = text(members["message"], "a message")
    }
}
