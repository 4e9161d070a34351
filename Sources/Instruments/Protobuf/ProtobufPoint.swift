/// The fields of the messages `Counter`, `Gauge`, `Summary`, `Histogram` and what they are made of.
///
/// Where a message has a field for when a series began, the functions take it in seconds since 1970.
enum ProtobufPoint {
    static func write(_ label: MetricFamily.LabelPair, to message: inout ProtobufWriter) {
        message.field(1, label.name)
        message.field(2, label.value)
    }

    static func writeCounter(
        _ value: Double, _ exemplar: Exemplar?, created: Double?, to message: inout ProtobufWriter
    ) {
        message.field(1, value)
        if let exemplar { message.field(2) { write(exemplar, to: &$0) } }
        writeCreated(created, field: 3, to: &message)
    }

    static func writeGauge(_ value: Double, to message: inout ProtobufWriter) {
        message.field(1, value)
    }

    static func write(_ summary: SummaryReading, created: Double?, to message: inout ProtobufWriter) {
        message.field(1, unsigned: summary.count)
        message.field(2, summary.sum)
        for quantile in summary.quantiles {
            message.field(3) {
                $0.field(1, quantile.rank)
                $0.field(2, quantile.value)
            }
        }
        writeCreated(created, field: 4, to: &message)
    }

    /// - Parameter exemplars: by bucket, or none.
    static func write(
        _ histogram: HistogramReading, _ exemplars: [Exemplar?], created: Double?, to message: inout ProtobufWriter
    ) {
        message.field(1, unsigned: histogram.count)
        message.field(2, histogram.sum)
        write(histogram.buckets, exemplars, to: &message)
        writeCreated(created, field: 15, to: &message)
    }

    /// With sparse buckets, and with the classic ones if there are any.
    static func write(
        _ histogram: NativeHistogramReading, _ exemplars: [Exemplar?], created: Double?,
        to message: inout ProtobufWriter
    ) {
        message.field(1, unsigned: histogram.count)
        message.field(2, histogram.sum)
        write(histogram.classic, [], to: &message)
        message.field(5, zigzag: Int64(histogram.schema))
        message.field(6, histogram.zeroThreshold)
        message.field(7, unsigned: histogram.zeroCount)
        write(histogram.negative, spans: 9, deltas: 10, to: &message)
        // By its spans a reader knows a native histogram, hence an empty one where there are no buckets.
        let isEmpty = histogram.negative.spans.isEmpty && histogram.positive.spans.isEmpty
        let positive = isEmpty ? .init(spans: [.init(offset: 0, length: 0)], counts: []) : histogram.positive
        write(positive, spans: 12, deltas: 13, to: &message)
        writeCreated(created, field: 15, to: &message)
        for exemplar in exemplars.compactMap(\.self) { message.field(16) { write(exemplar, to: &$0) } }
    }

    private static func write(
        _ buckets: [HistogramReading.Bucket], _ exemplars: [Exemplar?], to message: inout ProtobufWriter
    ) {
        for (index, bucket) in buckets.enumerated() {
            message.field(3) {
                $0.field(1, unsigned: bucket.count)
                $0.field(2, bucket.upperBound)
                guard index < exemplars.count, let exemplar = exemplars[index] else { return }
                $0.field(3) { write(exemplar, to: &$0) }
            }
        }
    }

    private static func write(_ exemplar: Exemplar, to message: inout ProtobufWriter) {
        for label in exemplar.labels.pairs { message.field(1) { write(label, to: &$0) } }
        message.field(2, exemplar.value)
        writeTime(exemplar.time, field: 3, to: &message)
    }

    private static func write(
        _ buckets: NativeHistogramReading.Buckets, spans: Int, deltas: Int, to message: inout ProtobufWriter
    ) {
        for span in buckets.spans {
            message.field(spans) {
                $0.field(1, zigzag: Int64(span.offset))
                $0.field(2, unsigned: UInt64(span.length))
            }
        }
        message.field(deltas, packedZigzag: buckets.deltas)
    }

    /// A `google.protobuf.Timestamp`, if there is one.
    private static func writeCreated(_ seconds: Double?, field: Int, to message: inout ProtobufWriter) {
        if let seconds { writeTime(seconds, field: field, to: &message) }
    }

    /// A `google.protobuf.Timestamp`, if it can be one.
    private static func writeTime(_ seconds: Double, field: Int, to message: inout ProtobufWriter) {
        guard let milliseconds = UInt64(exactly: (seconds * 1_000).rounded()) else { return }
        message.field(field) {
            $0.field(1, unsigned: milliseconds / 1_000)
            $0.field(2, unsigned: milliseconds % 1_000 * 1_000_000)
        }
    }
}
