/// Decodes the source of one text and notes where each byte comes from.
///
/// What it is given has been accepted by a reader before; on anything else it does something harmless.
struct TextScan {
    let source: ArraySlice<UInt8>
    var position: Int
    private(set) var decoded: [UInt8] = []
    private(set) var spans: [TextMap.Span] = []
    private var origin: Int
    /// The indentation of a block scalar.
    var indent: Int?

    init(_ source: ArraySlice<UInt8>, from position: Int) {
        self.source = source
        self.position = min(max(position, source.startIndex), source.endIndex)
        origin = self.position
    }

    /// `expected` is the value when it is known; indentation that the source leaves open is then found by it.
    static func scan(_ source: ArraySlice<UInt8>, style: TextStyle, expected: String?) -> TextScan {
        switch style {
        case .jsonWord, .line: verbatim(source)
        case .jsonString: jsonString(source)
        case .yamlPlain, .yamlPlainInFlow: plain(source)
        case .yamlSingleQuoted: quoted(source, isSingle: true)
        case .yamlDoubleQuoted: quoted(source, isSingle: false)
        case .yamlLiteral: block(source, isFolded: false, expected: expected)
        case .yamlFolded: block(source, isFolded: true, expected: expected)
        case .goString: goString(source)
        case .goRawString: goRawString(source)
        }
    }

    var value: String { String(decoding: decoded, as: UTF8.self) }

    /// The map of a part of what was decoded.
    func map(start: Int, count: Int) -> TextMap {
        let end = start + count
        guard start > 0 || end < decoded.count else { return TextMap(spans: spans, origin: origin) }
        let whole = TextMap(spans: spans, origin: origin)
        let parts = spans.filter { $0.value.upperBound > start && $0.value.lowerBound < end }.map { span in
            let value = span.value.clamped(to: start..<end)
            let part = span.isVerbatim ? whole.source(of: value) : span.source
            return TextMap.Span(
                value: value.lowerBound - start..<value.upperBound - start, source: part, isVerbatim: span.isVerbatim)
        }
        return TextMap(spans: parts, origin: whole.source(of: start..<start).lowerBound)
    }

    // MARK: Steps

    var byte: UInt8? { self[0] }

    subscript(ahead: Int) -> UInt8? {
        let index = position + ahead
        return source.indices.contains(index) ? source[index] : nil
    }

    mutating func skip(_ count: Int = 1) { position = min(position + count, source.endIndex) }

    /// Takes bytes as they are.
    mutating func copy(_ count: Int = 1) {
        let end = min(position + count, source.endIndex)
        guard end > position else { return }
        note(decoded.count..<decoded.count + end - position, position..<end, isVerbatim: true)
        decoded.append(contentsOf: source[position..<end])
        position = end
    }

    /// Takes bytes that stand for others.
    mutating func replace(_ count: Int, by bytes: some Collection<UInt8>) {
        let end = min(position + count, source.endIndex)
        emit(bytes, from: position..<end)
        position = end
    }

    mutating func replace(_ count: Int, by scalar: Unicode.Scalar) { replace(count, by: Array(String(scalar).utf8)) }

    /// Notes bytes that come from a range which has been stepped over.
    mutating func emit(_ bytes: some Collection<UInt8>, from range: Range<Int>) {
        guard !bytes.isEmpty else { return }
        note(decoded.count..<decoded.count + bytes.count, range, isVerbatim: false)
        decoded.append(contentsOf: bytes)
    }

    private mutating func note(_ value: Range<Int>, _ range: Range<Int>, isVerbatim: Bool) {
        if isVerbatim, let last = spans.last, last.isVerbatim, last.source.upperBound == range.lowerBound {
            spans[spans.count - 1].value = last.value.lowerBound..<value.upperBound
            spans[spans.count - 1].source = last.source.lowerBound..<range.upperBound
        } else {
            spans.append(TextMap.Span(value: value, source: range, isVerbatim: isVerbatim))
        }
    }

    // MARK: Styles without lines

    private static func verbatim(_ source: ArraySlice<UInt8>) -> TextScan {
        var scan = TextScan(source, from: source.startIndex)
        scan.copy(source.count)
        return scan
    }

    private static func jsonString(_ source: ArraySlice<UInt8>) -> TextScan {
        var scan = TextScan(source, from: source.startIndex + 1)
        while let byte = scan.byte, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { scan.jsonEscape() } else { scan.copy() }
        }
        return scan
    }

    private mutating func jsonEscape() {
        switch self[1] {
        case UInt8(ascii: "b"): replace(2, by: [0x08])
        case UInt8(ascii: "f"): replace(2, by: [0x0C])
        case UInt8(ascii: "n"): replace(2, by: [0x0A])
        case UInt8(ascii: "r"): replace(2, by: [0x0D])
        case UInt8(ascii: "t"): replace(2, by: [0x09])
        case UInt8(ascii: "u"): jsonUnicode()
        case .some(let byte): replace(2, by: [byte])
        case nil: copy()
        }
    }

    /// `\uXXXX`, or two of them for one scalar.
    private mutating func jsonUnicode() {
        let first = hex(4, at: 2)
        if let first, 0xD800..<0xDC00 ~= first, self[6] == UInt8(ascii: "\\"), self[7] == UInt8(ascii: "u"),
            let second = hex(4, at: 8), 0xDC00..<0xE000 ~= second
        {
            let value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            replace(12, by: Unicode.Scalar(value) ?? "\u{FFFD}")
        } else {
            replace(6, by: first.flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}")
        }
    }

    /// The value of as many hexadecimal digits, at most 8.
    func hex(_ count: Int, at ahead: Int) -> UInt32? {
        var value: UInt32 = 0
        for place in ahead..<ahead + count {
            guard let byte = self[place], let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
