/// Reads YAML into nodes that know their places, without recursion.
///
/// Nesting, and the number of nodes with each alias counted as all that it stands for, are bounded while the text is
/// read, so that no text can unfold into more than ``Limits/sourceNodes``.
struct YAMLSource {
    struct Failure: Error {
        var fault: Fault
        var line: Int
        var column: Int
    }

    /// A list or a map that has begun and not ended. Its parts lie beside one another, to be changed in place.
    private struct Frame {
        let isMap: Bool
        let line: Int
        let column: Int
        let anchor: String?
        var elements: [SourceNode] = []
        var members: [SourceMember] = []
        var keys: Set<String> = []
        /// The key whose value comes next.
        var key: (text: String, line: Int, column: Int)?
        /// Nodes in it, and how deep they nest.
        var count = 1
        var height = 1
    }

    /// A node that is complete, with its size.
    private struct Whole {
        var node: SourceNode
        var count = 1
        var height = 0
    }

    private var frames: [Frame] = []
    private var anchors: [String: Whole] = [:]
    private var count = 0
    private var root: SourceNode?
    private var problems: [Problem] = []

    /// The root and what is wrong without keeping the text from being read, such as duplicate keys.
    static func read(_ text: String) throws(Failure) -> (root: SourceNode, problems: [Problem]) {
        var text = text
        let result = text.withUTF8 { parse($0) }
        return try result.get()
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Result<(root: SourceNode, problems: [Problem]), Failure> {
        var source = YAMLSource()
        let events = YAMLEvents(bytes)
        do throws(Failure) {
            let root = try source.readDocument(events)
            return .success((root, source.problems))
        } catch {
            return .failure(error)
        }
    }

    private mutating func readDocument(_ events: borrowing YAMLEvents) throws(Failure) -> SourceNode {
        while true {
            let event = try events.next()
            switch event.kind {
            case .documentStart: if root != nil { throw failure(.severalDocuments, event) }
            case .documentEnd: break
            case .streamEnd:
                guard let root else { throw Failure(fault: .emptySource, line: 1, column: 1) }
                return root
            case .alias(let name): try alias(name, event)
            case .scalar(let text, let isPlain, let tag, let anchor):
                check(tag, standard: "tag:yaml.org,2002:str", event)
                try scalar(text, isPlain: isPlain && tag == nil, anchor, event)
            case .listStart(let tag, let anchor):
                check(tag, standard: "tag:yaml.org,2002:seq", event)
                try begin(isMap: false, anchor, event)
            case .mapStart(let tag, let anchor):
                check(tag, standard: "tag:yaml.org,2002:map", event)
                try begin(isMap: true, anchor, event)
            case .collectionEnd: try endCollection(event)
            }
        }
    }

    // MARK: Nodes

    private mutating func scalar(
        _ text: String, isPlain: Bool, _ anchor: String?, _ event: YAMLEvent
    ) throws(Failure) {
        let content = SourceNode.Content.scalar(text, isPlain: isPlain)
        let whole = Whole(node: SourceNode(content: content, line: event.line, column: event.column))
        if let anchor { anchors[anchor] = whole }
        try add(whole, event)
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent) throws(Failure) {
        guard let whole = anchors[name] else { throw failure(.undefinedAlias, event) }
        try add(whole, event)
    }

    private mutating func begin(isMap: Bool, _ anchor: String?, _ event: YAMLEvent) throws(Failure) {
        if awaitsKey { throw failure(.keyNotText, event) }
        guard frames.count < Limits.sourceDepth else {
            throw failure(.sourceTooDeep(limit: Limits.sourceDepth), event)
        }
        frames.append(Frame(isMap: isMap, line: event.line, column: event.column, anchor: anchor))
    }

    private mutating func endCollection(_ event: YAMLEvent) throws(Failure) {
        guard let frame = frames.popLast() else { return }
        let content: SourceNode.Content = frame.isMap ? .map(frame.members) : .list(frame.elements)
        let node = SourceNode(content: content, line: frame.line, column: frame.column)
        let whole = Whole(node: node, count: frame.count, height: frame.height)
        if let anchor = frame.anchor { anchors[anchor] = whole }
        // Its inner nodes have been counted as they came.
        count -= whole.count - 1
        try add(whole, event)
    }

    /// Puts a complete node where it belongs.
    private mutating func add(_ whole: Whole, _ event: YAMLEvent) throws(Failure) {
        count += whole.count
        guard count <= Limits.sourceNodes else { throw failure(.tooManyNodes(limit: Limits.sourceNodes), event) }
        guard frames.count + whole.height <= Limits.sourceDepth else {
            throw failure(.sourceTooDeep(limit: Limits.sourceDepth), event)
        }
        guard !frames.isEmpty else {
            root = whole.node
            return
        }
        try put(whole, event, in: frames.count - 1)
    }

    private mutating func put(_ whole: Whole, _ event: YAMLEvent, in top: Int) throws(Failure) {
        frames[top].count += whole.count
        frames[top].height = max(frames[top].height, whole.height + 1)
        if !frames[top].isMap {
            frames[top].elements.append(whole.node)
        } else if let key = frames[top].key {
            frames[top].members.append(
                SourceMember(key: key.text, line: key.line, column: key.column, value: whole.node))
            frames[top].key = nil
        } else {
            guard case .scalar(let text, let isPlain) = whole.node.content else {
                throw failure(.keyNotText, event)
            }
            frames[top].key = (text, event.line, event.column)
            if !frames[top].keys.insert(text).inserted { report(.duplicateKey(text), event) }
            if isPlain, text == "<<" { report(.mergeKey, event) }
        }
    }

    // MARK: Problems

    private var awaitsKey: Bool {
        frames.last.map { $0.isMap && $0.key == nil } ?? false
    }

    private mutating func check(_ tag: String?, standard: String, _ event: YAMLEvent) {
        if let tag, tag != standard, tag != "!" { report(.explicitTag(tag), event) }
    }

    private mutating func report(_ fault: Fault, _ event: YAMLEvent) {
        guard problems.count <= Limits.problems else { return }
        problems.append(Problem(fault, line: event.line, column: event.column, path: path))
    }

    /// Where in the definition the reading stands.
    private var path: String {
        frames.reduce("") { path, frame in
            if !frame.isMap { return "\(path)[\(frame.elements.count)]" }
            return frame.key.map { DefinitionParser.Members.join(path, $0.text) } ?? path
        }
    }

    private func failure(_ fault: Fault, _ event: YAMLEvent) -> Failure {
        Failure(fault: fault, line: event.line, column: event.column)
    }
}
