import Wording

extension DefinitionParser {
    /// Operators by the other names that people write.
    private static let operatorAliases = ["regex": "matches"]
    private static let operatorHints = [
        "==": "eq", "=": "eq", "===": "eq", "equals": "eq", "equal": "eq", "!=": "neq", "<>": "neq", "ne": "neq",
        "not_equals": "neq", ">": "gt", ">=": "gte", "ge": "gte", "<": "lt", "<=": "lte", "le": "lte", "nin": "not_in",
        "includes": "contains", "prefix": "starts_with", "suffix": "ends_with", "match": "matches", "like": "matches",
        "is_null": "eq", "not_exists": "exists",
    ]

    mutating func condition(_ cursor: Cursor, isTrigger: Bool) -> Condition? {
        var count = 0
        return condition(cursor, isTrigger, depth: 0, &count)
    }

    private mutating func condition(
        _ cursor: Cursor, _ isTrigger: Bool, depth: Int, _ count: inout Int
    ) -> Condition? {
        count += 1
        if count == Limits.conditionNodes + 1 {
            report(.tooMany(what: "parts of one condition", limit: Limits.conditionNodes), at: cursor)
        }
        if depth == Limits.conditionDepth {
            report(.tooNested(what: "and, or and not", limit: Limits.conditionDepth), at: cursor)
        }
        guard count <= Limits.conditionNodes, depth < Limits.conditionDepth else { return nil }
        let keys = ["field", "operator", "value", "and", "or", "not", "rule_id"]
        guard let members = map(cursor, "a condition", keys: keys) else { return nil }
        if let rule = members["rule_id"] { return self.rule(rule, members, isTrigger) }
        let groups = ["and", "or", "not"].filter { members.any($0) != nil }
        guard let group = groups.first else { return comparison(members, isTrigger) }
        let parts = groups + ["field", "operator", "value"].filter { members.any($0) != nil }
        if parts.count > 1 { report(.conflictingKeys(parts), at: cursor) }
        guard let inner = members.any(group) else { return nil }
        if group == "not" {
            return condition(inner, isTrigger, depth: depth + 1, &count).map { .not($0) }
        }
        guard let elements = list(inner, group) else { return nil }
        let conditions = elements.compactMap { condition($0, isTrigger, depth: depth + 1, &count) }
        guard conditions.count == elements.count, !conditions.isEmpty else { return nil }
        return group == "and" ? .and(conditions) : .or(conditions)
    }

    private mutating func rule(_ cursor: Cursor, _ members: Members, _ isTrigger: Bool) -> Condition? {
        let others = ["field", "operator", "value", "and", "or", "not"].filter { members.any($0) != nil }
        if !others.isEmpty { report(.conflictingKeys(["rule_id"] + others), at: members.cursor) }
        return rule(cursor, isTrigger: isTrigger)
    }

    /// A rule that is asked.
    mutating func rule(_ cursor: Cursor, isTrigger: Bool) -> Condition? {
        guard let id = ruleID(cursor) else { return nil }
        if isTrigger { report(.ruleInTrigger, at: cursor) }
        ruleUses.append(cursor)
        if ruleUses.count == Limits.ruleUses + 1 {
            report(.tooMany(what: "uses of rules", limit: Limits.ruleUses), at: cursor)
        }
        return .rule(id)
    }

    /// Reports rules that there are not.
    mutating func checkRules(_ known: Set<String>) {
        for use in ruleUses where !problems.isFull {
            guard case .scalar(let id, _) = use.node.content, !known.contains(id) else { continue }
            report(.unknownRule(id, nearest: NearestWord.find(id, among: known.sorted())), at: use)
        }
    }

    private mutating func comparison(_ members: Members, _ isTrigger: Bool) -> Condition? {
        let path = required("field", of: members, "a condition").flatMap { self.path($0, isTrigger: isTrigger) }
        let comparison = required("operator", of: members, "a condition").flatMap { comparisonOperator($0) }
        guard let comparison else { return nil }
        let firstUse = uses.count
        let operand = operand(comparison, members)
        if isTrigger { for index in firstUse..<uses.count { uses[index].isTrigger = true } }
        guard let path, let operand else { return nil }
        return .compare(path, comparison, operand)
    }

    private mutating func comparisonOperator(_ cursor: Cursor) -> Condition.Operator? {
        guard let name = text(cursor, "an operator") else { return nil }
        if let found = Condition.Operator(rawValue: Self.operatorAliases[name] ?? name) { return found }
        let allowed = Condition.Operator.allCases.map(\.rawValue) + Self.operatorAliases.keys.sorted()
        let nearest = Self.operatorHints[name.lowercased()] ?? NearestWord.find(name, among: allowed)
        report(.unknownWord(name, what: "operator", nearest: nearest, allowed: allowed), at: cursor)
        return nil
    }

    private mutating func operand(_ comparison: Condition.Operator, _ members: Members) -> Condition.Operand? {
        guard let cursor = members.any("value") else {
            if comparison == .exists, let always = try? TemplateValue(true) { return .value(always) }
            report(.missingKey("value", owner: "a condition with \(comparison.rawValue)"), at: members.cursor)
            return nil
        }
        if comparison == .matches { return pattern(cursor) }
        guard let value = templateValue(cursor) else { return nil }
        if let needs = Self.unmetNeed(of: comparison, value) {
            let fault = Fault.neverTrue(
                operator: comparison.rawValue, needs: needs, found: cursor.node.kindName)
            report(fault, at: cursor)
        }
        return .value(value)
    }

    /// What the operator would need, when this value can never be it.
    private static func unmetNeed(of comparison: Condition.Operator, _ value: TemplateValue) -> String? {
        if value.wholePath != nil { return nil }
        let source = value.source
        switch comparison {
        case .in, .notIn: return source.array == nil ? "a list" : nil
        case .gt, .gte, .lt, .lte: return source.double == nil && source.string == nil ? "a number or a string" : nil
        case .startsWith, .endsWith: return source.string == nil ? "a string" : nil
        case .exists: return source.bool == nil ? "true or false" : nil
        case .eq, .neq, .contains, .matches: return nil
        }
    }

    private mutating func pattern(_ cursor: Cursor) -> Condition.Operand? {
        guard case .string(let text)? = json(cursor) else {
            let fault = Fault.neverTrue(operator: "matches", needs: "a pattern", found: cursor.node.kindName)
            report(fault, at: cursor)
            return nil
        }
        if let template = try? Template(parsing: text), !template.isConstant {
            report(.patternNotConstant, at: cursor)
            return nil
        }
        guard patternInstructions <= Limits.patternInstructions else { return nil }
        do throws(ExpressionError) {
            let pattern = try Pattern(parsing: text)
            patternInstructions += pattern.program.instructions.count
            if patternInstructions > Limits.patternInstructions {
                report(
                    .tooMany(what: "characters and repeats in all patterns", limit: Limits.patternInstructions),
                    at: cursor)
            }
            return .pattern(pattern)
        } catch {
            report(error, .pattern, at: cursor)
            return nil
        }
    }
}
