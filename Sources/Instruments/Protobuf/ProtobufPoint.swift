/// The fields of the messages `Counter`, `Gauge`, `Summary`, `Histogram` and what they are made of.
///
/// Where a message has a field for when a series began, the functions take it in seconds since 1970.
enum ProtobufPoint {
    static func write(_ label: MetricFamily.LabelPair, to message: inout ProtobufWriter) {
        message.field(1, label.name)
        message.field(2, label.value)
    }

    static func writeCounter(
        _ value: Double, created: Double?, to message: inout ProtobufWriter
    ) {
        message.field(1, value)
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

    static func write(_ histogram: HistogramReading, created: Double?, to message: inout ProtobufWriter) {
        message.field(1, unsigned: histogram.count)
        message.field(2, histogram.sum)
        write(histogram.buckets, to: &message)
        writeCreated(created, field: 15, to: &message)
    }

    /// With sparse buckets, and with the classic ones if there are any.
    static func write(
        _ histogram: NativeHistogramReading, created: Double?,
        to message: inout ProtobufWriter
    ) {
        message.field(1, unsigned: histogram.count)
        message.field(2, histogram.sum)
        write(histogram.classic, to: &message)
        message.field(5, zigzag: Int64(histogram.schema))
        message.field(6, histogram.zeroThreshold)
        message.field(7, unsigned: histogram.zeroCount)
        write(histogram.negative, spans: 9, deltas: 10, to: &message)
        // By its spans a reader knows a native histogram, hence an empty one where there are no buckets.
        let isEmpty = histogram.negative.spans.isEmpty && histogram.positive.spans.isEmpty
        let positive = isEmpty ? .init(spans: [.init(offset: 0, length: 0)], counts: []) : histogram.positive
        write(positive, spans: 12, deltas: 13, to: &message)
        writeCreated(created, field: 15, to: &message)
    }

    private static func write(_ buckets: [HistogramReading.Bucket], to message: inout ProtobufWriter) {
        for bucket in buckets {
            message.field(3) {
                $0.field(1, unsigned: bucket.count)
                $0.field(2, bucket.upperBound)
            }
        }
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
        guard let milliseconds = seconds.flatMap({ UInt64(exactly: ($0 * 1_000).rounded()) }) else { return }
        message.field(field) {
            $0.field(1, unsigned: milliseconds / 1_000)
            $0.field(2, unsigned: milliseconds % 1_000 * 1_000_000)
        }
    }
}
