/// Reads YAML into nodes that know their places, without recursion.
///
/// Nesting, and the number of nodes with each alias counted as all that it stands for, are bounded while the text is
/// read, so that no text can unfold into more than the limits allow.
struct YAMLComposer {
    /// A list or a map that has begun and not ended.
    private struct Frame {
        let isMap: Bool
        let isFlow: Bool
        let start: Int
        let anchor: String?
        var end: Int
        var elements: [DocumentNode] = []
        var members: [DocumentMember] = []
        var keys: Set<String> = []
        /// Values of merge keys.
        var merged: [DocumentNode] = []
        /// The key whose value comes next.
        var key: SourceText?
        var keyIsMerge = false
        /// Nodes in it, and how deep they nest.
        var count = 1
        var height = 1
    }

    /// A node that is complete, with its size.
    private struct Whole {
        var node: DocumentNode
        var count = 1
        var height = 0
    }

    private let layer: TextLayer
    private let limits: DocumentLimits
    private var frames: [Frame] = []
    private var anchors: [String: Whole] = [:]
    private var count = 0
    private var roots: [DocumentNode] = []
    private(set) var repeatedKeys: [SourceText] = []

    init(_ layer: TextLayer, _ limits: DocumentLimits) {
        self.layer = layer
        self.limits = limits
    }

    mutating func read() throws(DocumentError) -> [DocumentNode] {
        if layer.bytes.isEmpty { return [] }
        let result = layer.bytes.withUnsafeBufferPointer { bytes -> Result<Void, YAMLFailure> in
            var events = YAMLEvents(bytes)
            do throws(YAMLFailure) {
                return .success(try readStream(&events))
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let failure) = result { throw DocumentError(failure.fault, layer, failure.offset) }
        return roots
    }

    private mutating func readStream(_ events: inout YAMLEvents) throws(YAMLFailure) {
        while true {
            let event = try events.next()
            switch event.kind {
            case .documentStart: anchors = [:]
            case .documentEnd: break
            case .streamEnd: return
            case .alias(let name): try alias(name, event)
            case .scalar(let text, let style, let tag, let anchor): try scalar(text, style, tag, anchor, event)
            case .listStart(let isFlow, let anchor): try begin(isMap: false, isFlow: isFlow, anchor, event)
            case .mapStart(let isFlow, let anchor): try begin(isMap: true, isFlow: isFlow, anchor, event)
            case .collectionEnd: try endCollection(event)
            }
        }
    }

    // MARK: Nodes

    private mutating func scalar(
        _ value: String, _ style: TextStyle, _ tag: String?, _ anchor: String?, _ event: YAMLEvent
    ) throws(YAMLFailure) {
        let isInFlow = frames.last?.isFlow ?? false
        // The event begins at the tag or the anchor when there is one.
        let start = PropertyScan.end(in: layer.bytes, event.range, hasProperties: tag != nil || anchor != nil)
        let text = SourceText(
            value, layer: layer, scalar: start..<event.range.upperBound,
            style: style == .yamlPlain && isInFlow ? .yamlPlainInFlow : style)
        let kind: ScalarKind = style == .yamlPlain && tag == nil ? PlainScalar.kind(of: value) : .string
        let node = DocumentNode(.scalar(text, kind), layer: layer, range: start..<event.range.upperBound)
        if let anchor { anchors[anchor] = Whole(node: node) }
        try add(Whole(node: node), event)
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent) throws(YAMLFailure) {
        guard let whole = anchors[name] else { throw failure(.undefinedAlias(name), event) }
        try add(whole, event)
    }

    private mutating func begin(
        isMap: Bool, isFlow: Bool, _ anchor: String?, _ event: YAMLEvent
    ) throws(YAMLFailure) {
        if let frame = frames.last, frame.isMap, frame.key == nil { throw failure(.keyNotText, event) }
        guard frames.count < limits.depth else { throw failure(.tooDeep(limit: limits.depth), event) }
        let (start, end) = (event.range.lowerBound, event.range.upperBound)
        frames.append(Frame(isMap: isMap, isFlow: isFlow, start: start, anchor: anchor, end: end))
    }

    private mutating func endCollection(_ event: YAMLEvent) throws(YAMLFailure) {
        guard var frame = frames.popLast() else { return }
        try merge(&frame)
        // The end of a block is where the next thing begins; the end of its last part says more.
        if frame.isFlow { frame.end = event.range.upperBound }
        let content: DocumentNode.Content = frame.isMap ? .mapping(frame.members) : .sequence(frame.elements)
        let node = DocumentNode(content, layer: layer, range: frame.start..<max(frame.start, frame.end))
        let whole = Whole(node: node, count: frame.count, height: frame.height)
        if let anchor = frame.anchor { anchors[anchor] = whole }
        // Its inner nodes have been counted as they came.
        count -= whole.count - 1
        try add(whole, event)
    }

    /// Puts a complete node where it belongs.
    private mutating func add(_ whole: Whole, _ event: YAMLEvent) throws(YAMLFailure) {
        count += whole.count
        guard count <= limits.nodes else { throw failure(.tooManyNodes(limit: limits.nodes), event) }
        guard frames.count + whole.height <= limits.depth else {
            throw failure(.tooDeep(limit: limits.depth), event)
        }
        guard !frames.isEmpty else { return roots.append(whole.node) }
        try put(whole, event, in: frames.count - 1)
    }

    private mutating func put(_ whole: Whole, _ event: YAMLEvent, in top: Int) throws(YAMLFailure) {
        frames[top].count += whole.count
        frames[top].height = max(frames[top].height, whole.height + 1)
        // What an alias stands for ends elsewhere; a block collection's own end is too far.
        var end = event.range.upperBound
        if case .collectionEnd = event.kind { end = whole.node.range.upperBound }
        frames[top].end = max(frames[top].end, end)
        if !frames[top].isMap {
            frames[top].elements.append(whole.node)
        } else if let key = frames[top].key {
            frames[top].key = nil
            if frames[top].keyIsMerge {
                frames[top].merged.append(whole.node)
            } else if frames[top].keys.insert(key.value).inserted {
                frames[top].members.append(DocumentMember(key: key, value: whole.node))
            } else {
                repeatedKeys.append(key)
            }
        } else {
            guard case .scalar(let key, _) = whole.node.content else { throw failure(.keyNotText, event) }
            frames[top].key = key
            let isPlain = key.style == .yamlPlain || key.style == .yamlPlainInFlow
            frames[top].keyIsMerge = isPlain && key.value == "<<"
        }
    }

    /// Adds what merge keys bring and the map does not have itself.
    private mutating func merge(_ frame: inout Frame) throws(YAMLFailure) {
        for value in frame.merged {
            for source in value.elements.isEmpty ? [value] : value.elements {
                guard case .mapping(let members) = source.content else {
                    throw YAMLFailure(fault: .mergeNotMap, offset: source.range.lowerBound)
                }
                for member in members where frame.keys.insert(member.key.value).inserted {
                    frame.members.append(member)
                }
            }
        }
    }

    private func failure(_ fault: DocumentFault, _ event: YAMLEvent) -> YAMLFailure {
        YAMLFailure(fault: fault, offset: event.range.lowerBound)
    }
}

/// Steps over the tag and the anchor before a scalar.
enum PropertyScan {
    static func end(in bytes: [UInt8], _ range: Range<Int>, hasProperties: Bool) -> Int {
        guard hasProperties else { return range.lowerBound }
        var scan = TextScan(bytes[range], from: range.lowerBound)
        while let byte = scan.byte {
            switch byte {
            case UInt8(ascii: "&"):
                scan.skip()
                while let byte = scan.byte, isAnchor(byte) { scan.skip() }
            case UInt8(ascii: "!"): while let byte = scan.byte, !isBlank(byte), scan.lineBreak() == nil { scan.skip() }
            case UInt8(ascii: "#"): while scan.byte != nil, scan.lineBreak() == nil { scan.skip() }
            default:
                // A byte order mark may begin any line.
                let isLineStart = scan[-1] == 0x0A || scan[-1] == 0x0D
                let isMark = isLineStart && byte == 0xEF && scan[1] == 0xBB && scan[2] == 0xBF
                guard isBlank(byte) || isMark || scan.lineBreak() != nil else { return scan.position }
                scan.skip(isMark ? 3 : scan.lineBreak()?.count ?? 1)
            }
        }
        return scan.position
    }

    /// An anchor may end without a space, before a colon for one.
    static func isAnchor(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// What a scalar of YAML without quotes is, by the core schema of YAML 1.2: `yes`, `no`, `on` and `off` are text.
enum PlainScalar {
    static func kind(of text: String) -> ScalarKind {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE", "false", "False", "FALSE": .boolean
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "-.inf", "-.Inf", "-.INF", "+.inf", "+.Inf", "+.INF":
            .number
        default: isNumber(text) ? .number : .string
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            let digits = text.unicodeScalars.dropFirst(2)
            return !digits.isEmpty && digits.allSatisfy { (Character($0).hexDigitValue ?? 99) < radix && $0.isASCII }
        }
        // Double's own texts are more: without these letters they are those of YAML.
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        return isPlain && text.utf8.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } && Double(text) != nil
    }
}
