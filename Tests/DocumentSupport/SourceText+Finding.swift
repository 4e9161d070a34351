package import Documents

extension SourceFile {
    package convenience init(_ text: String, path: String = "file") { self.init(path: path, bytes: Array(text.utf8)) }
}

extension SourceText {
    /// The file's bytes for the first occurrence of a part.
    package func written(_ part: String) -> String? { range(of: part).map { place(of: $0).text } }

    package func range(of part: String) -> Range<Int>? {
        let value = Array(self.value.utf8)
        let wanted = Array(part.utf8)
        guard value.count >= wanted.count else { return nil }
        for start in 0...value.count - wanted.count where Array(value[start..<start + wanted.count]) == wanted {
            return start..<start + wanted.count
        }
        return nil
    }
}
