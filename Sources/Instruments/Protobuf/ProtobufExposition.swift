/// Families as messages `io.prometheus.client.MetricFamily`.
///
/// Numbers and names of the fields: <https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto>.
enum ProtobufExposition {
    private enum FamilyField {
        static let name = 1
        static let help = 2
        static let type = 3
        static let metric = 4
    }

    private enum MetricField {
        static let label = 1
        static let gauge = 2
        static let counter = 3
        static let summary = 4
        static let histogram = 7
    }

    /// One message after its length; nil if the family has no series.
    ///
    /// The length comes first, hence a whole message is the least that can be written at a time.
    static func message(_ family: any CollectedFamily, _ escaping: EscapingScheme) -> [UInt8]? {
        let family = family.snapshot(escaping)
        return family.series.isEmpty ? nil : encode(family)
    }

    private static func encode(_ family: MetricFamily) -> [UInt8] {
        ProtobufWriter.delimited { message in
            message.field(FamilyField.name, family.name)
            if !family.help.isEmpty { message.field(FamilyField.help, family.help) }
            message.field(FamilyField.type, unsigned: family.type.protobufNumber)
            for series in family.series {
                for metric in metrics(of: series, in: family) {
                    message.field(FamilyField.metric) { write(metric, to: &$0) }
                }
            }
        }
    }

    private struct Metric {
        var labels: [MetricFamily.LabelPair]
        let field: Int
        let write: (inout ProtobufWriter) -> Void
    }

    /// One metric; of a state set, one for each state.
    private static func metrics(of series: MetricFamily.Series, in family: MetricFamily) -> [Metric] {
        switch series.reading {
        case .number(let value) where family.type == .counter:
            [
                Metric(labels: series.labels, field: MetricField.counter) {
                    ProtobufPoint.writeCounter(value, series.exemplars.first ?? nil, created: series.created, to: &$0)
                }
            ]
        case .number(let value):
            [Metric(labels: series.labels, field: MetricField.gauge) { ProtobufPoint.writeGauge(value, to: &$0) }]
        case .histogram(let histogram):
            [
                Metric(labels: series.labels, field: MetricField.histogram) {
                    ProtobufPoint.write(histogram, series.exemplars, created: series.created, to: &$0)
                }
            ]
        case .nativeHistogram(let histogram):
            [
                Metric(labels: series.labels, field: MetricField.histogram) {
                    ProtobufPoint.write(histogram, series.exemplars, created: series.created, to: &$0)
                }
            ]
        case .summary(let summary):
            [
                Metric(labels: series.labels, field: MetricField.summary) {
                    ProtobufPoint.write(summary, created: series.created, to: &$0)
                }
            ]
        case .states(let states):
            states.map { state in
                Metric(
                    labels: series.labels + [.init(name: family.name, value: state.name)], field: MetricField.gauge
                ) { ProtobufPoint.writeGauge(state.holds ? 1 : 0, to: &$0) }
            }
        }
    }

    private static func write(_ metric: Metric, to message: inout ProtobufWriter) {
        for label in metric.labels {
            message.field(MetricField.label) { ProtobufPoint.write(label, to: &$0) }
        }
        message.field(metric.field, metric.write)
    }
}

extension MetricType {
    /// The number in the enumeration `MetricType`, which has no infos and state sets.
    fileprivate var protobufNumber: UInt64 {
        switch self {
        case .counter: 0
        case .gauge, .info, .stateSet: 1
        case .summary: 2
        case .histogram: 4
        }
    }
}
