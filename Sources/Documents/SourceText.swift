/// A text of a document that knows where each of its characters stands in the file.
///
/// ``value`` is what the text means, with escapes decoded and folded lines joined. Ranges of it count UTF-8 bytes; the
/// places they lead to are places of the file, also where the document itself is a text within another one.
public struct SourceText: Sendable {
    /// What the text means.
    public let value: String
    package let layer: TextLayer
    /// The scalar in its layer, with quotes and indicators.
    package let scalar: Range<Int>
    package let style: TextStyle
    /// The decoded scalar, of which the value may be a part.
    let whole: String
    /// Where the value begins in it.
    package let start: Int

    package init(_ value: String, layer: TextLayer, scalar: Range<Int>, style: TextStyle) {
        self.value = value
        self.layer = layer
        self.scalar = scalar
        self.style = style
        whole = value
        start = 0
    }

    /// A text that stands by itself, in no file; line feeds become spaces.
    package init(line text: String) {
        let bytes = text.utf8.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
        let layer = TextLayer(SourceFile(path: "", bytes: bytes))
        self.init(String(decoding: bytes, as: UTF8.self), layer: layer, scalar: 0..<bytes.count, style: .line)
    }

    private init(part: String, of text: SourceText, start: Int) {
        value = part
        layer = text.layer
        scalar = text.scalar
        style = text.style
        whole = text.whole
        self.start = text.start + start
    }

    /// The file that holds the text.
    public var file: SourceFile { layer.file }

    /// The value's UTF-8 range as a whole.
    public var wholeRange: Range<Int> { 0..<value.utf8.count }

    /// Where the value stands, without quotes and indicators.
    public var place: SourcePlace { place(of: wholeRange) }

    /// Where a range of the value stands. What lies outside the value is left out.
    ///
    /// An escape stands as a whole for what it decodes to. The work is proportional to the length of the text.
    public func place(of range: Range<Int>) -> SourcePlace {
        SourcePlace(file: file, range: layer.fileRange(map.source(of: range.clamped(to: wholeRange))))
    }

    /// A part of the text, as a text; its range is cut to the value.
    public func part(_ range: Range<Int>) -> SourceText {
        let utf8 = value.utf8
        let range = range.clamped(to: wholeRange)
        let bytes = utf8.dropFirst(range.lowerBound).prefix(range.count)
        return SourceText(part: String(decoding: bytes, as: UTF8.self), of: self, start: range.lowerBound)
    }

    /// A text in quotes within this one, decoded.
    package func inner(_ range: Range<Int>, style: TextStyle) -> SourceText {
        let inside = TextLayer(inside: self)
        let scan = TextScan.scan(inside.bytes[range.clamped(to: 0..<inside.bytes.count)], style: style, expected: nil)
        return SourceText(scan.value, layer: inside, scalar: range, style: style)
    }

    /// Where the bytes of the value stand in the layer.
    package var map: TextMap {
        TextScan.scan(layer.bytes[scalar], style: style, expected: whole).map(start: start, count: value.utf8.count)
    }
}

extension SourceText: CustomStringConvertible {
    /// The value.
    public var description: String { value }
}
