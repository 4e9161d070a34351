import Documents
import PromQL
import Telemetry
import Wording

/// A query of the first dialect, carried over to the second.
struct QueryTranslation {
    /// What the labels of the result are called.
    private(set) var labels = CarriedLabels()
    /// In what the result differs.
    private(set) var differences: [Loss] = []

    let names: TranslatedNames
    let substituted: SubstitutedQuery
    /// Families of histograms of which the query asks for how often and for how much.
    let paired: Set<String>
    /// Parts of the text that can be parsed, with what is to stand there.
    private var parsedChanges: [QueryChange] = []

    /// - Throws: what stands in the way.
    init(_ expression: Expression, _ substituted: SubstitutedQuery, _ names: TranslatedNames) throws(Loss) {
        (self.substituted, self.names) = (substituted, names)
        paired = names.from.paired(in: expression)
        let result = try carry(expression)
        labels = result.labels
        tell(result, expression.range)
        guard (try? Expression(parsing: substituted.text(with: parsedChanges))) != nil else {
            throw Loss(
                range: expression.range, message: "what it would become is no query",
                remedy: "write it more plainly: no commas before a closing parenthesis")
        }
    }

    /// Parts of the query, with what is to stand there.
    var changes: [QueryChange] {
        parsedChanges.map { QueryChange(range: substituted.sourceRange(of: $0.range), text: $0.text) }
    }

    /// The query with its changes made.
    var text: String { substituted.source(with: parsedChanges) }

    /// What a part of a query results in.
    struct Result {
        var labels = CarriedLabels()
        /// Whether adding up series that are told apart gives what one series would.
        var isAdditive = false
    }

    mutating func change(_ range: SourceRange, _ text: String) throws(Loss) {
        guard isLiteral(range) else {
            throw Loss(
                range: range, message: "a variable makes this name", remedy: "write the name, or carry it over by hand")
        }
        parsedChanges.append(QueryChange(range: range.offsets, text: text))
    }

    mutating func tell(_ difference: Loss) { differences.append(difference) }

    /// Says in what a result differs where it is not added up.
    private mutating func tell(_ result: Result, _ range: SourceRange) {
        differences += result.labels.differences(at: range)
    }

    func isLiteral(_ range: SourceRange) -> Bool { substituted.placeholders(in: range.offsets).isEmpty }

    // MARK: Nodes

    mutating func carry(_ expression: Expression) throws(Loss) -> Result {
        switch expression {
        case .number, .string: return Result(isAdditive: true)
        case .selector(let node): return try carry(node)
        case .range(let node): return try carry(node.selector)
        case .subquery(let node): return Result(labels: try carry(node.expression).labels)
        case .call(let node): return try carry(node)
        case .aggregation(let node): return try carry(node)
        case .unary(let node): return try carry(node.operand)
        case .binary(let node): return try carry(node)
        case .parentheses(let node): return try carry(node.expression)
        }
    }

    private static let additive: Set<String> = ["rate", "increase", "irate", "delta", "idelta", "deriv"]

    private mutating func carry(_ call: Call) throws(Loss) -> Result {
        var result = Result()
        for argument in call.arguments {
            let part = try carry(argument)
            result.labels = result.labels.merged(part.labels)
            result.isAdditive = part.isAdditive && Self.additive.contains(call.function.text)
        }
        result.labels = try carryLabels(of: call, result.labels)
        return result
    }

    private mutating func carry(_ aggregation: Aggregation) throws(Loss) -> Result {
        if let parameter = aggregation.parameter { _ = try carry(parameter) }
        let operand = try carry(aggregation.operand)
        let isSum = aggregation.operation == .sum && operand.isAdditive
        if !isSum { tell(operand, aggregation.operand.range) }
        // These choose among series, and leave them as they are.
        let chooses = [.topk, .bottomk, .limitk, .limitRatio].contains(aggregation.operation)
        let grouped = try carry(aggregation.grouping, operand.labels)
        var labels = chooses ? operand.labels : grouped
        if let made = aggregation.madeLabel { labels = try labels.making(made) }
        return Result(labels: labels, isAdditive: isSum)
    }

    private mutating func carry(_ operation: BinaryOperation) throws(Loss) -> Result {
        let (left, right) = (try carry(operation.left), try carry(operation.right))
        let both = left.labels.merged(right.labels)
        let isSum = left.isAdditive && right.isAdditive && Self.isLinear(operation)
        let areVectors = operation.left.type == .vector && operation.right.type == .vector
        let matching = operation.matching
        let listed = matching?.labels ?? []
        if matching?.isOn == true {
            for label in listed { try carryNeeded(label, both) }
        } else {
            try carryOptional(listed, both)
        }
        if let group = matching?.group {
            let (many, one) = group.isLeft ? (left, right) : (right, left)
            for label in group.include { try carryBrought(label, from: one.labels, to: many.labels) }
        }
        if areVectors { try checkMatching(operation, left.labels, right.labels) }
        switch operation.operation {
        case .and, .unless: return Result(labels: left.labels)
        case .or: return Result(labels: both)
        default: break
        }
        guard areVectors, let matching, matching.group == nil else { return Result(labels: both, isAdditive: isSum) }
        let names = listed.map(\.text)
        guard listed.allSatisfy({ isLiteral($0.range) }) else { return Result(labels: both, isAdditive: isSum) }
        return Result(labels: matching.isOn ? both.keeping(names) : both.dropping(names), isAdditive: isSum)
    }

    /// Series of the two sides must still find each other, one for one.
    private func checkMatching(
        _ operation: BinaryOperation, _ left: CarriedLabels, _ right: CarriedLabels
    ) throws(Loss) {
        let names = Set(operation.matching?.labels.map(\.text) ?? [])
        let isOn = operation.matching?.isOn == true
        let isSame = left.added == right.added && left.lost.subtracting(names) == right.lost.subtracting(names)
        let splitting = left.splitting.union(right.splitting)
        let isFine = isOn ? operation.operation.isSetOperator || splitting.isEmpty : isSame
        guard !isFine else { return }
        let differing = left.added.symmetricDifference(right.added)
            .union(left.lost.symmetricDifference(right.lost)).union(isOn ? splitting : [])
        throw Loss(
            range: operation.operationRange,
            message:
                "the two sides would no longer match: \(Prose.list(differing.sorted(), "and")) would tell series apart"
                + " on one side only",
            remedy: "sum both sides by the labels that both have")
    }

    private static func isLinear(_ operation: BinaryOperation) -> Bool {
        switch operation.operation {
        case .add, .subtract: operation.left.type == .vector && operation.right.type == .vector
        case .multiply: operation.left.type == .scalar || operation.right.type == .scalar
        case .divide: operation.right.type == .scalar
        default: false
        }
    }
}
