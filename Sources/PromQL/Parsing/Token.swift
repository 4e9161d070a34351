/// One word or sign of a query.
struct Token {
    enum Kind: Hashable {
        case endOfInput
        case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
        case comma, colon, at
        /// The signs between a label and its value; `!=` is ``operation(_:)``.
        case assign, regexMatch, regexNotMatch
        /// An operator that is no word.
        case operation(BinaryOperator)
        case keyword(Keyword)
        /// A word without a colon.
        case identifier
        /// A word with a colon.
        case metricIdentifier
        case number, duration, string
    }

    var kind: Kind
    var range: SourceRange

    var start: Int { range.start }
    var end: Int { range.end }
}

extension Token.Kind {
    /// The operator that the token is between two expressions.
    var binaryOperator: BinaryOperator? {
        switch self {
        case .operation(let operation), .keyword(.operation(let operation)): operation
        default: nil
        }
    }
}
