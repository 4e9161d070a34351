/// How the lines of a family look: everything but the numbers, escaped and rendered beforehand.
///
/// A counter or gauge has one line per series, whose text up to the number belongs to the series. A histogram has many:
/// there the series keeps its labels, and the family what stands before and after them on each line.
struct SeriesLayout: Sendable {
    /// What surrounds the labels of a histogram series on one line.
    private struct Line: Sendable {
        let head: [UInt8]
        let tail: [UInt8]
    }

    private let definition: Definition
    /// What stands before each value in the text of a series, and after the last.
    private let heads: [[UInt8]]
    private let tail: [UInt8]
    private let bucketLines: [Line]
    private let sumLine: Line
    private let countLine: Line
    private let textHeader: [UInt8]
    private let openMetricsHeader: [UInt8]

    init(_ definition: Definition) {
        self.definition = definition
        let labelled = !definition.labels.isEmpty
        let isHistogram = definition.type == .histogram
        let start = isHistogram ? "" : definition.name + "{"
        heads = definition.labels.enumerated().map { index, label in
            Array("\(index == 0 ? start : "\",")\(label.name)=\"".utf8)
        }
        tail = Array((isHistogram ? labelled ? "\"" : "" : labelled ? "\"} " : definition.name + " ").utf8)
        bucketLines = (definition.buckets + [.infinity]).map { bound in
            Line(
                head: Array("\(definition.name)_bucket{".utf8),
                tail: Array("\(labelled ? "," : "")le=\"\(Self.bound(bound))\"} ".utf8))
        }
        let end = Array((labelled ? "} " : " ").utf8)
        sumLine = Line(head: Array("\(definition.name)_sum\(labelled ? "{" : "")".utf8), tail: end)
        countLine = Line(head: Array("\(definition.name)_count\(labelled ? "{" : "")".utf8), tail: end)
        textHeader = Self.header(definition, name: definition.name[...], .text004)
        openMetricsHeader = Self.header(definition, name: definition.openMetricsName, .openMetrics100)
    }

    /// A series whose text is its line up to the number, `name{a="b"} `; of a histogram only the labels, `a="b"`.
    func series(_ values: [String], _ instrument: AnyObject) -> LiveSeries {
        LiveSeries(values: values, heads: heads, tail: tail, instrument: instrument)
    }

    func writeHeader(to buffer: inout ExpositionBuffer) {
        buffer.append(buffer.format == .openMetrics100 ? openMetricsHeader : textHeader)
    }

    /// Appends the lines of one series.
    func write(_ reading: Reading, of text: UnsafeRawBufferPointer, to buffer: inout ExpositionBuffer) {
        switch reading {
        case .number(let value):
            write(value, of: text, to: &buffer)
        case .histogram(let histogram):
            write(histogram, of: text, to: &buffer)
        }
    }

    /// Appends the line of one series.
    @inline(__always)
    func write(_ value: Double, of text: UnsafeRawBufferPointer, to buffer: inout ExpositionBuffer) {
        buffer.append(text)
        buffer.append(value)
        buffer.newline()
    }

    private func write(
        _ histogram: HistogramReading, of labels: UnsafeRawBufferPointer, to buffer: inout ExpositionBuffer
    ) {
        for (line, bucket) in zip(bucketLines, histogram.buckets) {
            write(line, labels, to: &buffer)
            buffer.append(bucket.count)
            buffer.newline()
        }
        // OpenMetrics takes a sum for a counter: no sum, and then no count, where it can be or is below 0.
        let negative = definition.buckets.first.map { $0 < 0 } ?? false
        if buffer.format == .openMetrics100, negative || !(histogram.sum >= 0) { return }
        write(sumLine, labels, to: &buffer)
        buffer.append(histogram.sum)
        buffer.newline()
        write(countLine, labels, to: &buffer)
        buffer.append(histogram.count)
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
        var header: [UInt8] = []
        if !definition.help.isEmpty {
            header += Array("# HELP \(name) ".utf8) + Escaping.help(definition.help, in: format) + Array("\n".utf8)
        }
        return header + Array("# TYPE \(name) \(definition.type.rawValue)\n".utf8)
    }

    /// A bucket's bound as the value of `le`.
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
