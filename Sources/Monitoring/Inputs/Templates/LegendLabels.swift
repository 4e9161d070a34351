public import Documents

/// A label that a legend, or a title of an annotation, shows: `{{instance}}`.
public struct LegendLabel: Sendable {
    /// The name of the label.
    public let name: String
    /// The name in the text.
    public let range: Range<Int>

    /// All labels of a legend; `__auto` and text without braces have none.
    public static func labels(in text: SourceText) -> [LegendLabel] {
        let bytes = Array(text.value.utf8)
        var labels: [LegendLabel] = []
        var position = 0
        while let start = find("{{", in: bytes, from: position), let end = find("}}", in: bytes, from: start + 2) {
            let inner = text.part(start + 2..<end)
            if let name = inner.trimmed, !name.value.contains("{") {
                let first = name.start - text.start
                labels.append(LegendLabel(name: name.value, range: first..<first + name.value.utf8.count))
            }
            position = end + 2
        }
        return labels
    }

    private static func find(_ braces: String, in bytes: [UInt8], from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        return bytes.indices[start...].first { bytes[$0...].starts(with: braces.utf8) }
    }
}
