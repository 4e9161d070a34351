import Wording

/// What an expression gives, and all that is wrong with its types.
public struct Typing: Sendable, Hashable {
    /// Nil for a call of an unknown function.
    public let type: ValueType?
    /// In the order of the text; empty for an expression that Prometheus takes.
    public let errors: [PromQLError]
}

extension Expression {
    /// The expression's type, by the rules of Prometheus.
    ///
    /// An error is said once: what follows from an unknown function is not.
    public var typing: Typing {
        var checker = TypeChecker()
        let type = checker.type(of: self)
        let flaws = checker.flaws.sorted { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) }
        return Typing(type: type, errors: flaws.map { PromQLError($0) })
    }
}

/// Walks a tree from the leaves up. A type is nil when it cannot be known.
struct TypeChecker {
    private(set) var flaws: [Flaw] = []

    mutating func type(of expression: Expression) -> ValueType? {
        switch expression {
        case .number: return .scalar
        case .string: return .string
        case .selector(let node):
            check(node, allowsEmpty: false)
            return .vector
        case .range(let node):
            check(node.selector, allowsEmpty: false)
            return .matrix
        case .subquery(let node):
            let type = type(of: node.expression)
            if let type, type != .vector { add(.subqueryOperand(type), node.expression.range) }
            return .matrix
        case .call(let node): return self.type(of: node)
        case .aggregation(let node):
            check(node)
            return .vector
        case .unary(let node):
            let type = type(of: node.operand)
            if let type, type != .scalar, type != .vector { add(.unaryOperand(type), node.range) }
            return type
        case .binary(let node): return self.type(of: node)
        case .parentheses(let node): return type(of: node.expression)
        }
    }

    private mutating func add(_ fault: Fault, _ range: SourceRange) { flaws.append(Flaw(fault, range)) }

    // MARK: Selectors

    /// A selector must have a matcher that an absent label fails.
    private mutating func check(_ selector: VectorSelector, allowsEmpty: Bool) {
        var isEmpty = selector.name == nil
        for matcher in selector.matchers {
            do throws(PatternError) {
                if try !matcher.allowsEmpty { isEmpty = false }
            } catch {
                isEmpty = false
                add(.malformedRegex(matcher.value.value, reason: error.message), matcher.value.range)
            }
        }
        if isEmpty, !allowsEmpty { add(.emptySelector, selector.range) }
    }

    // MARK: Calls

    private mutating func type(of call: Call) -> ValueType? {
        guard let function = Function.named(call.function.text) else {
            for argument in call.arguments { _ = type(of: argument) }
            let nearest = NearestWord.find(call.function.text, among: Function.all.lazy.map(\.name))
            add(.unknownFunction(call.function.text, nearest: nearest), call.function.range)
            return nil
        }
        let count = call.arguments.count
        if count < function.minimum || count > function.maximum ?? .max {
            add(.argumentCount(function, found: count), call.range)
        }
        for (index, argument) in call.arguments.enumerated() {
            if function.name == "info", index == 1, checkInfoSelector(argument) { continue }
            let found = type(of: argument)
            guard let found, let expected = function.parameter(index), found != expected else { continue }
            add(.argumentType(function.name, expected: expected, found: found), argument.range)
        }
        return function.result
    }

    /// The second argument of `info` picks labels: it has no name before the braces, and may match all.
    private mutating func checkInfoSelector(_ argument: Expression) -> Bool {
        guard case .selector(let selector) = argument else {
            add(.infoSelector, argument.range)
            return false
        }
        check(selector, allowsEmpty: true)
        if let name = selector.name, !selector.hasNameInBraces {
            add(.infoSelectorName(name.text), name.range)
        }
        return true
    }

    private mutating func check(_ aggregation: Aggregation) {
        let operation = aggregation.operation
        if let parameter = aggregation.parameter {
            let expected: ValueType = operation == .countValues ? .string : .scalar
            let found = type(of: parameter)
            if let found, found != expected {
                add(.aggregationParameter(operation, expected: expected, found: found), parameter.range)
            }
        }
        let found = type(of: aggregation.operand)
        if let found, found != .vector { add(.aggregationOperand(operation, found), aggregation.operand.range) }
    }

    // MARK: Operators

    private mutating func type(of node: BinaryOperation) -> ValueType? {
        let left = type(of: node.left)
        let right = type(of: node.right)
        let operation = node.operation
        if node.returnsBool, !operation.isComparison { add(.boolWithoutComparison(operation), node.operationRange) }
        for (type, side) in [(left, node.left), (right, node.right)] {
            if let type, type == .string || type == .matrix { add(.operandType(operation, type), side.range) }
        }
        checkMatching(node)
        if operation.isComparison, !node.returnsBool, left == .scalar, right == .scalar {
            add(.comparisonOfScalars(operation), node.operationRange)
        }
        if let left, let right { checkMatching(node, left, right) }
        return BinaryOperation.type(left, right)
    }

    private mutating func checkMatching(_ node: BinaryOperation) {
        guard let matching = node.matching, matching.isOn else { return }
        let labels = Set(matching.labels.map(\.text))
        for label in matching.group?.include ?? [] where labels.contains(label.text) {
            add(.labelOnAndIncluded(label.text), label.range)
        }
    }

    private mutating func checkMatching(_ node: BinaryOperation, _ left: ValueType, _ right: ValueType) {
        if left != .vector || right != .vector {
            if let matching = node.matching, !matching.labels.isEmpty { add(.matchingWithScalar, matching.range) }
            if let fill = node.fill { add(.fillWithScalar, fill.range) }
        } else if node.operation.isSetOperator, let fill = node.fill {
            add(.fillInSetOperation(node.operation), fill.range)
        } else if node.operation.isSetOperator, let group = node.matching?.group {
            add(.groupingInSetOperation(node.operation), group.range)
        }
        if node.operation.isSetOperator {
            if left == .scalar { add(.setOperationWithScalar(node.operation), node.left.range) }
            if right == .scalar { add(.setOperationWithScalar(node.operation), node.right.range) }
        }
    }
}
