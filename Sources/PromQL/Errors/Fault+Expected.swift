extension Fault.Expected {
    var phrase: String {
        switch self {
        case .expression: "an expression"
        case .endOfInput: "an operator or the end of the query"
        case .operand: "the operator's right side"
        case .argumentEnd: "a comma or a closing parenthesis"
        case .argumentsStart: "the opening parenthesis of the arguments"
        case .closingParenthesis: "an operator or a closing parenthesis"
        case .labelsStart: "the opening parenthesis of the labels"
        case .groupingLabel: "the name of a label"
        case .labelsEnd: "a comma or a closing parenthesis"
        case .matcher: "the name of a label or a closing brace"
        case .matchOperation: "one of = != =~ !~"
        case .matchValue: "a value in quotes"
        case .matchersEnd: "a comma or a closing brace"
        case .duration: "a duration"
        case .rangeEnd: "a colon or a closing bracket"
        case .step: "a duration or a closing bracket"
        case .stepEnd: "a closing bracket"
        case .timestamp: "a time, start() or end()"
        case .startEndParentheses: "()"
        case .fillValue: "a number"
        case .fillEnd: "a closing parenthesis"
        }
    }

    var remedy: String {
        switch self {
        case .expression, .operand: "write a metric, a number, a function or a parenthesis"
        case .endOfInput: "remove what follows, or join it with an operator"
        case .argumentEnd: "separate arguments by commas, and close them with )"
        case .argumentsStart: "put the expression in parentheses"
        case .closingParenthesis: "close the parenthesis"
        case .labelsStart: "put the labels in parentheses, such as (job, instance)"
        case .groupingLabel: "write a label; without and names with other characters stand in quotes"
        case .labelsEnd: "separate labels by commas, and close them with )"
        case .matcher: "write matchers such as job=\"api\", separated by commas"
        case .matchOperation, .matchValue: "write a matcher such as job=\"api\""
        case .matchersEnd: "separate matchers by commas, and close them with }"
        case .duration: "write one such as 5m"
        case .rangeEnd: "write a range such as [5m], or a subquery such as [1h:5m]"
        case .step, .stepEnd: "write a subquery such as [1h:5m] or [1h:]"
        case .timestamp: "write seconds since 1970, start() or end()"
        case .startEndParentheses: "write start() or end()"
        case .fillValue, .fillEnd: "write one number in parentheses, such as fill(0)"
        }
    }
}
