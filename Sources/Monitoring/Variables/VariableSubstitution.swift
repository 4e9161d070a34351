import Documents

/// Walks through a query and puts something in the place of each variable that parses there.
struct VariableSubstitution {
    private enum Bracket {
        /// `(`; after `by`, `on` and the like it holds labels.
        case parenthesis(holdsLabels: Bool)
        case square, brace
    }

    private let bytes: [UInt8]
    private let scope: VariableScope
    private var uses: ArraySlice<VariableUse>
    private var position = 0
    private var brackets: [Bracket] = []
    private var quote: UInt8?
    private(set) var result: [UInt8] = []
    private(set) var spans: [TextMap.Span] = []
    private(set) var placeholders: [SubstitutedQuery.Placeholder] = []
    private(set) var unknownUses: [VariableUse] = []

    init(_ text: String, _ scope: VariableScope) {
        bytes = Array(text.utf8)
        self.scope = scope
        uses = VariableUse.uses(in: text)[...]
    }

    mutating func run() {
        while position < bytes.count {
            if let use = uses.first, use.range.lowerBound == position {
                uses = uses.dropFirst()
                take(use)
            } else {
                step()
            }
        }
    }

    // MARK: Steps

    private mutating func step() {
        let byte = bytes[position]
        if let open = quote {
            if byte == open { quote = nil }
            // What is escaped ends no string.
            let isEscape = byte == UInt8(ascii: "\\") && open != UInt8(ascii: "`")
            copy(isEscape && uses.first?.range.lowerBound != position + 1 ? 2 : 1)
            return
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): quote = byte
        case UInt8(ascii: "("): brackets.append(.parenthesis(holdsLabels: Self.listKeywords.contains(lastWord)))
        case UInt8(ascii: "["): brackets.append(.square)
        case UInt8(ascii: "{"): brackets.append(.brace)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): _ = brackets.popLast()
        case UInt8(ascii: "#"): return comment()
        default: break
        }
        copy(1)
    }

    private mutating func comment() {
        let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        uses = uses.drop { $0.range.lowerBound < end }
        copy(end - position)
    }

    private mutating func copy(_ count: Int) {
        let end = min(position + count, bytes.count)
        let start = result.count
        result += bytes[position..<end]
        if let last = spans.last, last.isVerbatim {
            spans[spans.count - 1].value = last.value.lowerBound..<result.count
            spans[spans.count - 1].source = last.source.lowerBound..<end
        } else {
            spans.append(TextMap.Span(value: start..<result.count, source: position..<end, isVerbatim: true))
        }
        position = end
    }

    private mutating func take(_ use: VariableUse) {
        if !scope.contains(use.name) {
            unknownUses.append(use)
            // It may be a group of a regular expression.
            if quote != nil { return copy(use.range.count) }
        }
        let variable = scope.variable(use.name)
        let role = role(of: use, variable)
        let written = Array(write(use, variable, role).utf8)
        let range = result.count..<result.count + written.count
        result += written
        spans.append(TextMap.Span(value: range, source: use.range, isVerbatim: false))
        placeholders.append(SubstitutedQuery.Placeholder(use: use, variable: variable, role: role, range: range))
        position = use.range.upperBound
    }

    // MARK: Roles

    private static let listKeywords: Set<String> = [
        "by", "without", "on", "ignoring", "group_left", "group_right",
    ]
    private static let operators: Set<String> = ["and", "or", "unless", "atan2", "bool"]

    private func role(of use: VariableUse, _ variable: Variable?) -> SubstitutedQuery.Role {
        if quote != nil { return .text }
        let next = next(after: use.range.upperBound)
        switch brackets.last {
        case .square: return isUnit(at: use.range.upperBound) ? .number : .duration
        case .brace: return roleInBraces(use, next)
        case .parenthesis(holdsLabels: true): return .label
        default: break
        }
        if lastWord == "offset" || lastByte == UInt8(ascii: "-") && wordBeforeSign == "offset" {
            return isUnit(at: use.range.upperBound) ? .number : .duration
        }
        if lastByte == UInt8(ascii: "@") { return .number }
        if isInsideName(use) { return .metric }
        return roleInExpression(use, variable, next)
    }

    private func roleInBraces(_ use: VariableUse, _ next: UInt8?) -> SubstitutedQuery.Role {
        if isInsideName(use) { return .label }
        if let lastByte, "=~".utf8.contains(lastByte) || lastByte == UInt8(ascii: "!") { return .quotedText }
        return next == UInt8(ascii: "=") || next == UInt8(ascii: "!") ? .label : .matchers
    }

    private func roleInExpression(
        _ use: VariableUse, _ variable: Variable?, _ next: UInt8?
    ) -> SubstitutedQuery.Role {
        let followingWord = word(from: use.range.upperBound)
        if next == UInt8(ascii: "("), !Self.listKeywords.contains(lastWord) { return .function }
        if ["by", "without"].contains(followingWord) { return .function }
        if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") { return .metric }
        if VariableScope.numbers.contains(use.name) || VariableScope.durations.contains(use.name) { return .number }
        let isBehindOperand = endsOperand
        let isBeforeOperand = next.map { Self.beginsOperand($0) } ?? false
        if isBehindOperand, isBeforeOperand, !Self.operators.contains(followingWord) { return .operator }
        if let values = variable?.closedValues {
            return values.allSatisfy { Double($0.value) != nil } ? .number : .metric
        }
        return isNumberPlace(next) ? .number : .metric
    }

    /// Where numbers stand more often than metrics: `topk($n, …)`, `clamp_min(…, $n)`, `… > $n`.
    private func isNumberPlace(_ next: UInt8?) -> Bool {
        guard let lastByte else { return false }
        if "+-*/%^<>=,".utf8.contains(lastByte) { return true }
        return lastByte == UInt8(ascii: "(") && next == UInt8(ascii: ",")
    }

    // MARK: Surroundings

    /// The last byte before the position that is no space, of what is written already.
    private var lastByte: UInt8? { result.last { !Self.isSpace($0) } }

    private var lastWord: String { Self.lastWord(result[...]) }

    /// The word before a minus.
    private var wordBeforeSign: String {
        let trimmed = result[..<(result.lastIndex { !Self.isSpace($0) } ?? 0)]
        return Self.lastWord(trimmed)
    }

    private static func lastWord(_ bytes: ArraySlice<UInt8>) -> String {
        let trimmed = bytes[..<((bytes.lastIndex { !isSpace($0) }).map { $0 + 1 } ?? bytes.startIndex)]
        let word = trimmed.reversed().prefix(while: isWord).reversed()
        return String(decoding: Array(word), as: UTF8.self).lowercased()
    }

    private func next(after offset: Int) -> UInt8? { bytes[offset...].first { !Self.isSpace($0) } }

    private func word(from offset: Int) -> String {
        let rest = bytes[offset...].drop(while: Self.isSpace)
        guard rest.startIndex > offset else { return "" }
        return String(decoding: rest.prefix(while: Self.isWord), as: UTF8.self).lowercased()
    }

    /// Whether it stands right at a letter, as part of a name.
    private func isInsideName(_ use: VariableUse) -> Bool {
        let isBehind = result.last.map { Self.isWord($0) || $0 == UInt8(ascii: ":") } ?? false
        let end = use.range.upperBound
        let isBefore = end < bytes.count && (Self.isWord(bytes[end]) || bytes[end] == UInt8(ascii: ":"))
        return isBehind && !endsNumber || isBefore
    }

    private var endsNumber: Bool {
        let word = result.reversed().prefix { Self.isWord($0) || $0 == UInt8(ascii: ".") }
        return word.last.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
    }

    private var endsOperand: Bool {
        guard let lastByte else { return false }
        if ")]}\"".utf8.contains(lastByte) { return true }
        guard Self.isWord(lastByte) else { return false }
        return !Self.operators.contains(lastWord) && !Self.listKeywords.contains(lastWord)
    }

    private static func beginsOperand(_ byte: UInt8) -> Bool { isWord(byte) || "($\"".utf8.contains(byte) }

    /// Whether a unit of time follows at once.
    private func isUnit(at offset: Int) -> Bool { offset < bytes.count && "smhdwy".utf8.contains(bytes[offset]) }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

    private static func isWord(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            || byte == UInt8(ascii: "_")
    }

    // MARK: Writing

    private func write(_ use: VariableUse, _ variable: Variable?, _ role: SubstitutedQuery.Role) -> String {
        switch role {
        case .text, .label, .metric: name(use)
        case .quotedText: "\"\(name(use))\""
        case .duration: value(of: variable) { DurationText.milliseconds($0).map { $0 > 0 } ?? false } ?? "5m"
        case .number: value(of: variable) { Double($0) != nil && $0.utf8.allSatisfy(Self.isNumeric) } ?? "5"
        case .function: value(of: variable) { Names.isClassicLabel($0) } ?? function(use)
        case .operator: value(of: variable) { Self.signs.contains($0) } ?? "+"
        case .matchers: matchers(use)
        }
    }

    private static let signs: Set<String> = [
        "+", "-", "*", "/", "%", "^", ">", "<", ">=", "<=", "==", "!=", "and", "or", "unless",
    ]

    private static func isNumeric(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || ".eE".utf8.contains(byte)
    }

    /// A name that says which variable it stands for, and that no metric has.
    private func name(_ use: VariableUse) -> String { "_var_\(use.name)" }

    /// The value that is chosen, or the first, of those that fit.
    private func value(of variable: Variable?, _ fits: (String) -> Bool) -> String? {
        guard let variable else { return nil }
        let current = variable.kind == .query ? [] : variable.current
        return (current + (variable.closedValues ?? [])).map(\.value).first(where: fits)
    }

    /// With a range in its argument it is a function such as `rate`, otherwise an aggregation.
    private func function(_ use: VariableUse) -> String {
        guard next(after: use.range.upperBound) == UInt8(ascii: "("),
            let open = bytes[use.range.upperBound...].firstIndex(of: UInt8(ascii: "("))
        else { return "sum" }
        var depth = 0
        for byte in bytes[open...] {
            switch byte {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "[") where depth == 1: return "rate"
            default: break
            }
            if depth == 0 { break }
        }
        return "sum"
    }

    /// A matcher that every series passes, with the commas that are not there.
    private func matchers(_ use: VariableUse) -> String {
        let comma = UInt8(ascii: ",")
        let before = lastByte == UInt8(ascii: "{") || lastByte == comma ? "" : ","
        let next = next(after: use.range.upperBound)
        let after = next == UInt8(ascii: "}") || next == comma || next == nil ? "" : ","
        return "\(before)\(name(use))=~\".*\"\(after)"
    }
}
