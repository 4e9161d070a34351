extension Parser {
    /// Takes the ranges, offsets and times after a term.
    mutating func modified(_ term: Expression) throws(Flaw) -> Expression {
        var expression = term
        while true {
            switch token.kind {
            case .leftBracket: expression = try bracket(after: expression)
            case .keyword(.offset): expression = try offset(of: expression)
            case .at: expression = try timestamp(of: expression)
            case .keyword(.anchored), .keyword(.smoothed):
                expression = try edges(of: expression)
            default: return expression
            }
        }
    }

    // MARK: Ranges

    private mutating func bracket(after expression: Expression) throws(Flaw) -> Expression {
        let open = token
        lexer.surroundings = .brackets
        try advance()
        // Prometheus does not look for a comment here.
        if lastEnd < token.start, bytes[lastEnd..<token.start].contains(UInt8(ascii: "#")) {
            throw Flaw(.unexpectedCharacter("#"), SourceRange(lastEnd, token.start))
        }
        let duration = try positiveDuration(.duration)
        if token.kind == .colon { return try subquery(of: expression, duration, open) }
        try closeBracket(.rangeEnd, open)
        return .range(try range(of: expression, duration, open))
    }

    private mutating func range(
        of expression: Expression, _ duration: DurationLiteral, _ open: Token
    ) throws(Flaw) -> RangeSelector {
        let bracket = range(from: open.start)
        guard case .selector(let selector) = expression else { throw Flaw(.rangeOfNoSelector, bracket) }
        if let offset = selector.offset { throw Flaw(.modifierBeforeRange("offset"), offset.range) }
        // Prometheus does not look for start() and end() here.
        if let timestamp = selector.timestamp, case .seconds = timestamp.time {
            throw Flaw(.modifierBeforeRange("@"), timestamp.range)
        }
        return RangeSelector(selector: selector, duration: duration, range: range(from: selector.range.start))
    }

    private mutating func subquery(
        of expression: Expression, _ duration: DurationLiteral, _ open: Token
    ) throws(Flaw) -> Expression {
        try advance()
        let step = token.kind == .rightBracket ? nil : try positiveDuration(.step)
        try closeBracket(.stepEnd, open)
        try raise(over: height)
        let range = range(from: expression.range.start)
        return .subquery(Subquery(expression: expression, duration: duration, step: step, range: range))
    }

    private mutating func closeBracket(_ expected: Fault.Expected, _ open: Token) throws(Flaw) {
        if isArithmetic { throw durationExpression }
        lexer.surroundings = .none
        try close(.rightBracket, expected, openedBy: open)
    }

    // MARK: Offset and time

    private mutating func offset(of expression: Expression) throws(Flaw) -> Expression {
        let start = token.start
        try advance()
        let offset = Offset(duration: try duration(.duration), range: range(from: start))
        return try modify(expression, "offset", offset.range) { (modifiers) throws(Flaw) in
            if modifiers.offset != nil { throw Flaw(.repeatedModifier("offset"), offset.range) }
            modifiers.offset = offset
        }
    }

    private mutating func timestamp(of expression: Expression) throws(Flaw) -> Expression {
        let start = token.start
        try advance()
        let time = try time()
        let timestamp = TimestampModifier(time: time, range: range(from: start))
        return try modify(expression, "@", timestamp.range) { (modifiers) throws(Flaw) in
            if modifiers.timestamp != nil { throw Flaw(.repeatedModifier("@"), timestamp.range) }
            modifiers.timestamp = timestamp
        }
    }

    private mutating func time() throws(Flaw) -> TimestampModifier.Time {
        let start = token.start
        if token.kind == .keyword(.start) || token.kind == .keyword(.end) {
            let time: TimestampModifier.Time = token.kind == .keyword(.start) ? .start : .end
            try advance()
            try expect(.leftParenthesis, .startEndParentheses)
            try expect(.rightParenthesis, .startEndParentheses)
            return time
        }
        let isNegative = token.kind == .operation(.subtract)
        if isNegative || token.kind == .operation(.add) { try advance() }
        switch token.kind {
        case .number, .duration, .keyword(.infinity), .keyword(.nan): break
        default: throw unexpected(.timestamp)
        }
        let seconds = try numberValue()
        // What a signed 64-bit number can hold.
        guard abs(seconds) < 0x1p63 else { throw Flaw(.timestampOutOfRange, range(from: start)) }
        return .seconds(isNegative ? -seconds : seconds)
    }

    private struct Modifiers {
        var offset: Offset?
        var timestamp: TimestampModifier?
    }

    /// Changes the modifiers of a selector, a range or a subquery, and takes what was read since into its range.
    private func modify(
        _ expression: Expression, _ modifier: String, _ place: SourceRange,
        _ change: (inout Modifiers) throws(Flaw) -> Void
    ) throws(Flaw) -> Expression {
        switch expression {
        case .selector(var selector):
            try Self.modify(&selector, change)
            selector.range = range(from: selector.range.start)
            return .selector(selector)
        case .range(var node):
            try Self.modify(&node.selector, change)
            node.range = range(from: node.range.start)
            return .range(node)
        case .subquery(var node):
            var modifiers = Modifiers(offset: node.offset, timestamp: node.timestamp)
            try change(&modifiers)
            (node.offset, node.timestamp) = (modifiers.offset, modifiers.timestamp)
            node.range = range(from: node.range.start)
            return .subquery(node)
        default: throw Flaw(.misplacedModifier(modifier), place)
        }
    }

    private static func modify(
        _ selector: inout VectorSelector, _ change: (inout Modifiers) throws(Flaw) -> Void
    ) throws(Flaw) {
        var modifiers = Modifiers(offset: selector.offset, timestamp: selector.timestamp)
        try change(&modifiers)
        (selector.offset, selector.timestamp) = (modifiers.offset, modifiers.timestamp)
    }

    private mutating func edges(of expression: Expression) throws(Flaw) -> Expression {
        let word = token
        let edges = RangeEdges(isSmoothed: word.kind == .keyword(.smoothed), range: word.range)
        try advance()
        switch expression {
        case .selector(var selector):
            try Self.set(edges, &selector)
            selector.range = range(from: selector.range.start)
            return .selector(selector)
        case .range(var node):
            try Self.set(edges, &node.selector)
            node.range = range(from: node.range.start)
            return .range(node)
        default: throw Flaw(.edgesOfNoSelector(text(word.range).lowercased()), word.range)
        }
    }

    private static func set(_ edges: RangeEdges, _ selector: inout VectorSelector) throws(Flaw) {
        if let before = selector.edges, before.isSmoothed != edges.isSmoothed { throw Flaw(.bothEdges, edges.range) }
        selector.edges = edges
    }

    // MARK: Durations

    private mutating func positiveDuration(_ expected: Fault.Expected) throws(Flaw) -> DurationLiteral {
        let duration = try duration(expected)
        guard duration.nanoseconds > 0 else { throw Flaw(.durationNotPositive, duration.range) }
        return duration
    }

    /// Signs, and a duration or a number of seconds.
    private mutating func duration(_ expected: Fault.Expected) throws(Flaw) -> DurationLiteral {
        let start = token.start
        var isNegative = false
        while token.kind == .operation(.add) || token.kind == .operation(.subtract) {
            if token.kind == .operation(.subtract) { isNegative.toggle() }
            try advance()
        }
        let nanoseconds = try unsignedNanoseconds(expected)
        return DurationLiteral(nanoseconds: isNegative ? -nanoseconds : nanoseconds, range: range(from: start))
    }

    private mutating func unsignedNanoseconds(_ expected: Fault.Expected) throws(Flaw) -> Int64 {
        if isDurationExpression { throw durationExpression }
        let range = token.range
        switch token.kind {
        case .duration:
            let nanoseconds = try unsignedDuration()
            try advance()
            return nanoseconds
        case .number, .keyword(.infinity), .keyword(.nan):
            guard let nanoseconds = Units.nanoseconds(seconds: try numberValue()) else {
                throw Flaw(.durationOutOfRange(text(range)), range)
            }
            return nanoseconds
        default: throw unexpected(expected)
        }
    }

    /// The value of the duration here, which stays.
    func unsignedDuration() throws(Flaw) -> Int64 {
        guard let nanoseconds = Units.nanoseconds(bytes[token.range.offsets]) else {
            throw Flaw(.durationOutOfRange(text(token.range)), token.range)
        }
        return nanoseconds
    }

    /// Whether what Prometheus has as experimental duration expressions begins here.
    private var isDurationExpression: Bool {
        switch token.kind {
        case .leftParenthesis: true
        case .keyword(.step), .keyword(.range), .keyword(.aggregation(.min)), .keyword(.aggregation(.max)): true
        default: false
        }
    }

    private var isArithmetic: Bool {
        switch token.kind {
        case .operation(let operation): !operation.isComparison
        default: false
        }
    }

    private var durationExpression: Flaw {
        Flaw(.experimental("duration expressions", since: Release(3, 4)), token.range)
    }
}
