import Wording

/// Steps that people decide.
extension DefinitionParser {
    mutating func approvalStep(_ members: Members) -> Step.Kind? {
        let owner = "a step of type approval"
        let title = required("title", of: members, owner).flatMap { filledTemplate($0, "the title") }
        let description = members["description"].map { template($0) } ?? .some(nil)
        let names = names(members, owner)
        let expires = expiry(members)
        let activities = members["execute"].map { self.activities($0) } ?? []
        let reminder = members["reminder"].map { self.reminder($0) } ?? .some(nil)
        let escalation = members["escalation"].map { self.escalation($0, expires: expires) } ?? .some(nil)
        let into = variable(members["into"], "the name of a context value")
        let quorum = members["quorum"] == nil ? 1 : integer(members["quorum"], "quorum", in: 1...Limits.approvers)
        if members["on_approved"] != nil, members["next"] != nil, let key = members.key("next") {
            report(.unusedKey("next", reason: "on_approved says where the execution goes"), at: key)
        }
        guard let title, let description, let names, let activities, let reminder, let escalation, let quorum else {
            return nil
        }
        let approval = Approval(
            title: title, description: description, approvers: names.approvers, roles: names.roles, quorum: quorum,
            expires: expires, activities: activities, onApproved: target(members, "on_approved"),
            onRejected: target(members, "on_rejected"), onExpired: target(members, "on_expired"), reminder: reminder,
            escalation: escalation, into: into)
        checkQuorum(approval, members)
        return .approval(approval)
    }

    /// Names alone must be enough to reach the quorum; how many people have a role is not known.
    private mutating func checkQuorum(_ approval: Approval, _ members: Members) {
        guard approval.roles.isEmpty, approval.escalation?.roles.isEmpty ?? true, let cursor = members["quorum"] else {
            return
        }
        let names = approval.approvers + (approval.escalation?.approvers ?? [])
        // A placeholder by itself can give a list.
        guard !names.contains(where: { $0.wholePath != nil }) else { return }
        let most = Set(names).count
        guard approval.quorum > most else { return }
        let range = most == 1 ? "1, as there is one approver" : "from 1 to \(most), the number of approvers"
        report(.outOfRange("\(approval.quorum)", what: "quorum", range: range), at: cursor)
    }

    private mutating func expiry(_ members: Members) -> Duration? {
        if members["expires"] == nil, members["on_expired"] != nil, let key = members.key("on_expired") {
            report(.unusedKey("on_expired", reason: "the request has no expires"), at: key)
        }
        return duration(members["expires"])
    }

    private mutating func reminder(_ cursor: Cursor) -> Approval.Reminder? {
        let owner = "the reminder"
        guard let members = map(cursor, owner, keys: ["every", "execute"]) else { return nil }
        let every = required("every", of: members, owner).flatMap { cursor in
            duration(cursor).map { (duration: $0, cursor: cursor) }
        }
        if let every, every.duration > .zero, every.duration < .seconds(1) {
            report(.outOfRange(every.duration.shortText, what: "every", range: "from 1s to 365d"), at: every.cursor)
        }
        let activities = required("execute", of: members, owner).flatMap { self.activities($0) }
        guard let every, let activities else { return nil }
        return Approval.Reminder(every: every.duration, activities: activities)
    }

    private mutating func escalation(_ cursor: Cursor, expires: Duration?) -> Approval.Escalation? {
        let owner = "the escalation"
        guard let members = map(cursor, owner, keys: ["after", "approvers", "roles", "execute"]) else { return nil }
        let after = required("after", of: members, owner).flatMap { duration($0) }
        if let after, let expires, after >= expires, let key = members.key("after") {
            report(.unusedKey("after", reason: "the request expires before"), at: key)
        }
        let activities = members["execute"].map { self.activities($0) } ?? []
        let isAlone = activities?.isEmpty ?? false
        let names = isAlone ? self.names(members, owner) : optionalNames(members)
        guard let after, let names, let activities else { return nil }
        return Approval.Escalation(
            after: after, approvers: names.approvers, roles: names.roles, activities: activities)
    }

    // MARK: Names

    private typealias NameLists = (approvers: [Template], roles: [Template])

    private mutating func names(_ members: Members, _ owner: String) -> NameLists? {
        if members["approvers"] == nil, members["roles"] == nil {
            report(.missingKey("approvers", or: "roles", owner: owner), at: members.cursor)
            return nil
        }
        return optionalNames(members)
    }

    private mutating func optionalNames(_ members: Members) -> NameLists? {
        let approvers = members["approvers"].map { nameList($0, "approvers") } ?? []
        let roles = members["roles"].map { nameList($0, "roles") } ?? []
        guard let approvers, let roles else { return nil }
        return (approvers, roles)
    }

    private mutating func nameList(_ cursor: Cursor, _ what: String) -> [Template]? {
        guard let elements = list(cursor, what) else { return nil }
        if elements.count > Limits.approvers {
            report(.tooMany(what: "names under \(what)", limit: Limits.approvers), at: elements[Limits.approvers])
        }
        let names = elements.prefix(Limits.approvers).compactMap { filledTemplate($0, "a name") }
        if what == "roles" { for element in elements.prefix(Limits.approvers) { checkRole(element) } }
        return names.count == elements.count && !names.isEmpty ? names : nil
    }

    /// A role that no API key can hold is one of nobody.
    private mutating func checkRole(_ cursor: Cursor) {
        guard case .scalar(let name, _) = cursor.node.content, !name.isEmpty, !isTemplate(cursor),
            !Names.isRole(name)
        else { return }
        let rest = name.hasPrefix("role:") ? String(name.dropFirst(5)) : ""
        report(.badRole(name, meant: Names.isRole(rest) ? rest : nil), at: cursor)
    }

    private mutating func filledTemplate(_ cursor: Cursor, _ what: String) -> Template? {
        nonEmpty(cursor, what, limit: Limits.descriptionLength).flatMap { _ in template(cursor) }
    }
}
