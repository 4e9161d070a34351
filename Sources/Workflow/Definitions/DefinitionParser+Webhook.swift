extension DefinitionParser {
    private static let webhookKeys = ["type", "source", "event", "condition", "data"]

    /// Reads a trigger of type webhook; nil, or something incomplete, when problems were reported.
    mutating func webhookTrigger(_ cursor: Cursor) -> (trigger: Trigger, input: JSONObject)? {
        let owner = "a trigger of type webhook"
        guard let members = map(cursor, owner, keys: Self.webhookKeys) else { return nil }
        if members["data"] != nil, let key = members.key("data") {
            report(.unusedKey("data", reason: "the data comes with each delivery"), at: key)
        }
        let source = required("source", of: members, owner).flatMap { webhookSource($0) }
        let event = members["event"].flatMap { webhookEvent($0) }
        let condition = members["condition"].flatMap { self.condition($0, isTrigger: true) }
        return source.map { (.webhook(source: $0, event: event, condition: condition), [:]) }
    }

    private mutating func webhookSource(_ cursor: Cursor) -> String? {
        guard let name = text(cursor, "the name of a webhook's source") else { return nil }
        if WebhookName.isSource(name) { return name }
        report(.badName(name, what: "the name of a webhook's source", form: WebhookName.sourceForm), at: cursor)
        return nil
    }

    private mutating func webhookEvent(_ cursor: Cursor) -> String? {
        guard let name = text(cursor, "the name of a webhook's event") else { return nil }
        if WebhookName.isEvent(name) { return name }
        report(.badName(name, what: "the name of a webhook's event", form: WebhookName.eventForm), at: cursor)
        return nil
    }
}
