/// How the lines of a family look: everything but the numbers, escaped and rendered beforehand.
///
/// A counter, gauge or info has one line per series, whose text up to the number belongs to the series. A histogram, summary
/// or state set has many: there the series keeps its labels, and the family what stands before and after them on each line.
/// Names that are no legacy names stand in quotes, that of the metric within the braces: `{"my.name","a.b"="c"} 1`.
struct SeriesLayout: Sendable {
    /// What surrounds the labels of a series on one of its lines.
    private struct Line: Sendable {
        let head: [UInt8]
        let tail: [UInt8]

        init(head: [UInt8], tail: [UInt8]) {
            self.head = head
            self.tail = tail
        }

        /// - Parameters:
        ///   - name: of the sample.
        ///   - labelled: whether labels come between.
        init(_ name: some StringProtocol, labelled: Bool) {
            let isQuoted = !NameRules.isMetricName(String(name))
            let start =
                isQuoted ? "{\(SeriesLayout.quoted(name))\(labelled ? "," : "")" : "\(name)\(labelled ? "{" : "")"
            head = Array(start.utf8)
            tail = Array((isQuoted || labelled ? "} " : " ").utf8)
        }
    }

    let definition: Definition
    /// What stands before each value in the text of a series, and after the last.
    private let heads: [[UInt8]]
    private let tail: [UInt8]
    private let hasLegacyNames: Bool
    /// Whether the text of a series is only its labels.
    private let manyLines: Bool
    /// Of a counter, gauge or info, its line.
    private let line: Line
    private let createdLine: Line
    /// Of a histogram, summary or state set, the lines for its buckets, quantiles or states.
    private let pointLines: [Line]
    private let sumLine: Line
    private let countLine: Line
    private let textHeader: [UInt8]
    private let openMetricsHeader: [UInt8]

    init(_ definition: Definition) {
        self.definition = definition
        hasLegacyNames = definition.hasLegacyNames
        let labelled = !definition.labels.isEmpty
        let points = Self.points(of: definition)
        manyLines = !points.values.isEmpty || definition.type == .summary
        line = Line(definition.name, labelled: labelled)
        createdLine = Line(definition.openMetricsName + "_created", labelled: labelled)
        sumLine = Line(definition.name + "_sum", labelled: labelled)
        countLine = Line(definition.name + "_count", labelled: labelled)
        let start = manyLines ? [] : line.head
        heads = definition.labels.enumerated().map { index, label in
            (index == 0 ? start : Array("\",".utf8)) + Array("\(Self.spelled(label: label.name))=\"".utf8)
        }
        let end = manyLines ? [] : line.tail
        tail = labelled ? Array("\"".utf8) + end : start + end
        pointLines = points.values.map { value in
            let line = Line(definition.name + points.suffix, labelled: true)
            let label = "\(labelled ? "," : "")\(Self.spelled(label: points.label))=\""
            return Line(
                head: line.head, tail: Array(label.utf8) + Escaping.labelValue(value) + Array("\"".utf8) + line.tail)
        }
        textHeader = Self.header(definition, name: definition.name[...], .text004)
        openMetricsHeader = Self.header(definition, name: definition.openMetricsName, .openMetrics100)
    }

    /// Whether this is how a scheme shows the family.
    func shows(_ escaping: EscapingScheme) -> Bool {
        escaping == .allowUTF8 || escaping != .dots && hasLegacyNames
    }

    /// How a scheme shows the family.
    func escaped(_ escaping: EscapingScheme) -> SeriesLayout {
        shows(escaping) ? self : SeriesLayout(definition.escaped(escaping))
    }

    private static func spelled(metric name: some StringProtocol) -> String {
        NameRules.isMetricName(String(name)) ? String(name) : quoted(name)
    }

    private static func spelled(label name: String) -> String { NameRules.isLabelName(name) ? name : quoted(name) }

    fileprivate static func quoted(_ name: some StringProtocol) -> String {
        "\"\(String(decoding: Escaping.labelValue(String(name)), as: UTF8.self))\""
    }

    /// What tells the lines of one series apart: the suffix of their name, and a label with its values.
    private static func points(of definition: Definition) -> (suffix: String, label: String, values: [String]) {
        switch (definition.type, definition.shape) {
        case (.histogram, _): ("_bucket", "le", (definition.buckets + [.infinity]).map(bound))
        case (_, .quantiles(let window)): ("", "quantile", window.quantiles.map(bound))
        case (_, .states(let states)): ("", definition.name, states)
        default: ("", "", [])
        }
    }

    /// A series whose text is its line up to the number, `name{a="b"} `; if it has many lines, only the labels, `a="b"`.
    func series(_ values: [String], _ instrument: AnyObject) -> LiveSeries {
        LiveSeries(values: values, heads: heads, tail: tail, instrument: instrument)
    }

    func writeHeader(to buffer: inout ExpositionBuffer) {
        buffer.append(buffer.format == .openMetrics100 ? openMetricsHeader : textHeader)
    }

    /// Appends the lines of one series.
    ///
    /// - Parameter exemplars: of a histogram, by bucket; or none.
    func write(
        _ reading: Reading, _ exemplars: [Exemplar?] = [], of text: UnsafeRawBufferPointer,
        to buffer: inout ExpositionBuffer
    ) {
        switch reading {
        case .number(let value):
            write(value, of: text, to: &buffer)
        case .histogram(let histogram):
            write(histogram, exemplars, of: text, to: &buffer)
        case .nativeHistogram(let histogram):
            let negative = !histogram.negative.spans.isEmpty
            write(histogram.withoutSparseBuckets, negative: negative, of: text, to: &buffer)
        case .summary(let summary):
            write(summary, of: text, to: &buffer)
        case .states(let states):
            for (line, state) in zip(pointLines, states) {
                write(line, text, to: &buffer)
                buffer.append(state.holds ? "1\n" : "0\n" as StaticString)
            }
        }
    }

    /// Appends the line of one series.
    @inline(__always)
    func write(
        _ value: Double, _ exemplar: Exemplar? = nil, of text: UnsafeRawBufferPointer,
        to buffer: inout ExpositionBuffer
    ) {
        buffer.append(text)
        buffer.append(value)
        if let exemplar { write(exemplar, to: &buffer) }
        buffer.newline()
    }

    private func write(
        _ histogram: HistogramReading, _ exemplars: [Exemplar?] = [], negative: Bool = false,
        of labels: UnsafeRawBufferPointer,
        to buffer: inout ExpositionBuffer
    ) {
        for (index, (line, bucket)) in zip(pointLines, histogram.buckets).enumerated() {
            write(line, labels, to: &buffer)
            buffer.append(bucket.count)
            if index < exemplars.count, let exemplar = exemplars[index] { write(exemplar, to: &buffer) }
            buffer.newline()
        }
        // OpenMetrics takes a sum for a counter: no sum, and then no count, where it can be or is below 0.
        let mayFall = negative || definition.buckets.first.map { $0 < 0 } ?? false
        if buffer.format == .openMetrics100, mayFall || !(histogram.sum >= 0) { return }
        write(sumLine, labels, to: &buffer)
        buffer.append(histogram.sum)
        buffer.newline()
        write(countLine, labels, to: &buffer)
        buffer.append(histogram.count)
        buffer.newline()
    }

    private func write(
        _ summary: SummaryReading, of labels: UnsafeRawBufferPointer, to buffer: inout ExpositionBuffer
    ) {
        let openMetrics = buffer.format == .openMetrics100
        // In OpenMetrics, neither a quantile nor a sum is below 0, and a sum is a number.
        for (line, quantile) in zip(pointLines, summary.quantiles) where !openMetrics || !(quantile.value < 0) {
            write(line, labels, to: &buffer)
            buffer.append(quantile.value)
            buffer.newline()
        }
        if !openMetrics || summary.sum >= 0 {
            write(sumLine, labels, to: &buffer)
            buffer.append(summary.sum)
            buffer.newline()
        }
        write(countLine, labels, to: &buffer)
        buffer.append(summary.count)
        buffer.newline()
    }

    /// ` # {trace_id="4bf9"} 0.31 1763741234.567`
    @inline(never)
    private func write(_ exemplar: Exemplar, to buffer: inout ExpositionBuffer) {
        var separator = " # {"
        for pair in exemplar.labels.pairs {
            buffer.append("\(separator)\(pair.name)=\"")
            buffer.append(Escaping.labelValue(pair.value))
            buffer.append("\"" as StaticString)
            separator = ","
        }
        buffer.append(exemplar.labels.pairs.isEmpty ? " # {} " : "} " as StaticString)
        buffer.append(exemplar.value)
        buffer.append(" " as StaticString)
        buffer.append(exemplar.time)
    }

    /// Appends the line that tells when a series began, if its type has one: `name_created{a="b"} 1763741234.567`.
    ///
    /// - Parameter created: in milliseconds since 1970, in UTC.
    func writeCreated(_ created: UInt64, of text: UnsafeRawBufferPointer, to buffer: inout ExpositionBuffer) {
        guard definition.type.hasBeginning else { return }
        let labels = manyLines ? text[...] : text.dropFirst(line.head.count).dropLast(line.tail.count)
        write(createdLine, UnsafeRawBufferPointer(rebasing: labels), to: &buffer)
        buffer.append(Double(created) / 1_000)
        buffer.newline()
    }

    private func write(_ line: Line, _ labels: UnsafeRawBufferPointer, to buffer: inout ExpositionBuffer) {
        buffer.append(line.head)
        buffer.append(labels)
        buffer.append(line.tail)
    }

    private static func header(
        _ definition: Definition, name: Substring, _ format: ExpositionFormat
    ) -> [UInt8] {
        let name = spelled(metric: name)
        var header: [UInt8] = []
        if !definition.help.isEmpty {
            header += Array("# HELP \(name) ".utf8) + Escaping.help(definition.help, in: format) + Array("\n".utf8)
        }
        let type = format == .text004 ? definition.type.nameInText004 : definition.type.rawValue
        return header + Array("# TYPE \(name) \(type)\n".utf8)
    }

    /// A bucket's bound as the value of `le`, a rank as that of `quantile`.
    ///
    /// The same in both formats, and as Prometheus 3 normalizes it (`1.0`, `0.005`, `1e+06`), so that a series stays the
    /// same one whichever format a scrape negotiates.
    static func bound(_ bound: Double) -> String {
        let text = bound.description
        if bound.isInfinite { return bound > 0 ? "+Inf" : "-Inf" }
        guard bound.magnitude >= 1e6, !text.contains("e") else { return text }
        let digits = bound.magnitude.description.split(separator: ".")
        let exponent = digits[0].utf8.count - 1
        var mantissa = digits.joined()
        while mantissa.hasSuffix("0") { mantissa.removeLast() }
        let fraction = mantissa.dropFirst()
        return "\(bound < 0 ? "-" : "")\(mantissa.prefix(1))\(fraction.isEmpty ? "" : ".\(fraction)")"
            + "e+\(exponent < 10 ? "0" : "")\(exponent)"
    }
}
