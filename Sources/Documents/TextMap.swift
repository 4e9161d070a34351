/// Where the bytes of a decoded text stand in the text that it was decoded from.
package struct TextMap: Sendable, Equatable {
    package struct Span: Sendable, Equatable {
        package var value: Range<Int>
        package var source: Range<Int>
        /// Whether the bytes are the same; otherwise the whole stands for the whole, as an escape does.
        package var isVerbatim: Bool

        package init(value: Range<Int>, source: Range<Int>, isVerbatim: Bool) {
            (self.value, self.source, self.isVerbatim) = (value, source, isVerbatim)
        }
    }

    /// In order, without gaps between the values. Between the sources lie indentation and the like.
    package var spans: [Span]
    /// Where the text begins when there is nothing in it.
    package var origin: Int

    package init(spans: [Span], origin: Int) { (self.spans, self.origin) = (spans, origin) }

    /// The source of a range: from the first byte of its first character to the last of its last one.
    package func source(of range: Range<Int>) -> Range<Int> {
        let start = self.start(of: range.lowerBound)
        guard !range.isEmpty else { return start..<start }
        return start..<max(start, end(of: range.upperBound))
    }

    private func start(of offset: Int) -> Int {
        guard let span = span(at: offset) else { return spans.last?.source.upperBound ?? origin }
        return span.isVerbatim ? span.source.lowerBound + offset - span.value.lowerBound : span.source.lowerBound
    }

    /// Behind the byte before the offset.
    private func end(of offset: Int) -> Int {
        guard let span = span(at: offset - 1) else { return spans.last?.source.upperBound ?? origin }
        return span.isVerbatim ? span.source.lowerBound + offset - span.value.lowerBound : span.source.upperBound
    }

    private func span(at offset: Int) -> Span? {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].value.upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        guard low < spans.count, spans[low].value.lowerBound <= offset else { return nil }
        return spans[low]
    }
}
