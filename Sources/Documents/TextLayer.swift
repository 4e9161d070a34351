/// The text that a document was read from: a file, or a text inside another document, such as a dashboard in JSON that
/// is a value of a ConfigMap in YAML.
package final class TextLayer: Sendable {
    package let file: SourceFile
    package let bytes: [UInt8]
    /// Where the text stands when it is no file.
    package let outer: SourceText?
    private let outerMap: TextMap?

    package init(_ file: SourceFile) {
        self.file = file
        bytes = file.bytes
        outer = nil
        outerMap = nil
    }

    package init(inside outer: SourceText) {
        file = outer.layer.file
        bytes = Array(outer.value.utf8)
        self.outer = outer
        outerMap = outer.map
    }

    /// The bytes of the file that a range of this text stands for.
    package func fileRange(_ range: Range<Int>) -> Range<Int> {
        guard let outer, let outerMap else { return range }
        return outer.layer.fileRange(outerMap.source(of: range))
    }

    /// How many texts it lies within.
    package var depth: Int { outer.map { $0.layer.depth + 1 } ?? 0 }
}
