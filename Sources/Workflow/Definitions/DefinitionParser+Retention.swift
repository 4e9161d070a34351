extension DefinitionParser {
    mutating func retention(_ cursor: Cursor) -> Retention? {
        let owner = "retention"
        guard let members = map(cursor, owner, keys: ["age", "count"]) else { return nil }
        if members["age"] == nil, members["count"] == nil {
            report(.missingKey("age", or: "count", owner: owner), at: members.cursor)
        }
        let age = duration(members["age"])
        if let age, let place = members["age"], !Retention.ages.contains(age) {
            report(.outOfRange(age.shortText, what: "the age", range: "from 1s to 365d"), at: place)
        }
        return Retention(age: age, count: integer(members["count"], "the count", in: Retention.counts))
    }
}
