// The parser that Yams brings along. Its events are read here and not its composed nodes: the composer recurses, unfolds
// aliases and compares whole maps as keys, which a hostile text of a few KiB can stretch to minutes.
internal import CYaml

/// One step of libyaml through a text.
struct YAMLEvent {
    var kind: Kind
    var line: Int
    var column: Int

    enum Kind {
        case documentStart, documentEnd, streamEnd
        case alias(String)
        /// `isPlain` when the scalar stands without quotes and without a tag.
        case scalar(String, isPlain: Bool, tag: String?, anchor: String?)
        case listStart(tag: String?, anchor: String?)
        case mapStart(tag: String?, anchor: String?)
        case collectionEnd
    }
}

/// Reads the events of a text. Used by one thread, for the time of one call.
struct YAMLEvents: ~Copyable {
    // On the heap, because libyaml keeps a pointer to its own parser.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>

    /// The bytes must live as long as this value and be UTF-8.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; behind the end of the text again and again the end.
    func next() throws(YAMLSource.Failure) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            guard let kind = Self.kind(of: event) else { continue }
            return YAMLEvent(
                kind: kind, line: event.start_mark.line + 1, column: event.start_mark.column + 1)
        }
    }

    private static func kind(of event: yaml_event_t) -> YAMLEvent.Kind? {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: scalar(event.data.scalar)
        case YAML_SEQUENCE_START_EVENT:
            .listStart(tag: text(event.data.sequence_start.tag), anchor: text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT:
            .mapStart(tag: text(event.data.mapping_start.tag), anchor: text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: .collectionEnd
        case YAML_STREAM_START_EVENT: nil
        // Behind the end of the stream libyaml gives events without a type.
        default: .streamEnd
        }
    }

    private static func scalar(_ scalar: yaml_event_t.__Unnamed_union_data.__Unnamed_struct_scalar) -> YAMLEvent.Kind {
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let isPlain = scalar.plain_implicit == 1 && scalar.style == YAML_PLAIN_SCALAR_STYLE
        return .scalar(
            String(decoding: bytes, as: UTF8.self), isPlain: isPlain, tag: text(scalar.tag), anchor: text(scalar.anchor)
        )
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> YAMLSource.Failure {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read"
        if parser.pointee.error == YAML_READER_ERROR {
            let place = JSONError(.invalidUTF8, at: min(parser.pointee.problem_offset, bytes.count), in: bytes)
            return YAMLSource.Failure(fault: .yaml(problem), line: place.line, column: place.column)
        }
        let mark = parser.pointee.problem_mark
        let isTab = mark.index < bytes.count && problem.contains("cannot start any token") && isTab(at: mark)
        return YAMLSource.Failure(
            fault: isTab ? .tab : .yaml(problem), line: mark.line + 1, column: mark.column + 1)
    }

    /// Whether a tab stands at the mark, whose index counts characters.
    private func isTab(at mark: yaml_mark_t) -> Bool {
        var characters = 0
        for byte in bytes {
            if characters == mark.index, byte & 0xC0 != 0x80 { return byte == UInt8(ascii: "\t") }
            if byte & 0xC0 != 0x80 { characters += 1 }
        }
        return false
    }
}
