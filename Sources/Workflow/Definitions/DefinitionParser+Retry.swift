import Wording

extension DefinitionParser {
    private static let retryKeys = ["max_attempts", "backoff", "initial_delay", "max_delay", "jitter", "retry_on"]
    private static let failureWords = ["timeout", "connection", "5xx", "4xx"]

    /// Left out, `max_attempts` is 3 and the rest as ``RetryPolicy`` has it.
    mutating func retry(_ cursor: Cursor) -> RetryPolicy? {
        guard let members = map(cursor, "retry", keys: Self.retryKeys) else { return nil }
        var policy = RetryPolicy(maxAttempts: 3)
        if let attempts = integer(members["max_attempts"], "max_attempts", in: 1...Limits.attempts) {
            policy.maxAttempts = attempts
        }
        if let backoff = word(members["backoff"], "backoff", RetryPolicy.Backoff.self) { policy.backoff = backoff }
        if let delay = duration(members["initial_delay"], allowsZero: true) { policy.initialDelay = delay }
        if let delay = duration(members["max_delay"], allowsZero: true) {
            policy.maxDelay = delay
        } else {
            policy.maxDelay = max(policy.maxDelay, policy.initialDelay)
        }
        if let jitter = jitter(members["jitter"]) { policy.jitter = jitter }
        policy.retryOn = failures(members["retry_on"])
        if let place = members["max_delay"], policy.maxDelay < policy.initialDelay {
            let range = "at least initial_delay, \(policy.initialDelay.shortText)"
            report(.outOfRange(policy.maxDelay.shortText, what: "max_delay", range: range), at: place)
        }
        return policy
    }

    private mutating func jitter(_ cursor: Cursor?) -> Double? {
        guard let cursor else { return nil }
        guard let value = json(cursor), let number = value.double else {
            report(.wrongKind(expected: "a number from 0 to 1", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if 0...1 ~= number { return number }
        report(.outOfRange(value.description, what: "jitter", range: "from 0 to 1"), at: cursor)
        return nil
    }

    private mutating func failures(_ cursor: Cursor?) -> [FailureClass] {
        guard let cursor else { return [] }
        guard case .list = cursor.node.content else { return failure(cursor).map { [$0] } ?? [] }
        return list(cursor, "retry_on")?.compactMap { failure($0) } ?? []
    }

    private mutating func failure(_ cursor: Cursor) -> FailureClass? {
        guard let name = text(cursor, "a class of failures") else { return nil }
        switch name {
        case "timeout": return .timeout
        case "connection": return .connection
        case "5xx": return .statusClass(5)
        case "4xx": return .statusClass(4)
        default: break
        }
        if let status = Int(name) {
            if 400...599 ~= status { return .status(status) }
            report(.outOfRange(name, what: "the status", range: "from 400 to 599"), at: cursor)
        } else {
            let nearest = NearestWord.find(name, among: Self.failureWords)
            let allowed = Self.failureWords + ["a status such as 429"]
            report(.unknownWord(name, what: "failure class", nearest: nearest, allowed: allowed), at: cursor)
        }
        return nil
    }
}
