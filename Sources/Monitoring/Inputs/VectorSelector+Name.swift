import PromQL

extension VectorSelector {
    /// The metric's name where it is written out, and whether it stands in quotes.
    var writtenName: (text: String, range: SourceRange, isQuoted: Bool)? {
        if let name { return (name.text, name.range, name.range.offsets.count != name.text.utf8.count) }
        let matcher = matchers.first { $0.label.text == "__name__" && $0.operation == .equal }
        return matcher.map { ($0.value.value, $0.value.range, true) }
    }
}
