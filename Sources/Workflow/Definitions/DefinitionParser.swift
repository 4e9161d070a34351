import Wording

/// Turns the nodes of a source into a ``Definition``, noting every problem on the way and going on after each.
struct DefinitionParser {
    let lines: [Substring]
    var problems = ProblemList()
    /// The lists of steps as they stand, for the checks of the graph.
    var lists: [StepList] = []
    /// Where each step id was first given, and in which list.
    var ids: [String: (line: Int, list: Int)] = [:]
    var stepCount = 0
    /// What steps may record.
    var metrics: [MetricDeclaration] = []
    /// The keys of those that are declared, and not as they should be.
    var faultyMetrics: [String] = []
    /// Every path that an expression reads, checked when all step ids are known.
    var uses: [PathUse] = []
    /// How often a step that was probably meant is still looked for: a text full of misspelt ones shall not take long.
    private var looks = 5
    /// Instructions of all patterns.
    var patternInstructions = 0
    /// Whether this is a rule, rather than a workflow.
    var isRule = false
    /// Where each rule is asked.
    var ruleUses: [Cursor] = []

    /// What the server can reach; nil where that is not known, or not asked.
    var configured: ConfiguredNames?

    init(lines: [Substring]) { self.lines = lines }

    /// A node with its place in the definition, such as `steps[2].condition`.
    struct Cursor {
        var node: SourceNode
        var path: String
    }

    struct PathUse {
        var path: Path
        var line: Int
        var column: Int
        var place: String
        var isTrigger: Bool
        /// Whether it says which executions share a limit.
        var isConcurrency: Bool
    }

    /// The members of a map by key.
    struct Members {
        let cursor: Cursor
        private let members: [String: SourceMember]

        init(_ cursor: Cursor, _ members: [SourceMember]) {
            self.cursor = cursor
            self.members = Dictionary(members.map { ($0.key, $0) }) { first, _ in first }
        }

        /// The value, nil when it is left out or null.
        subscript(key: String) -> Cursor? {
            guard let value = any(key), !value.node.isNull else { return nil }
            return value
        }

        /// The value, null included.
        func any(_ key: String) -> Cursor? {
            members[key].map { Cursor(node: $0.value, path: Members.join(cursor.path, key)) }
        }

        /// The key itself, as a place to report.
        func key(_ key: String) -> Cursor? {
            members[key].map {
                let node = SourceNode(content: .scalar(key, isPlain: false), line: $0.line, column: $0.column)
                return Cursor(node: node, path: Members.join(cursor.path, key))
            }
        }

        /// Keys that would be odd in a path are quoted, so that a path stays one line.
        static func join(_ path: String, _ key: String) -> String {
            let isWord = !key.isEmpty && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !".[]\"".utf8.contains($0) }
            if !isWord { return "\(path)[\(Prose.quote(key))]" }
            return path.isEmpty ? key : "\(path).\(key)"
        }
    }

    /// The step that was probably meant, as long as there are not too many misspelt ones.
    ///
    /// - Parameter list: the list in which it stands; nil is anywhere.
    mutating func nearestStep(_ id: String, in list: StepList? = nil) -> String? {
        guard looks > 0 else { return nil }
        looks -= 1
        return NearestWord.find(id, among: list?.steps.compactMap(\.id) ?? ids.keys.sorted())
    }

    mutating func report(_ fault: Fault, at cursor: Cursor) {
        problems.append(Problem(fault, line: cursor.node.line, column: cursor.node.column, path: cursor.path))
    }

    // MARK: Maps and lists

    func members(of cursor: Cursor) -> Members? {
        guard case .map(let members) = cursor.node.content else { return nil }
        return Members(cursor, members)
    }

    /// The members of a map that has no other keys than these; anything else is reported.
    mutating func map(_ cursor: Cursor, _ owner: String, keys: [String]) -> Members? {
        guard case .map(let members) = cursor.node.content else {
            report(.wrongKind(expected: "a map (\(owner))", found: cursor.node.kindName), at: cursor)
            return nil
        }
        for member in members where !keys.contains(member.key) && !problems.isFull {
            let nearest = NearestWord.find(member.key, among: keys)
            let fault = Fault.unknownKey(member.key, owner: owner, nearest: nearest, allowed: keys)
            report(fault, member: member, in: cursor)
        }
        return Members(cursor, members)
    }

    mutating func report(_ fault: Fault, member: SourceMember, in cursor: Cursor) {
        let path = Members.join(cursor.path, member.key)
        problems.append(Problem(fault, line: member.line, column: member.column, path: path))
    }

    /// The elements of a list that is not empty.
    mutating func list(_ cursor: Cursor, _ what: String) -> [Cursor]? {
        guard case .list(let elements) = cursor.node.content else {
            report(.wrongKind(expected: "a list (\(what))", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if elements.isEmpty { report(.emptyList(what), at: cursor) }
        return elements.enumerated().map { Cursor(node: $1, path: "\(cursor.path)[\($0)]") }
    }

    /// The value of a key that must be there.
    mutating func required(_ key: String, of members: Members, _ owner: String) -> Cursor? {
        if let value = members[key] { return value }
        report(.missingKey(key, owner: owner), at: members.cursor)
        return nil
    }

    // MARK: Scalars

    /// The text of any scalar, as it stands in the source; for keys whose value is text by nature.
    mutating func text(_ cursor: Cursor?, _ what: String, limit: Int? = nil) -> String? {
        guard let cursor else { return nil }
        guard case .scalar(let text, _) = cursor.node.content else {
            report(.wrongKind(expected: "a text (\(what))", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if let limit, text.unicodeScalars.count > limit { report(.textTooLong(what: what, limit: limit), at: cursor) }
        return text
    }

    mutating func bool(_ cursor: Cursor?) -> Bool? {
        guard let cursor else { return nil }
        if case .scalar(let text, let isPlain) = cursor.node.content {
            if isPlain, let bool = PlainScalar.bool(text) { return bool }
            report(.notABoolean(text), at: cursor)
        } else {
            report(.wrongKind(expected: "true or false", found: cursor.node.kindName), at: cursor)
        }
        return nil
    }

    mutating func integer(_ cursor: Cursor?, _ what: String, in range: ClosedRange<Int>) -> Int? {
        guard let cursor else { return nil }
        guard case .integer(let value)? = json(cursor) else {
            report(.wrongKind(expected: "a whole number", found: cursor.node.kindName), at: cursor)
            return nil
        }
        if let number = Int(exactly: value), range.contains(number) { return number }
        let words = "from \(range.lowerBound) to \(range.upperBound)"
        report(.outOfRange(String(value), what: what, range: words), at: cursor)
        return nil
    }

    mutating func duration(_ cursor: Cursor?, allowsZero: Bool = false) -> Duration? {
        guard let cursor, let text = text(cursor, "a duration") else { return nil }
        do throws(DurationError) {
            let duration = try Duration(parsing: text)
            if duration == .zero, !allowsZero { report(.zeroDuration, at: cursor) }
            return duration
        } catch {
            report(.duration(error), at: cursor)
            return nil
        }
    }

    /// One of some words.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ cursor: Cursor?, _ what: String, _: Word.Type
    ) -> Word? where Word.RawValue == String {
        guard let cursor, let text = text(cursor, what) else { return nil }
        if let word = Word(rawValue: text) { return word }
        reportUnknown(text, what, Word.allCases.map(\.rawValue), at: cursor)
        return nil
    }

    mutating func reportUnknown(_ text: String, _ what: String, _ allowed: [String], at cursor: Cursor) {
        let nearest = NearestWord.find(text, among: allowed)
        report(.unknownWord(text, what: what, nearest: nearest, allowed: allowed), at: cursor)
    }

    // MARK: Values

    /// The node as a JSON value; nil after a problem in it was reported.
    mutating func json(_ cursor: Cursor) -> JSONValue? {
        switch cursor.node.content {
        case .scalar(let text, isPlain: false): return .string(text)
        case .scalar(let text, isPlain: true): return plainValue(text, cursor)
        case .list(let elements):
            var values: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                guard let value = json(Cursor(node: element, path: "\(cursor.path)[\(index)]")) else { continue }
                values.append(value)
            }
            return values.count == elements.count ? .array(values) : nil
        case .map(let members):
            var object = JSONObject()
            for member in members {
                let path = Members.join(cursor.path, member.key)
                object[member.key] = json(Cursor(node: member.value, path: path))
            }
            return object.count == members.count ? .object(object) : nil
        }
    }

    private mutating func plainValue(_ text: String, _ cursor: Cursor) -> JSONValue? {
        if PlainScalar.hasLeadingZero(text) { report(.leadingZero(text), at: cursor) }
        switch PlainScalar.value(text) {
        case .value(let value): return value
        case .notFinite: report(.notFinite(text), at: cursor)
        case .outOfRange: report(.numberOutOfRange(text), at: cursor)
        }
        return nil
    }

    mutating func object(_ cursor: Cursor?) -> JSONObject? {
        guard let cursor else { return nil }
        guard case .map = cursor.node.content else {
            report(.wrongKind(expected: "a map", found: cursor.node.kindName), at: cursor)
            return nil
        }
        return json(cursor)?.object
    }

    // MARK: Names

    /// A word for `item_var` and `into`: a name of the context that the engine does not keep for itself.
    mutating func variable(_ cursor: Cursor?, _ what: String) -> String? {
        guard let cursor, let name = text(cursor, what) else { return nil }
        guard Names.isIdentifier(name, hyphens: false) else {
            report(.badName(name, what: what, form: Names.variableForm), at: cursor)
            return nil
        }
        if Names.reserved.contains(name) { report(.reservedName(name), at: cursor) }
        return name
    }

    mutating func eventName(_ cursor: Cursor?) -> String? {
        guard let cursor, let name = text(cursor, "an event name") else { return nil }
        guard Names.isEvent(name) else {
            report(.badName(name, what: "an event name", form: Names.eventForm), at: cursor)
            return nil
        }
        return name
    }
}

/// The forms of names.
public enum Names {
    /// First parts of paths that the engine fills.
    static let reserved = ["event", "execution", "workflow", "steps"]
    static let variableForm = "a letter or _, then letters, digits and _, at most 64 in all"
    static let stepForm = "a letter or _, then letters, digits, _ and -, at most 64 in all"
    static let workflowForm = "a letter or digit, then letters, digits, ., _ and -, at most 128 in all"
    static let eventForm = "words of letters, digits, _ and - joined by dots, at most 200 in all"
    static let roleForm = "letters, digits, ., _ and -, at most 64 in all"

    static func isIdentifier(_ name: String, hyphens: Bool) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
        guard isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return name.utf8.allSatisfy {
            isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || (hyphens && $0 == UInt8(ascii: "-"))
        }
    }

    static func isWorkflow(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
        guard isLetter(first) || isDigit(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-".utf8.contains($0) }
    }

    static func isEvent(_ name: String) -> Bool {
        guard 1...200 ~= name.utf8.count else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.allSatisfy { isLetter($0) || isDigit($0) || "_-:".utf8.contains($0) }
        }
    }

    /// Whether the key of an approver can hold such a role.
    public static func isRole(_ name: some StringProtocol) -> Bool {
        1...64 ~= name.utf8.count && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
