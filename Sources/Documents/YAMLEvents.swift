// The parser that Yams brings along. Its events are read here and not its composed nodes: the events know where a
// scalar begins and ends and how it is written, and the composer recurses and unfolds aliases without a bound.
internal import CYaml

/// One step of libyaml through a text.
struct YAMLEvent {
    var kind: Kind
    /// In bytes.
    var range: Range<Int>

    enum Kind {
        case documentStart, documentEnd, streamEnd
        case alias(String)
        case scalar(String, TextStyle, tag: String?, anchor: String?)
        case listStart(isFlow: Bool, anchor: String?)
        case mapStart(isFlow: Bool, anchor: String?)
        case collectionEnd
    }
}

/// Reads the events of a text. Used by one thread, for the time of one call.
struct YAMLEvents: ~Copyable {
    // On the heap, because libyaml keeps a pointer to its own parser.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the text begins.
    private let base: Int
    /// The last place that was asked for: libyaml counts characters, and the places hardly ever go backwards.
    private var index = 0
    private var offset: Int

    /// The bytes must live as long as this value, be UTF-8, and not be empty.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        // libyaml would count a byte order mark as a column.
        base = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        offset = base
        yaml_parser_set_input_string(parser, bytes.baseAddress.map { $0 + base }, bytes.count - base)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; behind the end of the text again and again the end.
    mutating func next() throws(YAMLFailure) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            guard let kind = Self.kind(of: event) else { continue }
            let start = byteOffset(event.start_mark.index)
            return YAMLEvent(kind: kind, range: start..<max(start, byteOffset(event.end_mark.index)))
        }
    }

    private mutating func byteOffset(_ wanted: Int) -> Int {
        while index < wanted, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            index += 1
        }
        while index > wanted, offset > 0 {
            offset -= 1
            while offset > 0, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
            index -= 1
        }
        return offset
    }

    private static func kind(of event: yaml_event_t) -> YAMLEvent.Kind? {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: scalar(event.data.scalar)
        case YAML_SEQUENCE_START_EVENT:
            .listStart(
                isFlow: event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                anchor: text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT:
            .mapStart(
                isFlow: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
                anchor: text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: .collectionEnd
        case YAML_STREAM_START_EVENT: nil
        // Behind the end of the stream libyaml gives events without a type.
        default: .streamEnd
        }
    }

    private static func scalar(_ scalar: yaml_event_t.__Unnamed_union_data.__Unnamed_struct_scalar) -> YAMLEvent.Kind {
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let style: TextStyle =
            switch scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .yamlSingleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .yamlDoubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .yamlLiteral
            case YAML_FOLDED_SCALAR_STYLE: .yamlFolded
            default: .yamlPlain
            }
        return .scalar(
            String(decoding: bytes, as: UTF8.self), style, tag: text(scalar.tag), anchor: text(scalar.anchor))
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private mutating func failure() -> YAMLFailure {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read"
        if parser.pointee.error == YAML_READER_ERROR {
            return YAMLFailure(fault: .yaml(problem), offset: min(base + parser.pointee.problem_offset, bytes.count))
        }
        let place = byteOffset(parser.pointee.problem_mark.index)
        let isTab = place < bytes.count && bytes[place] == UInt8(ascii: "\t") && problem.contains("cannot start any")
        return YAMLFailure(fault: isTab ? .tab : .yaml(problem), offset: place)
    }
}

struct YAMLFailure: Error {
    var fault: DocumentFault
    var offset: Int
}
