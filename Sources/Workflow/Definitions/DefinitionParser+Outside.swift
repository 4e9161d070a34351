import Wording

/// Activities that reach what the server's configuration names.
extension DefinitionParser {
    // MARK: notify

    /// One activity for each recipient, so that each is tried again by itself and nobody is told twice.
    mutating func notifications(_ cursor: Cursor) -> [ActivityCall]? {
        let owner = "an activity of type notify"
        guard let members = map(cursor, owner, keys: ["type", "recipients", "subject", "message", "timeout"]),
            case .map(let all) = cursor.node.content
        else { return nil }
        for key in ["subject", "message"] { checkNotEmpty(members[key], key) }
        if let timeout = members["timeout"], !isTemplate(timeout) { _ = duration(timeout) }
        let recipients = required("recipients", of: members, owner).flatMap { list($0, "recipients") }
        guard required("message", of: members, owner) != nil, let recipients else { return nil }
        let calls = recipients.compactMap { recipient -> ActivityCall? in
            guard checkRecipient(recipient) else { return nil }
            let place = recipient.node
            let member = SourceMember(key: "recipient", line: place.line, column: place.column, value: place)
            var node = cursor.node
            node.content = .map([member] + all.filter { $0.key != "type" && $0.key != "recipients" })
            return templateValue(Cursor(node: node, path: cursor.path)).map {
                ActivityCall(kind: .notify, arguments: $0)
            }
        }
        return calls.count == recipients.count ? calls : nil
    }

    private mutating func checkNotEmpty(_ cursor: Cursor?, _ what: String) {
        guard let cursor, let text = text(cursor, what), text.isEmpty else { return }
        report(.emptyText(what), at: cursor)
    }

    private mutating func checkRecipient(_ cursor: Cursor) -> Bool {
        guard let text = text(cursor, "a recipient") else { return false }
        if isTemplate(cursor) { return true }
        guard let recipient = Recipient(parsing: text) else {
            report(.badName(text, what: "a recipient", form: Recipient.form), at: cursor)
            return false
        }
        guard let configured else { return true }
        switch recipient {
        case .address(let address) where !configured.hasMail:
            expect(address, "a mail server for", among: [], at: cursor)
        case .role(let name): expect(name, "the role", among: configured.roles, at: cursor)
        case .webhook(let name): expect(name, "the webhook", among: configured.webhooks, at: cursor)
        case .slack(let channel) where !configured.hasAllChannels:
            expect(channel, "the channel", among: configured.channels, at: cursor)
        case .address, .slack, .log: break
        }
        return true
    }

    /// The configuration may come to have it until the definition runs, so that it is no error.
    private mutating func expect(
        _ name: String, _ what: String, among names: [String], of setting: String = "notifications.file",
        at cursor: Cursor
    ) {
        guard !names.contains(name) else { return }
        let nearest = NearestWord.find(name, among: names)
        report(.notConfigured(name, what: what, setting: setting, nearest: nearest), at: cursor)
    }

    // MARK: webhook

    mutating func checkWebhook(_ members: Members) {
        switch (members["url"], members["to"]) {
        case (nil, nil): report(.missingKey("url", owner: "an activity of type webhook"), at: members.cursor)
        case (.some, .some):
            if let key = members.key("to") { report(.conflictingKeys(["url", "to"]), at: key) }
        case (nil, let name?): checkHook(name)
        case (.some, nil): break
        }
        checkHTTPRequest(members)
    }

    private mutating func checkHook(_ cursor: Cursor) {
        guard let name = text(cursor, "the name of a webhook"), !isTemplate(cursor) else { return }
        guard Names.isIdentifier(name, hyphens: true) else {
            return report(.badName(name, what: "the name of a webhook", form: Names.stepForm), at: cursor)
        }
        if let configured { expect(name, "the webhook", among: configured.webhooks, at: cursor) }
    }

    // MARK: create_record, update_record

    mutating func checkRecord(_ members: Members) {
        if let entity = members["entity"], let name = text(entity, "the name of an entity"), !isTemplate(entity) {
            if !Names.isIdentifier(name, hyphens: true) {
                report(.badName(name, what: "the name of an entity", form: Names.stepForm), at: entity)
            } else if let configured {
                expect(name, "the entity", among: configured.entities, of: "records.file", at: entity)
            }
        }
        checkNotEmpty(members["entity_id"], "entity_id")
        if let data = members["data"], !isTemplate(data), self.members(of: data) == nil {
            report(.wrongKind(expected: "a map (data)", found: data.node.kindName), at: data)
        }
        if let timeout = members["timeout"], !isTemplate(timeout) { _ = duration(timeout) }
    }
}
