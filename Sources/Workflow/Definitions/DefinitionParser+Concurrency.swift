extension DefinitionParser {
    /// Reads `concurrency`; nil when it is left out, or when problems were reported.
    mutating func concurrency(_ body: Members, _ trigger: Trigger?) -> Concurrency? {
        let owner = "concurrency"
        guard let cursor = body[owner], let members = map(cursor, owner, keys: ["key", "limit", "on_limit"]) else {
            return nil
        }
        let key = members["key"].flatMap { template($0, isConcurrency: true) }
        let limit = required("limit", of: members, owner).flatMap {
            integer($0, "the limit", in: 1...Limits.concurrency)
        }
        let excess = word(members["on_limit"], "what to do at the limit", Admission.Excess.self) ?? .queue
        if case .schedule = trigger { refuseOverlap(body) }
        return limit.map { Concurrency(key: key, limit: $0, excess: excess) }
    }

    /// An execution has one limit: that of `concurrency` holds for the runs of a schedule too.
    private mutating func refuseOverlap(_ body: Members) {
        guard let trigger = body["trigger"].flatMap({ members(of: $0) }), trigger["overlap"] != nil,
            let place = trigger.key("overlap")
        else { return }
        report(.conflictingKeys(["concurrency", "overlap"]), at: place)
    }
}
