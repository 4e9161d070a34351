/// What is wrong with a query, and where.
struct Flaw: Error, Hashable {
    let fault: Fault
    let range: SourceRange

    init(_ fault: Fault, _ range: SourceRange) {
        self.fault = fault
        self.range = range
    }
}

/// All that can be wrong with a query.
enum Fault: Hashable {
    /// What would have fitted at the place.
    enum Expected: Hashable {
        case expression, endOfInput, operand, argumentEnd, argumentsStart, closingParenthesis
        case labelsStart, groupingLabel, labelsEnd
        case matcher, matchOperation, matchValue, matchersEnd
        case duration, rangeEnd, step, stepEnd, timestamp, startEndParentheses, fillValue, fillEnd
    }

    case tooLong(limit: Int)
    case tooDeep(limit: Int)
    case noExpression
    case unexpected(found: String, expected: Expected)
    case unexpectedCharacter(String)
    case unclosed(String)
    case unterminatedString
    case malformedEscape(String)
    case invalidUTF8
    case malformedNumber(String)
    case numberOutOfRange(String)
    case malformedDuration(String)
    case durationOutOfRange(String)
    case durationNotPositive
    case timestampOutOfRange
    case trailingComma
    case nameTwice(String, String)
    case malformedLabel(String)
    case aggregationArguments(AggregationOperator, found: Int)
    case misplacedModifier(String)
    case repeatedModifier(String)
    case rangeOfNoSelector
    case modifierBeforeRange(String)
    case edgesOfNoSelector(String)
    case bothEdges
    case experimental(String, since: Release)

    case unknownFunction(String, nearest: String?)
    case argumentCount(Function, found: Int)
    case argumentType(String, expected: ValueType, found: ValueType)
    case aggregationOperand(AggregationOperator, ValueType)
    case aggregationParameter(AggregationOperator, expected: ValueType, found: ValueType)
    case boolWithoutComparison(BinaryOperator)
    case comparisonOfScalars(BinaryOperator)
    case operandType(BinaryOperator, ValueType)
    case matchingWithScalar
    case groupingInSetOperation(BinaryOperator)
    case setOperationWithScalar(BinaryOperator)
    case labelOnAndIncluded(String)
    case unaryOperand(ValueType)
    case subqueryOperand(ValueType)
    case fillWithScalar
    case fillInSetOperation(BinaryOperator)
    case emptySelector
    case malformedRegex(String, reason: String)
    case infoSelector
    case infoSelectorName(String)
}
