import Workflow

/// The rules that there are, and what is under way with them: a rule is not deleted while a workflow that asks it is
/// being deployed.
struct RuleShelf: Sendable {
    var rules: [String: DeployedRule] = [:]
    /// How many workflows that ask the rule are being deployed.
    private var awaited: [String: Int] = [:]
    private var leaving: Set<String> = []

    /// Those that can be asked.
    var known: Set<String> { Set(rules.keys).subtracting(leaving) }

    /// Keeps rules from being deleted.
    /// - Returns: false when one of them does not exist.
    mutating func hold(_ ids: Set<String>) -> Bool {
        guard ids.isSubset(of: known) else { return false }
        for id in ids { awaited[id, default: 0] += 1 }
        return true
    }

    mutating func letGo(_ ids: Set<String>) {
        for id in ids {
            let count = (awaited[id] ?? 1) - 1
            awaited[id] = count > 0 ? count : nil
        }
    }

    /// Whether the rule may be deleted as far as deployments are concerned; nobody can hold it from then on.
    mutating func leave(_ id: String) -> Bool {
        guard awaited[id] == nil else { return false }
        leaving.insert(id)
        return true
    }

    mutating func left(_ id: String) { leaving.remove(id) }
}
