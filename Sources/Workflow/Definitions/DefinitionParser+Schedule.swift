extension DefinitionParser {
    private static let scheduleKeys = [
        "type", "cron", "timezone", "interval", "overlap", "catch_up", "catch_up_window", "catch_up_limit", "data",
    ]

    /// Reads a trigger of type schedule; nil, or something incomplete, when problems were reported.
    mutating func scheduleTrigger(_ cursor: Cursor) -> (trigger: Trigger, input: JSONObject)? {
        let owner = "a trigger of type schedule"
        guard let members = map(cursor, owner, keys: Self.scheduleKeys) else { return nil }
        let timing = timing(members, owner)
        let overlap = word(members["overlap"], "overlap policy", Schedule.Overlap.self) ?? .skip
        let catchUp = catchUp(members)
        let data = object(members["data"]) ?? [:]
        return timing.map { (.schedule(Schedule(timing: $0, overlap: overlap, catchUp: catchUp)), data) }
    }

    /// Either `cron`, perhaps with `timezone`, or `interval`.
    private mutating func timing(_ members: Members, _ owner: String) -> ScheduleTiming? {
        guard let interval = members["interval"] else {
            // Both are read, so that both are reported.
            let zone = zone(members["timezone"])
            let cron = required("cron", of: members, owner).flatMap { self.cron($0) }
            guard let zone, let cron else { return nil }
            return .cron(cron, zone: zone)
        }
        if members["cron"] != nil, let place = members.key("interval") {
            report(.conflictingKeys(["cron", "interval"]), at: place)
        } else if members["timezone"] != nil, let place = members.key("timezone") {
            report(.unusedKey("timezone", reason: "an interval is the same in all time zones"), at: place)
        }
        return self.interval(interval).map { .interval($0, anchor: Timestamp(microseconds: 0)) }
    }

    private mutating func interval(_ cursor: Cursor) -> Duration? {
        guard let interval = duration(cursor), interval > .zero else { return nil }
        if interval >= .seconds(1) { return interval }
        report(.outOfRange(interval.shortText, what: "the interval", range: "from 1s to 365d"), at: cursor)
        return nil
    }

    private mutating func cron(_ cursor: Cursor) -> CronExpression? {
        guard let text = text(cursor, "a cron expression") else { return nil }
        do throws(CronError) {
            return try CronExpression(parsing: text)
        } catch {
            report(.cron(error), offset: error.offset, at: cursor)
            return nil
        }
    }

    /// UTC when left out.
    private mutating func zone(_ cursor: Cursor?) -> ZoneRules? {
        guard let cursor else { return .utc }
        guard let name = text(cursor, "a time zone") else { return nil }
        do throws(ZoneError) {
            return try ZoneRules(named: name)
        } catch {
            report(.zone(error), at: cursor)
            return nil
        }
    }

    private mutating func catchUp(_ members: Members) -> CatchUp {
        var catchUp = CatchUp()
        if let policy = word(members["catch_up"], "catch-up policy", CatchUp.Policy.self) { catchUp.policy = policy }
        if let window = duration(members["catch_up_window"]) { catchUp.window = window }
        let range = 1...CatchUp.highestLimit
        if let limit = integer(members["catch_up_limit"], "catch_up_limit", in: range) { catchUp.limit = limit }
        for name in ["catch_up_window", "catch_up_limit"] where catchUp.policy == .none && members[name] != nil {
            guard let place = members.key(name) else { continue }
            report(.unusedKey(name, reason: "catch_up says that nothing missed is made up for"), at: place)
        }
        return catchUp
    }
}
