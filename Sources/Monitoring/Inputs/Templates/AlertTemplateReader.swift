import Documents
import Wording

/// Walks through a template's actions, knowing what `.` stands for in each block.
struct AlertTemplateReader {
    /// What a value is.
    private enum Value: Equatable {
        /// What the whole template is given, `$`, with fields such as `.Labels`.
        case root
        case labels(AlertTemplate.Source)
        /// A sample of a query, with fields such as `.Labels` and `.Value`.
        case sample(AlertTemplate.Source)
        case other
    }

    private struct Block {
        let keyword: String
        let range: Range<Int>
        let dot: Value
        /// Variables that are defined in it.
        var variables: [String: Value] = [:]
    }

    private let text: SourceText
    private var scanner: TemplateScanner
    private var blocks: [Block] = []
    private(set) var references: [AlertTemplate.Reference] = []
    private(set) var queries: [AlertTemplate.Query] = []
    private(set) var comparisons: [AlertTemplate.Comparison] = []
    private(set) var problems: [TemplateProblem] = []

    init(_ text: SourceText) {
        self.text = text
        scanner = TemplateScanner(bytes: Array(text.value.utf8), position: 0)
        let variables: [String: Value] = [
            "$": .root, "$labels": .labels(.alert), "$externalLabels": .labels(.external), "$value": .other,
            "$externalURL": .other,
        ]
        blocks = [Block(keyword: "", range: 0..<0, dot: .root, variables: variables)]
    }

    mutating func read() {
        do throws(TemplateScanner.Failure) {
            while advance() {
                if try skipComment() { continue }
                let start = scanner.position - 2
                if scanner.starts(with: "- ") || scanner.starts(with: "-\n") || scanner.starts(with: "-\t") {
                    scanner.position += 1
                }
                let tokens = try scanner.action()
                action(tokens, start..<scanner.position)
            }
            for block in blocks.dropFirst() { report(.missingEnd(block.keyword), block.range) }
        } catch {
            report(error.fault, error.range)
        }
    }

    /// Goes behind the next `{{`.
    private mutating func advance() -> Bool {
        while scanner.position + 1 < scanner.bytes.count {
            if scanner.starts(with: "{{") {
                scanner.position += 2
                return true
            }
            scanner.position += 1
        }
        return false
    }

    private mutating func skipComment() throws(TemplateScanner.Failure) -> Bool {
        let start = scanner.position - 2
        guard scanner.starts(with: "/*") || scanner.starts(with: "- /*") else { return false }
        while scanner.position < scanner.bytes.count {
            scanner.position += 1
            guard scanner.starts(with: "*/") else { continue }
            scanner.position += 2
            if scanner.starts(with: " -}}") {
                scanner.position += 4
            } else if scanner.starts(with: "}}") {
                scanner.position += 2
            }
            return true
        }
        throw TemplateScanner.Failure(fault: .unclosedAction, range: start..<start + 2)
    }

    private mutating func report(_ fault: TemplateFault, _ range: Range<Int>) {
        problems.append(TemplateProblem(fault: fault, place: text.place(of: range)))
    }

    // MARK: Actions

    private static let keywords = [
        "if", "range", "with", "else", "end", "define", "block", "template", "break", "continue",
    ]

    private mutating func action(_ tokens: [TemplateToken], _ range: Range<Int>) {
        guard let first = tokens.first else { return report(.emptyAction, range) }
        let keyword = first.kind == .word && Self.keywords.contains(word(first)) ? word(first) : nil
        let rest = tokens[(keyword == nil ? 0 : 1)...]
        check(keyword, rest, range)
        switch keyword {
        case "end":
            if blocks.count > 1 { blocks.removeLast() } else { report(.unexpectedKeyword("end"), range) }
        case "else": elseAction(rest, range)
        case "if": open("if", range, dot: dot, defining: rest)
        case "with", "range":
            let value = pipeline(expression(of: rest))
            open(keyword ?? "", range, dot: element(value, isRange: keyword == "range"), defining: rest)
        case "define", "block": blocks.append(Block(keyword: keyword ?? "", range: range, dot: .other))
        case "template", "break", "continue": break
        default: define(rest, pipeline(expression(of: rest)))
        }
    }

    /// What Go's grammar asks of the words of an action.
    private mutating func check(_ keyword: String?, _ rest: ArraySlice<TemplateToken>, _ range: Range<Int>) {
        switch keyword {
        case "if", "with", "range": if rest.isEmpty { report(.emptyAction, range) }
        case "end": if let token = rest.first { report(.unexpectedCharacter(word(token)), token.range) }
        case "break", "continue":
            let isInRange = blocks.contains { $0.keyword == "range" }
            if !isInRange { report(.unexpectedKeyword(keyword ?? ""), range) }
        default: break
        }
        for (token, next) in zip(rest, rest.dropFirst()) {
            switch (token.kind, next.kind) {
            case (.pipe, .string), (.pipe, .rawString), (.pipe, .constant), (.pipe, .dot), (.pipe, .pipe):
                report(.unexpectedCharacter(word(next)), next.range)
            case (.openParenthesis, .closeParenthesis), (.pipe, .closeParenthesis):
                report(.emptyAction, token.range.lowerBound..<next.range.upperBound)
            default: break
            }
        }
    }

    private mutating func elseAction(_ rest: ArraySlice<TemplateToken>, _ range: Range<Int>) {
        guard blocks.count > 1, let block = blocks.popLast() else { return report(.unexpectedKeyword("else"), range) }
        let value = pipeline(rest.dropFirst())
        let isWith = rest.first.map { word($0) == "with" } ?? false
        blocks.append(Block(keyword: block.keyword, range: block.range, dot: isWith ? value : dot))
    }

    private mutating func open(
        _ keyword: String, _ range: Range<Int>, dot: Value, defining tokens: ArraySlice<TemplateToken>
    ) {
        let value = keyword == "if" ? pipeline(expression(of: tokens)) : dot
        blocks.append(Block(keyword: keyword, range: range, dot: dot))
        define(tokens, value)
    }

    /// `$a := …` and `$i, $a := …`.
    private mutating func define(_ tokens: ArraySlice<TemplateToken>, _ value: Value) {
        guard let sign = tokens.firstIndex(where: { $0.kind == .sign && word($0) != "," }) else { return }
        for token in tokens[..<sign] where token.kind == .variable {
            blocks[blocks.count - 1].variables[word(token)] = value
        }
    }

    private func expression(of tokens: ArraySlice<TemplateToken>) -> ArraySlice<TemplateToken> {
        guard let sign = tokens.firstIndex(where: { $0.kind == .sign && word($0) != "," }) else { return tokens }
        return tokens[(sign + 1)...]
    }

    private func element(_ value: Value, isRange: Bool) -> Value {
        // What goes through the labels is a value of theirs.
        if case .labels = value, isRange { return .other }
        return value
    }

    private var dot: Value { blocks.last?.dot ?? .root }

    private func word(_ token: TemplateToken) -> String {
        String(decoding: scanner.bytes[token.range], as: UTF8.self)
    }

    // MARK: Values

    /// What a pipeline gives; labels and queries in it are noted.
    private mutating func pipeline(_ tokens: ArraySlice<TemplateToken>) -> Value {
        let made = noteQueries(tokens)
        var last = Value.other
        var hasFunction = false
        for index in tokens.indices {
            let token = tokens[index]
            switch token.kind {
            case .variable: last = variable(token)
            case .dot: last = dot
            case .field(let isChained): last = field(token, of: isChained ? last : dot)
            case .closeParenthesis: last = made.map { .sample($0) } ?? .other
            case .word:
                hasFunction = true
                function(token, tokens[(index + 1)...], made)
            default: break
            }
        }
        noteComparisons(tokens)
        if let made, hasFunction { return .sample(made) }
        return hasFunction ? .other : last
    }

    // MARK: Comparisons

    /// Texts that may be compared with values of labels: all but the names of labels, and queries.
    private mutating func noteComparisons(_ tokens: ArraySlice<TemplateToken>) {
        guard !tokens.contains(where: { $0.kind == .word && word($0) == "query" }) else { return }
        for index in tokens.indices where tokens[index].kind == .string || tokens[index].kind == .rawString {
            let token = tokens[index]
            let inner = token.range.lowerBound + 1..<token.range.upperBound - 1
            guard !references.contains(where: { $0.range == inner }) else { continue }
            let last = tokens[..<index].last.map { $0.kind == .word ? word($0) : "" } ?? ""
            comparisons.append(
                AlertTemplate.Comparison(
                    text: text.inner(token.range, style: token.kind == .string ? .goString : .goRawString),
                    label: compared(at: index, tokens), isPattern: ["match", "reReplaceAll"].contains(last)))
        }
    }

    /// The label that stands beside a text behind `eq` or `ne`.
    private func compared(at index: Int, _ tokens: ArraySlice<TemplateToken>) -> AlertTemplate.Reference? {
        let start = edge(of: tokens[..<index].indices.reversed(), tokens, closing: .openParenthesis).map { $0 + 1 }
        let end = edge(of: Array(tokens[index...].indices), tokens, closing: .closeParenthesis)
        let call = tokens[(start ?? tokens.startIndex)..<(end ?? tokens.endIndex)]
        guard let first = call.first, let last = call.last, first.kind == .word, ["eq", "ne"].contains(word(first))
        else { return nil }
        let range = first.range.lowerBound..<last.range.upperBound
        let labels = references.filter { range.contains($0.range.lowerBound) }
        return labels.count == 1 ? labels.first : nil
    }

    /// Where the call ends on one side: at a parenthesis or a pipe that does not belong to an argument.
    private func edge(
        of indices: [Int], _ tokens: ArraySlice<TemplateToken>, closing: TemplateToken.Kind
    ) -> Int? {
        var depth = 0
        for index in indices {
            switch tokens[index].kind {
            case closing where depth == 0, .pipe where depth == 0: return index
            case .openParenthesis, .closeParenthesis: depth += tokens[index].kind == closing ? -1 : 1
            default: break
            }
        }
        return nil
    }

    private mutating func variable(_ token: TemplateToken) -> Value {
        let name = word(token)
        for block in blocks.reversed() {
            if let value = block.variables[name] { return value }
        }
        let known = blocks.flatMap { $0.variables.keys }.sorted()
        report(.undefinedVariable(name, nearest: NearestWord.find(name, among: known)), token.range)
        return .other
    }

    private mutating func field(_ token: TemplateToken, of value: Value) -> Value {
        let range = token.range.lowerBound + 1..<token.range.upperBound
        let name = String(decoding: scanner.bytes[range], as: UTF8.self)
        switch (value, name) {
        case (.root, "Labels"): return .labels(.alert)
        case (.root, "ExternalLabels"): return .labels(.external)
        case (.sample(let source), "Labels"): return .labels(source)
        case (.labels(let source), _): note(name, range, source)
        default: break
        }
        return .other
    }

    private mutating func note(_ name: String, _ range: Range<Int>, _ source: AlertTemplate.Source) {
        references.append(AlertTemplate.Reference(name: name, range: range, source: source))
    }

    private static let functions: Set<String> = [
        "and", "args", "call", "eq", "externalURL", "first", "ge", "graphLink", "gt", "html", "humanize",
        "humanize1024",
        "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "index", "js", "label", "le", "len", "lt",
        "match",
        "ne", "not", "now", "or", "parseDuration", "pathPrefix", "print", "printf", "println", "query", "reReplaceAll",
        "safeHtml", "slice", "sortByLabel", "stripDomain", "stripPort", "strvalue", "tableLink", "title", "tmpl",
        "toDuration", "toLower", "toTime", "toUpper", "urlQueryEscape", "urlquery", "value", "true", "false", "nil",
    ]

    private mutating func function(
        _ token: TemplateToken, _ arguments: ArraySlice<TemplateToken>, _ made: AlertTemplate.Source?
    ) {
        let name = word(token)
        guard Self.functions.contains(name) else {
            let nearest = NearestWord.find(name, among: Self.functions.sorted())
            return report(.unknownFunction(name, nearest: nearest), token.range)
        }
        if name == "index" { index(arguments) }
        if ["label", "sortByLabel"].contains(name), let argument = arguments.first, argument.kind == .string {
            let source: AlertTemplate.Source =
                if case .sample(let source) = dot { made ?? source } else { made ?? .unknown }
            note(argument, source)
        }
    }

    /// `index $labels "name"` and `index .Labels "name"`.
    private mutating func index(_ arguments: ArraySlice<TemplateToken>) {
        guard let first = arguments.first else { return }
        // Reporting is for the pipeline, which sees these words again.
        let (references, problems) = (self.references, self.problems)
        var value: Value? =
            switch first.kind {
            case .variable: variable(first)
            case .field: field(first, of: dot)
            default: nil
            }
        var rest = arguments.dropFirst()
        while case .field(isChained: true)? = rest.first?.kind, let token = rest.popFirst(), let last = value {
            value = field(token, of: last)
        }
        (self.references, self.problems) = (references, problems)
        guard case .labels(let source)? = value, let name = rest.first, name.kind == .string else { return }
        note(name, source)
    }

    /// A label's name in quotes; with escapes it is none that matters.
    private mutating func note(_ string: TemplateToken, _ source: AlertTemplate.Source) {
        let range = string.range.lowerBound + 1..<string.range.upperBound - 1
        let name = String(decoding: scanner.bytes[range], as: UTF8.self)
        if !name.contains("\\") { note(name, range, source) }
    }

    // MARK: Queries

    /// The queries of a pipeline, and where samples in it come from.
    private mutating func noteQueries(_ tokens: ArraySlice<TemplateToken>) -> AlertTemplate.Source? {
        guard let query = tokens.firstIndex(where: { $0.kind == .word && word($0) == "query" }) else {
            return nil
        }
        let isFormat = tokens.contains { $0.kind == .word && word($0) == "printf" }
        let isText: (TemplateToken) -> Bool = { $0.kind == .string || $0.kind == .rawString }
        let behind = tokens[(query + 1)...].first { $0.kind != .openParenthesis && !(isFormat && $0.kind == .word) }
        let before = tokens[..<query].first(where: isText)
        guard let token = behind.flatMap({ isText($0) ? $0 : nil }) ?? before else { return .unknown }
        let style: TextStyle = token.kind == .string ? .goString : .goRawString
        queries.append(AlertTemplate.Query(text: text.inner(token.range, style: style), isFormat: isFormat))
        return .query(queries.count - 1)
    }
}
