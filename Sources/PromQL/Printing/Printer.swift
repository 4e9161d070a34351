extension Expression: CustomStringConvertible {
    /// The expression in its canonical form, on one line: the same for all spellings of one tree, and read back as that
    /// tree.
    public var description: String {
        var printer = Printer()
        printer.print(self)
        return printer.text
    }

    /// The expression on as many lines as it takes to stay within a width, as far as that can be; read back as the same
    /// tree.
    ///
    /// What fits stands on one line. What does not is broken before its operators, and after its parentheses and commas.
    public func wrapped(width: Int = 100) -> String {
        var printer = Printer(width: width)
        printer.print(self)
        return printer.text
    }
}

/// Writes trees as text. Parentheses are those of the tree, and those that a tree made by hand lacks.
struct Printer {
    private(set) var text = ""
    /// Nil is one line, however long.
    private let width: Int?
    private var indentation = 0
    /// Where in the text the line begins, in UTF-8.
    private var lineStart = 0

    init(width: Int? = nil) { self.width = width }

    mutating func print(_ expression: Expression) {
        if let width {
            let line = expression.description
            let column = text.utf8.count - lineStart
            if column + line.utf8.count <= width { return text += line }
        }
        write(expression)
    }

    /// Writes the expression, broken into lines unless there is but one.
    private mutating func write(_ expression: Expression) {
        switch expression {
        case .number(let node): number(node)
        case .string(let node): text += StringText.quoted(node)
        case .selector(let node):
            selector(node)
            modifiers(node.edges, node.offset, node.timestamp)
        case .range(let node):
            selector(node.selector)
            text += "[\(Units.text(node.duration.nanoseconds))]"
            modifiers(node.selector.edges, node.selector.offset, node.selector.timestamp)
        case .subquery(let node): subquery(node)
        case .call(let node):
            text += node.function.text
            list(node.arguments)
        case .aggregation(let node): aggregation(node)
        case .unary(let node):
            text += node.isNegation ? "-" : "+"
            print(node.operand, atLeast: BinaryOperator.power.precedence)
        case .binary(let node): binary(node)
        case .parentheses(let node): list([node.expression])
        }
    }

    // MARK: Lines

    /// Begins a line, if there are several.
    private mutating func breakLine(or blank: String = "") {
        guard width != nil else { return text += blank }
        text += "\n"
        lineStart = text.utf8.count
        text += String(repeating: "  ", count: indentation)
    }

    /// Writes something between brackets: on lines of its own, if there are several.
    private mutating func bracketed(_ open: String, _ close: String, _ count: Int, _ part: (inout Printer, Int) -> Void)
    {
        text += open
        indentation += 1
        for index in 0..<count {
            if index > 0 { text += "," }
            breakLine(or: index > 0 ? " " : "")
            part(&self, index)
        }
        indentation -= 1
        if count > 0 { breakLine() }
        text += close
    }

    private mutating func number(_ node: NumberLiteral) {
        text += node.nanoseconds.map(Units.text) ?? NumberText.text(node.value)
    }

    // MARK: Selectors

    private mutating func selector(_ node: VectorSelector) {
        var parts: [String] = []
        if let name = node.name {
            if !node.hasNameInBraces, Self.standsBeforeBraces(name.text, node.matchers) {
                text += name.text
            } else {
                parts.append(StringText.quoted(name.text))
            }
        }
        parts += node.matchers.map { matcher in
            label(matcher.label) + matcher.operation.rawValue + StringText.quoted(matcher.value)
        }
        guard !parts.isEmpty || node.name == nil else { return }
        bracketed("{", "}", parts.count) { printer, index in printer.text += parts[index] }
    }

    /// Whether a name is read as one without quotes, and is the only one; a tree made by hand may say otherwise.
    private static func standsBeforeBraces(_ name: String, _ matchers: [Matcher]) -> Bool {
        Name.isPlainMetric(name) && Keyword.find(name.utf8)?.isMetricName ?? true
            && !matchers.contains { $0.label.text == "__name__" }
    }

    private func label(_ name: Name) -> String {
        Name.isPlainLabel(name.text) ? name.text : StringText.quoted(name.text)
    }

    /// In groupings, where some words are keywords.
    private mutating func labels(_ names: [Name]) {
        let names = names.map { name in
            Keyword.find(name.text.utf8)?.isGroupingLabel == false ? StringText.quoted(name.text) : label(name)
        }
        text += "(\(names.joined(separator: ", ")))"
    }

    private mutating func modifiers(_ edges: RangeEdges?, _ offset: Offset?, _ timestamp: TimestampModifier?) {
        if let edges { text += edges.isSmoothed ? " smoothed" : " anchored" }
        switch timestamp?.time {
        case .seconds(let seconds): text += " @ \(NumberText.signed(seconds))"
        case .start: text += " @ start()"
        case .end: text += " @ end()"
        case nil: break
        }
        if let nanoseconds = offset?.duration.nanoseconds {
            text += " offset \(nanoseconds < 0 ? "-" : "")\(Units.text(nanoseconds))"
        }
    }

    private mutating func subquery(_ node: Subquery) {
        print(node.expression, atLeast: .max)
        text += "[\(Units.text(node.duration.nanoseconds)):"
        if let step = node.step { text += Units.text(step.nanoseconds) }
        text += "]"
        modifiers(nil, node.offset, node.timestamp)
    }

    // MARK: Calls and operators

    private mutating func list(_ expressions: [Expression]) {
        bracketed("(", ")", expressions.count) { printer, index in printer.print(expressions[index]) }
    }

    private mutating func aggregation(_ node: Aggregation) {
        text += node.operation.rawValue
        if let grouping = node.grouping {
            text += grouping.isWithout ? " without " : " by "
            labels(grouping.labels)
            text += " "
        }
        list(node.parameter.map { [$0, node.operand] } ?? [node.operand])
    }

    private mutating func binary(_ node: BinaryOperation) {
        let precedence = node.operation.precedence
        let isRight = node.operation.isRightAssociative
        print(node.left, atLeast: precedence + (isRight ? 1 : 0))
        breakLine(or: " ")
        text += "\(node.operation.rawValue) "
        if node.returnsBool { text += "bool " }
        var right = Printer()
        right.print(node.right, atLeast: precedence + (isRight ? 0 : 1))
        let fill = node.fill.map(Self.fill) ?? ""
        if let matching = node.matching { self.matching(matching, before: fill + right.text) }
        text += fill
        guard width != nil else { return text += right.text }
        // Operators of the right side stand further in than the one before it.
        let isOperation = if case .binary = node.right { true } else { false }
        indentation += isOperation ? 1 : 0
        print(node.right, atLeast: precedence + (isRight ? 0 : 1))
        indentation -= isOperation ? 1 : 0
    }

    private mutating func matching(_ node: VectorMatching, before right: String) {
        text += node.isOn ? "on " : "ignoring "
        labels(node.labels)
        text += " "
        guard let group = node.group else { return }
        text += group.isLeft ? "group_left " : "group_right "
        // Without them, a parenthesis around the right side would be taken for the labels.
        if group.include.isEmpty, !right.hasPrefix("(") { return }
        labels(group.include)
        text += " "
    }

    private static func fill(_ node: Fill) -> String {
        switch (node.left, node.right) {
        case (nil, nil): ""
        case (let left?, nil): "fill_left (\(NumberText.signed(left))) "
        case (nil, let right?): "fill_right (\(NumberText.signed(right))) "
        case (let left?, let right?):
            left.bitPattern == right.bitPattern
                ? "fill (\(NumberText.signed(left))) "
                : "fill_left (\(NumberText.signed(left))) fill_right (\(NumberText.signed(right))) "
        }
    }

    /// Writes an operand, in parentheses when an operator in it binds less close than this.
    private mutating func print(_ expression: Expression, atLeast precedence: Int) {
        let binds =
            switch expression {
            case .binary(let node): node.operation.precedence
            // A sign stands wherever an operand does, but not left of `^`.
            case .unary: BinaryOperator.power.precedence
            default: Int.max
            }
        if binds < precedence { list([expression]) } else { print(expression) }
    }
}
