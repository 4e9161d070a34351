extension DefinitionParser {
    /// The cases of a definition; what they name must be among its steps.
    mutating func tests(_ cursor: Cursor?, of steps: [Step]) -> [TestCase] {
        guard let cursor, let elements = list(cursor, "tests") else { return [] }
        if elements.count > Limits.tests {
            report(.tooMany(what: "tests", limit: Limits.tests), at: elements[Limits.tests])
        }
        var known: [String: Step] = [:]
        for step in steps.withNested { known[step.id] = step }
        return elements.prefix(Limits.tests).compactMap { test($0, known) }
    }

    private mutating func test(_ cursor: Cursor, _ steps: [String: Step]) -> TestCase? {
        let owner = "a test"
        guard let members = map(cursor, owner, keys: ["name", "given", "activities", "expect"]) else { return nil }
        let name = required("name", of: members, owner).flatMap { nonEmpty($0, "name", limit: Limits.nameLength) }
        let given = object(members["given"]) ?? [:]
        let answers = members["activities"].map { self.answers($0, steps) } ?? [:]
        let expected = required("expect", of: members, owner).flatMap { expectation($0) }
        guard let name, let expected else { return nil }
        return TestCase(name: name, given: given, answers: answers, expected: expected)
    }

    // MARK: What is expected

    private mutating func expectation(_ cursor: Cursor) -> TestCase.Expectation? {
        let keys = ["result", "reason", "error_type", "path", "output"]
        guard let members = map(cursor, "expect", keys: keys) else { return nil }
        let result = required("result", of: members, "expect").flatMap {
            word($0, "result", ExecutionResult.self)
        }
        let errorType = word(members["error_type"], "error type", ErrorType.self)
        let path = members["path"].map { self.path(taken: $0) }
        let output = members.any("output").flatMap { json($0) }
        guard let result else { return nil }
        return TestCase.Expectation(
            result: result, reason: text(members["reason"], "a reason"), errorType: errorType, path: path,
            output: output)
    }

    private mutating func path(taken cursor: Cursor) -> [String] {
        guard case .list(let elements) = cursor.node.content else {
            report(.wrongKind(expected: "a list (path)", found: cursor.node.kindName), at: cursor)
            return []
        }
        return elements.enumerated().compactMap { index, element in
            let cursor = Cursor(node: element, path: "\(cursor.path)[\(index)]")
            guard let text = text(cursor, "a step") else { return nil }
            checkStep(text, at: cursor)
            return text
        }
    }

    /// Whether all parts of a step's path, such as `each[0].publish`, are steps.
    private mutating func checkStep(_ path: String, at cursor: Cursor) {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, let last = parts.last, Self.parts.contains(String(last)) { parts.removeLast() }
        for part in parts {
            let id = String(part.prefix { $0 != "[" })
            guard ids[id] == nil else { continue }
            return report(.unknownTarget(id, nearest: nearestStep(id)), at: cursor)
        }
    }

    /// What stands behind the id of a step whose activities are not those of its own run.
    private static let parts = ["compensate", "reminder", "escalation"]

    // MARK: What comes from outside

    private mutating func answers(_ cursor: Cursor, _ steps: [String: Step]) -> [String: TestCase.Answers] {
        guard case .map(let members) = cursor.node.content else {
            report(.wrongKind(expected: "a map of steps (activities)", found: cursor.node.kindName), at: cursor)
            return [:]
        }
        var all: [String: TestCase.Answers] = [:]
        for member in members where !problems.isFull {
            let names = member.key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            let step = names.first ?? ""
            guard ids[step] != nil else {
                let fault = Fault.unknownTarget(step, nearest: nearestStep(step))
                report(fault, member: member, in: cursor)
                continue
            }
            let part = names.count > 1 ? names[1] : nil
            // A step that could not be read has its own problems.
            let taken = steps[step].map { $0.answers(part) }
            if let taken, taken.isEmpty {
                report(.noAnswers(member.key), member: member, in: cursor)
            }
            let value = Cursor(node: member.value, path: Members.join(cursor.path, member.key))
            all[member.key] = answers(value, taken: taken ?? Self.answerKeys)
        }
        return all
    }

    private mutating func answers(_ cursor: Cursor, taken: [String]) -> TestCase.Answers {
        guard case .list(let elements) = cursor.node.content else {
            return TestCase.Answers(list: [answer(cursor, taken)].compactMap(\.self), isRepeated: true)
        }
        let list = elements.enumerated().compactMap { index, element in
            answer(Cursor(node: element, path: "\(cursor.path)[\(index)]"), taken)
        }
        return TestCase.Answers(list: list, isRepeated: false)
    }

    private static let answerKeys = ["result", "error", "data", "decision"]

    /// - Parameter taken: which of ``answerKeys`` the step can be answered with.
    private mutating func answer(_ cursor: Cursor, _ taken: [String]) -> TestCase.Answer? {
        let keys = taken.flatMap { Self.keys(beside: $0) }
        guard !taken.isEmpty, let members = map(cursor, "the answer", keys: keys) else { return nil }
        let given = taken.filter { members.any($0) != nil }
        if given.count > 1 { report(.conflictingKeys(given), at: cursor) }
        switch given.first {
        case "result": return members.any("result").flatMap { json($0) }.map { .result($0) }
        case "error":
            return failure(members, isActivity: taken.contains("result"), isWait: taken != ["result", "error"])
        case "data": return .event(name: eventName(members["event"]), data: object(members["data"]) ?? [:])
        case "decision": return vote(members)
        default:
            report(.missingKey(taken.joined(separator: " or "), owner: "the answer"), at: cursor)
            return nil
        }
    }

    private static func keys(beside key: String) -> [String] {
        switch key {
        case "error": ["error", "message"]
        case "data": ["data", "event"]
        case "decision": ["decision", "by", "comment", "data", "after"]
        default: [key]
        }
    }

    private mutating func vote(_ members: Members) -> TestCase.Answer? {
        guard let decision = word(members["decision"], "decision", ApprovalVote.Decision.self) else { return nil }
        let vote = TestCase.Vote(
            decision: decision, by: text(members["by"], "a name"), comment: text(members["comment"], "a comment"),
            data: object(members["data"]), after: duration(members["after"], allowsZero: true))
        return .vote(vote)
    }

    private mutating func failure(_ members: Members, isActivity: Bool, isWait: Bool) -> TestCase.Answer? {
        guard let cursor = members["error"], let word = text(cursor, "an error") else { return nil }
        let message = text(members["message"], "a message")
        if isWait, word == "timeout" { return .silence }
        let reason: ActivityFailure.Reason? =
            switch word {
            case "timeout": .timeout
            case "connection": .connection
            case "invalid": .invalid
            default: Int(word).flatMap { 100...599 ~= $0 ? .status($0) : nil }
            }
        guard isActivity, let reason else {
            reportUnknown(
                word, "error", isActivity ? ["timeout", "connection", "invalid", "503"] : ["timeout"], at: cursor)
            return nil
        }
        return .failure(ActivityFailure(reason, message ?? "the test says \(word)"))
    }
}

extension Step {
    /// With what kinds of answers a test can answer it; those for a part of it, such as `compensate`.
    fileprivate func answers(_ part: String?) -> [String] {
        let activity = ["result", "error"]
        if let part {
            switch (part, kind) {
            case ("compensate", _): return compensation.isEmpty ? [] : activity
            case ("reminder", .approval(let approval)): return approval.reminder == nil ? [] : activity
            case ("escalation", .approval(let approval)): return approval.escalation == nil ? [] : activity
            default: return []
            }
        }
        switch kind {
        case .wait(.events): return ["data", "error"]
        case .approval(let approval):
            return approval.activities.isEmpty ? ["decision", "error"] : ["decision"] + activity
        default: return kind.activities.isEmpty ? [] : activity
        }
    }
}

extension [Step] {
    /// These, and all that stand in them.
    var withNested: [Step] {
        flatMap { step -> [Step] in
            switch step.kind {
            case .parallel(let steps, _), .foreach(_, _, let steps), .loop(_, _, let steps): [step] + steps.withNested
            default: [step]
            }
        }
    }
}
