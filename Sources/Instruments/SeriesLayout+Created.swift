extension SeriesLayout {
    /// Appends the line that tells when a series began, if its type has one: `name_created{a="b"} 1763741234.567`.
    func writeCreated(_ series: LiveSeries, to buffer: inout ExpositionBuffer) {
        guard definition.type.hasBeginning else { return }
        buffer.append(String(definition.openMetricsName) + "_created")
        if definition.type == .counter {
            // Name, labels and the space before the number.
            buffer.append(UnsafeRawBufferPointer(rebasing: series.text.dropFirst(definition.name.utf8.count)))
        } else if series.text.isEmpty {
            buffer.append(" " as StaticString)
        } else {
            buffer.append("{" as StaticString)
            buffer.append(series.text)
            buffer.append("} " as StaticString)
        }
        buffer.append(Double(series.created) / 1_000)
        buffer.newline()
    }
}

extension MetricType {
    /// Whether its series count from 0 at a moment that readers may want to know.
    var hasBeginning: Bool {
        switch self {
        case .counter, .histogram, .summary: true
        case .gauge, .info, .stateSet: false
        }
    }
}
