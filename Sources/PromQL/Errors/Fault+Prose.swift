import Wording

extension Fault {
    var code: PromQLError.Code {
        switch self {
        case .tooLong, .tooDeep: .limit
        case .noExpression, .unexpected, .unexpectedCharacter, .unclosed, .trailingComma, .malformedLabel: .syntax
        case .unterminatedString, .malformedEscape, .invalidUTF8: .string
        case .malformedNumber, .numberOutOfRange, .timestampOutOfRange: .number
        case .malformedDuration, .durationOutOfRange, .durationNotPositive: .duration
        case .misplacedModifier, .repeatedModifier, .rangeOfNoSelector, .modifierBeforeRange, .edgesOfNoSelector,
            .bothEdges:
            .modifier
        case .nameTwice, .emptySelector, .infoSelector, .infoSelectorName: .selector
        case .malformedRegex: .regex
        case .experimental: .experimental
        case .unknownFunction: .unknownFunction
        case .aggregationArguments, .argumentCount: .argumentCount
        case .argumentType, .aggregationOperand, .aggregationParameter, .operandType, .unaryOperand, .subqueryOperand:
            .type
        case .boolWithoutComparison, .comparisonOfScalars, .matchingWithScalar, .groupingInSetOperation,
            .setOperationWithScalar, .labelOnAndIncluded, .fillWithScalar, .fillInSetOperation:
            .matching
        }
    }

    var message: String {
        switch self {
        case .tooLong(let limit): "the query is longer than \(limit) bytes"
        case .tooDeep(let limit): "the query is nested deeper than \(limit) levels"
        case .noExpression: "the query is empty"
        case .unexpected(let found, let expected): "found \(found) where \(expected.phrase) must stand"
        case .unexpectedCharacter(let text): "the character \(Prose.quote(text)) has no meaning here"
        case .unclosed(let bracket): "\(Prose.quote(bracket)) is not closed"
        case .unterminatedString: "the text has no closing quote"
        case .malformedEscape(let text): "\(Prose.quote(text)) is no escape of a character"
        case .invalidUTF8: "the text has bytes that are not UTF-8, or U+FFFD"
        case .malformedNumber(let text): "\(Prose.quote(text)) is not a number"
        case .numberOutOfRange(let text): "the number \(Prose.quote(text)) is too large"
        case .malformedDuration(let text): "\(Prose.quote(text)) is not a duration"
        case .durationOutOfRange(let text): "the duration \(Prose.quote(text)) is longer than 292 years"
        case .durationNotPositive: "the duration is not longer than 0"
        case .timestampOutOfRange: "the time after @ is out of range"
        case .trailingComma: "a comma stands before the closing parenthesis"
        case .nameTwice(let first, let second):
            "the metric is named twice, \(Prose.quote(first)) and \(Prose.quote(second))"
        case .malformedLabel(let text): "\(Prose.quote(text)) is no name of a label"
        case .aggregationArguments(let operation, let found):
            "\(operation.rawValue) has \(Prose.count(found, "argument")), not \(operation.takesParameter ? 2 : 1)"
        case .misplacedModifier(let modifier): "\(modifier) follows what is no selector and no subquery"
        case .repeatedModifier(let modifier): "\(modifier) stands twice"
        case .edgesOfNoSelector(let word): "\(word) follows what is no selector and no range of one"
        case .bothEdges: "anchored and smoothed stand together"
        case .rangeOfNoSelector: "a range follows what is no selector"
        case .modifierBeforeRange(let modifier): "\(modifier) stands before the range"
        case .experimental(let feature, let since):
            "\(feature) are an experiment of Prometheus since \(since) that is not read here"
        case .malformedRegex(let text, let reason): "\(Prose.quote(text)) is no regular expression: \(reason)"
        default: typeMessage
        }
    }

    private var typeMessage: String {
        switch self {
        case .unknownFunction(let name, _): "there is no function \(Prose.quote(name))"
        case .argumentCount(let function, let found):
            "\(function.name) has \(Prose.count(found, "argument")), not \(function.countPhrase)"
        case .argumentType(let name, let expected, let found):
            "the argument of \(name) is \(found.phrase), not \(expected.phrase)"
        case .aggregationOperand(let operation, let found):
            "\(operation.rawValue) is over \(found.phrase), not an instant vector"
        case .aggregationParameter(let operation, let expected, let found):
            "the parameter of \(operation.rawValue) is \(found.phrase), not \(expected.phrase)"
        case .boolWithoutComparison(let operation): "bool follows \(operation.rawValue), which is no comparison"
        case .comparisonOfScalars(let operation): "\(operation.rawValue) compares two scalars without bool"
        case .operandType(let operation, let found): "one side of \(operation.rawValue) is \(found.phrase)"
        case .matchingWithScalar: "on or ignoring stands where one side is no instant vector"
        case .fillWithScalar: "fill stands where one side is no instant vector"
        case .fillInSetOperation(let operation): "\(operation.rawValue) has a fill modifier"
        case .groupingInSetOperation(let operation): "\(operation.rawValue) has group_left or group_right"
        case .setOperationWithScalar(let operation): "one side of \(operation.rawValue) is a scalar"
        case .labelOnAndIncluded(let label): "the label \(Prose.quote(label)) is in on and in the group modifier"
        case .unaryOperand(let found): "the sign stands before \(found.phrase)"
        case .subqueryOperand(let found): "the subquery is over \(found.phrase), not an instant vector"
        case .emptySelector: "the selector would match every series: each of its matchers allows an empty value"
        case .infoSelector: "the second argument of info is no selector of labels"
        case .infoSelectorName(let name): "the second argument of info names the metric \(Prose.quote(name))"
        default: ""
        }
    }

    var remedy: String {
        switch self {
        case .tooLong, .tooDeep: "split it into recording rules"
        case .noExpression: "write an expression, such as up == 0"
        case .unexpected(_, let expected): expected.remedy
        case .unexpectedCharacter("$"): "replace variables before the query is read"
        case .unexpectedCharacter: "remove it, or put it in quotes if it is part of a text"
        case .unclosed: "close it"
        case .unterminatedString: "close the quote on the same line, or use back-ticks for several lines"
        case .malformedEscape:
            "write a backslash as \\\\ (in a regular expression \"\\\\.\" for a dot), or use back-ticks"
        case .invalidUTF8: "encode the query as UTF-8; write bytes as \\x with two digits, and U+FFFD as \\ufffd"
        case .malformedNumber: "write a decimal number, 0x and hexadecimal digits, Inf or NaN"
        case .numberOutOfRange: "write Inf if that is meant"
        case .malformedDuration: "write whole numbers with units from the largest to the smallest, such as 1h30m"
        case .durationOutOfRange: "write a shorter one"
        case .durationNotPositive: "write one such as 5m"
        case .timestampOutOfRange: "write seconds since 1970"
        case .trailingComma: "remove it, or write the argument that is missing"
        case .nameTwice: "name it once, before the braces or in them"
        case .malformedLabel:
            "start it with a letter or _, and go on with those and digits; other names stand in quotes"
        case .aggregationArguments(let operation, _): operation.usage
        case .misplacedModifier(let modifier): "put \(modifier) directly after a selector, its range or a subquery"
        case .repeatedModifier: "keep one of them"
        case .edgesOfNoSelector(let word): "put \(word) directly after a selector or its range"
        case .bothEdges: "keep one of them"
        case .rangeOfNoSelector: "write a subquery with a colon, such as (…)[5m:]"
        case .modifierBeforeRange(let modifier): "put \(modifier) after the bracket"
        case .experimental: "write it without"
        case .malformedRegex: "correct it, and mind that a text in quotes needs \\\\ for a backslash"
        default: typeRemedy
        }
    }

    private var typeRemedy: String {
        switch self {
        case .unknownFunction(_, let nearest?): "did you mean \(nearest)?"
        case .unknownFunction: "see the list of functions in the documentation of Prometheus"
        case .argumentCount(let function, _): "write \(function.usage)"
        case .argumentType(_, let expected, let found), .aggregationParameter(_, let expected, let found):
            found.remedy(toBecome: expected)
        case .aggregationOperand(_, let found), .subqueryOperand(let found): found.remedy(toBecome: .vector)
        case .operandType(_, let found), .unaryOperand(let found): found.remedy(toBecome: .vector)
        case .boolWithoutComparison: "remove bool"
        case .comparisonOfScalars(let operation): "write \(operation.rawValue) bool"
        case .matchingWithScalar: "remove it: a scalar belongs to every series"
        case .fillWithScalar: "remove it: a scalar lacks no series"
        case .fillInSetOperation: "remove it: and, or and unless compare no values"
        case .groupingInSetOperation: "remove it: and, or and unless are always between many and many"
        case .setOperationWithScalar: "make a vector of the scalar: vector(…)"
        case .labelOnAndIncluded: "remove it from the group modifier: labels in on stay anyway"
        case .emptySelector: "name the metric, or add a matcher that a missing label fails, such as job=~\".+\""
        case .infoSelector: "write one such as {version=~\".+\"}"
        case .infoSelectorName: "move the name into the braces: {__name__=\"…\"}"
        default: ""
        }
    }
}
