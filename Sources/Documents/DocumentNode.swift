/// A node of a document, YAML and JSON alike.
public struct DocumentNode: Sendable {
    /// What the node is, with its parts.
    public let content: Content
    package let layer: TextLayer
    /// Where it stands in its layer.
    package let range: Range<Int>

    /// A map, a list or a scalar.
    public enum Content: Sendable {
        /// In the order of the text; members that a merge key (`<<`) brings come last.
        case mapping([DocumentMember])
        case sequence([DocumentNode])
        case scalar(SourceText, ScalarKind)
    }

    init(_ content: Content, layer: TextLayer, range: Range<Int>) {
        self.content = content
        self.layer = layer
        self.range = range
    }

    /// Where the node stands; for an alias, where the anchor is.
    public var place: SourcePlace { SourcePlace(file: layer.file, range: layer.fileRange(range)) }
}

/// A key with its value.
public struct DocumentMember: Sendable {
    /// The key, with its place.
    public let key: SourceText
    /// What the key leads to.
    public let value: DocumentNode
}

/// What a scalar is, by the core schema of YAML 1.2 or as JSON says.
public enum ScalarKind: Sendable, Hashable {
    case string, number, boolean, null
}

extension DocumentNode {
    /// The value of a key; the first when there are several, nil when there is none or this is no map.
    public subscript(key: String) -> DocumentNode? {
        member(key)?.value
    }

    /// A key with its value.
    public func member(_ key: String) -> DocumentMember? { members.first { $0.key.value == key } }

    /// The members of a map; of anything else, none.
    public var members: [DocumentMember] {
        if case .mapping(let members) = content { members } else { [] }
    }

    /// The elements of a list; of anything else, none.
    public var elements: [DocumentNode] {
        if case .sequence(let elements) = content { elements } else { [] }
    }

    /// The text of a scalar, also of a number or a boolean as it is written; nil for null and what is no scalar.
    public var text: SourceText? {
        if case .scalar(let text, let kind) = content, kind != .null { text } else { nil }
    }

    /// Whether nothing is written, or null.
    public var isNull: Bool {
        if case .scalar(_, .null) = content { true } else { false }
    }

    /// The value of a boolean; nil for anything else.
    public var boolean: Bool? {
        guard case .scalar(let text, .boolean) = content else { return nil }
        return text.value.lowercased() == "true"
    }

    /// What the node is, for messages.
    package var kindName: String {
        switch content {
        case .mapping: "a map"
        case .sequence: "a list"
        case .scalar(_, .string): "a string"
        case .scalar(_, .number): "a number"
        case .scalar(_, .boolean): "a boolean"
        case .scalar(_, .null): "nothing"
        }
    }
}
