/// What was read from a JSON text, or from a stream of YAML documents.
public struct Document: Sendable {
    /// One for each document of the stream that is not empty.
    public let roots: [DocumentNode]
    /// Keys that stand again in their map. The first one is in the tree; these and their values are not.
    public let repeatedKeys: [SourceText]

    /// Reads JSON, strictly as RFC 8259 has it.
    public init(json file: SourceFile, limits: DocumentLimits = .standard) throws(DocumentError) {
        try self.init(json: TextLayer(file), limits)
    }

    /// Reads all documents of a YAML stream. Aliases and merge keys are resolved; what they bring keeps the place where
    /// it is defined.
    public init(yaml file: SourceFile, limits: DocumentLimits = .standard) throws(DocumentError) {
        try self.init(yaml: TextLayer(file), limits)
    }

    /// Reads JSON that is a text of another document.
    public init(jsonIn text: SourceText, limits: DocumentLimits = .standard) throws(DocumentError) {
        try self.init(json: TextLayer(inside: text), limits)
    }

    /// Reads YAML that is a text of another document.
    public init(yamlIn text: SourceText, limits: DocumentLimits = .standard) throws(DocumentError) {
        try self.init(yaml: TextLayer(inside: text), limits)
    }

    package init(json layer: TextLayer, _ limits: DocumentLimits) throws(DocumentError) {
        try Self.check(layer, limits)
        var reader = JSONReader(layer, limits)
        roots = [try reader.read()]
        repeatedKeys = reader.repeatedKeys
    }

    package init(yaml layer: TextLayer, _ limits: DocumentLimits) throws(DocumentError) {
        try Self.check(layer, limits)
        var composer = YAMLComposer(layer, limits)
        roots = try composer.read()
        repeatedKeys = composer.repeatedKeys
    }

    private static func check(_ layer: TextLayer, _ limits: DocumentLimits) throws(DocumentError) {
        guard layer.bytes.count <= limits.bytes else {
            throw DocumentError(.tooLong(limit: limits.bytes), layer, limits.bytes)
        }
        guard let invalid = UTF8Check.firstInvalid(layer.bytes) else { return }
        throw DocumentError(.invalidUTF8, layer, invalid)
    }
}

private enum UTF8Check {
    /// The offset of the first character that is not UTF-8.
    static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var decoder = Unicode.UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        return offset
    }
}
