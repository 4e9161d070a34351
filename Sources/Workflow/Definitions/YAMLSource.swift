internal import Yams

/// Reads YAML into nodes that know their places.
///
/// libyaml refuses nesting beyond 1,000 levels by itself, which keeps the composer's recursion small. Aliases are counted
/// before the text is composed, as the composer compares map keys by their whole content.
enum YAMLSource {
    struct Failure: Error {
        var fault: Fault
        var line: Int
        var column: Int
    }

    static func read(_ text: String) throws(Failure) -> SourceNode {
        try checkAliases(text)
        guard let root = try compose(text) else { throw Failure(fault: .emptySource, line: 1, column: 1) }
        var converter = NodeConverter()
        return try converter.convert(root, depth: 0)
    }

    private static func compose(_ text: String) throws(Failure) -> Node? {
        do {
            // The basic resolver gives no meaning to scalars; that is done here, by the core schema.
            return try Yams.compose(yaml: text, .basic, .default, .utf8)
        } catch let error as YamlError {
            throw failure(error, text)
        } catch {
            throw Failure(fault: .yaml("the text cannot be read"), line: 1, column: 1)
        }
    }

    private static func failure(_ error: YamlError, _ text: String) -> Failure {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            let isTab = character(of: text, at: mark) == "\t"
            return Failure(fault: isTab ? .tab : .yaml(problem), line: mark.line, column: mark.column)
        case .composer(_, let problem, let mark, _):
            let isSecond = problem.contains("another document")
            return Failure(
                fault: isSecond ? .severalDocuments : .undefinedAlias, line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(let keys, let context):
            return Failure(
                fault: .duplicateKey(keys.first ?? ""), line: context.mark.line, column: context.mark.column)
        case .reader(let problem, _, _, _): return Failure(fault: .yaml(problem), line: 1, column: 1)
        default: return Failure(fault: .yaml("the text cannot be read"), line: 1, column: 1)
        }
    }

    private static func character(of text: String, at mark: Mark) -> Unicode.Scalar? {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return nil }
        return Substring(lines[mark.line - 1]).unicodeScalars.dropFirst(mark.column - 1).first
    }

    /// Refuses a text whose aliases could unfold into more than ``Limits/sourceNodes`` times a small factor.
    ///
    /// What looks like an anchor (`&x`) or an alias (`*x`) is counted, wherever it stands. With `a` anchors and `s`
    /// aliases the text unfolds at most `max (s/j)^j`, j ≤ a, times.
    private static func checkAliases(_ text: String) throws(Failure) {
        let anchors = marks(UInt8(ascii: "&"), in: text)
        guard anchors > 0 else { return }
        let aliases = marks(UInt8(ascii: "*"), in: text)
        var worst = 1.0
        for levels in 1...min(anchors, 40) {
            var growth = 1.0
            for _ in 0..<levels { growth *= max(1, Double(aliases) / Double(levels)) }
            worst = max(worst, growth)
        }
        guard worst * Double(text.utf8.count) > 20_000_000 else { return }
        throw Failure(fault: .tooManyAliases, line: 1, column: 1)
    }

    /// Occurrences of the indicator where a node may begin, followed by what may begin a name.
    private static func marks(_ indicator: UInt8, in text: String) -> Int {
        var count = 0
        var before = UInt8(ascii: "\n")
        var isMark = false
        for byte in text.utf8 {
            if isMark, byte > 0x20, !",[]{}".utf8.contains(byte) { count += 1 }
            isMark = byte == indicator && (before <= 0x20 || ",[]{}:?-\"'".utf8.contains(before))
            before = byte
        }
        return count
    }
}

/// Turns the composer's nodes into ours; aliases come out as often as they are used, up to the limit.
private struct NodeConverter {
    private var count = 0

    private static let stringTag = "tag:yaml.org,2002:str"

    typealias Place = (line: Int, column: Int)

    private func place(of node: Node) -> Place { (node.mark?.line ?? 1, node.mark?.column ?? 1) }

    mutating func convert(_ node: Node, depth: Int) throws(YAMLSource.Failure) -> SourceNode {
        let place = place(of: node)
        count += 1
        if count > Limits.sourceNodes { throw failure(.tooManyNodes(limit: Limits.sourceNodes), place) }
        if depth > Limits.sourceDepth { throw failure(.sourceTooDeep(limit: Limits.sourceDepth), place) }
        let content: SourceNode.Content
        switch node {
        case .scalar(let scalar): content = try convert(scalar, place)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, standard: "tag:yaml.org,2002:seq", place)
            var elements: [SourceNode] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
            content = .list(elements)
        case .mapping(let mapping):
            try refuseTag(mapping.tag, standard: "tag:yaml.org,2002:map", place)
            content = .map(try members(of: mapping, depth))
        case .alias: throw failure(.undefinedAlias, place)
        }
        return SourceNode(content: content, line: place.line, column: place.column)
    }

    private func convert(_ scalar: Node.Scalar, _ place: Place) throws(YAMLSource.Failure) -> SourceNode.Content {
        let tag = scalar.tag.rawValue
        guard tag.isEmpty || tag == "!" || tag == Self.stringTag else { throw failure(.explicitTag(tag), place) }
        // Quoted scalars carry the string tag, and so does `!!str 5`.
        return .scalar(scalar.string, isPlain: tag.isEmpty && scalar.style == .plain)
    }

    private mutating func members(
        of mapping: Node.Mapping, _ depth: Int
    ) throws(YAMLSource.Failure) -> [SourceMember] {
        var members: [SourceMember] = []
        for (key, value) in mapping {
            let place = place(of: key)
            guard case .scalar(let scalar) = key else { throw failure(.keyNotText, place) }
            // Keys have been resolved by the composer to compare them, so their tag says nothing more.
            guard scalar.string != "<<" else { throw failure(.mergeKey, place) }
            members.append(
                SourceMember(
                    key: scalar.string, line: place.line, column: place.column,
                    value: try convert(value, depth: depth + 1)))
        }
        return members
    }

    private func refuseTag(_ tag: Tag, standard: String, _ place: Place) throws(YAMLSource.Failure) {
        let name = tag.rawValue
        guard name.isEmpty || name == "!" || name == standard else { throw failure(.explicitTag(name), place) }
    }

    private func failure(_ fault: Fault, _ place: Place) -> YAMLSource.Failure {
        YAMLSource.Failure(fault: fault, line: place.line, column: place.column)
    }
}
