import Instruments
import Synchronization
import Telemetry
import Workflow

/// The metrics that deployed definitions declare.
final class BusinessMetrics: Sendable {
    private struct Entry {
        let metric: MetricDeclaration
        let recorder: DeclaredRecorder
    }

    private let recorders: Recorders
    private let entries = Mutex<[String: Entry]>([:])

    init(recorders: Recorders) { self.recorders = recorders }

    /// Shows the metrics of these definitions, and no others. One that has changed starts at 0.
    ///
    /// - Returns: why some cannot be shown. Of two that differ, the first is.
    func show(_ definitions: [Definition]) -> [RegistrationError] {
        let declared = MetricDeclaration.distinct(in: definitions)
        return entries.withLock { entries in
            for (name, entry) in entries where !declared.contains(entry.metric) {
                recorders.withdraw(DeclaredMetric(entry.metric))
                entries[name] = nil
            }
            var errors: [RegistrationError] = []
            for metric in declared where entries[metric.name] == nil {
                do throws(RegistrationError) {
                    let recorder = try recorders.declare(DeclaredMetric(metric))
                    entries[metric.name] = Entry(metric: metric, recorder: recorder)
                } catch {
                    errors.append(error)
                }
            }
            return errors
        }
    }

    /// - Returns: false when no current definition declares the metric with these labels.
    /// - Throws: when the metric cannot take the value.
    func record(_ name: String, _ value: Double, labels: [String: String]) throws(ActivityFailure) -> Bool {
        let found = entries.withLock { entries in
            entries[name] ?? entries.values.first { $0.metric.isCalled(name) }
        }
        guard let entry = found, Set(entry.metric.labels.map(\.name)) == Set(labels.keys) else { return false }
        if entry.metric.kind == .counter, value < 0 {
            throw ActivityFailure(.invalid, "`value` is \(value); a counter only goes up")
        }
        entry.recorder.record(value, labels: entry.metric.labels.compactMap { labels[$0.name] })
        return true
    }
}

extension MetricDeclaration {
    /// Those of these definitions, each once; of two that differ, the first.
    static func distinct(in definitions: [Definition]) -> [MetricDeclaration] {
        var names: Set<String> = []
        return definitions.flatMap(\.metrics).filter { names.insert($0.name).inserted }
    }
}

extension DeclaredMetric {
    init(_ metric: MetricDeclaration) {
        let kind: Kind =
            switch metric.kind {
            case .counter: .counter
            case .gauge: .gauge
            case .histogram(let buckets): .histogram(buckets: buckets)
            }
        self.init(name: metric.name, kind: kind, help: metric.help, labels: metric.labels.map(Label.init))
    }
}

extension Label {
    fileprivate init(_ label: MetricDeclaration.Label) {
        switch label.values {
        case .listed(let values):
            let isClosed = values.contains(Self.overflowValue)
            self.init(label.name, .closed(isClosed ? values : values + [Self.overflowValue]))
        case .limited(let limit): self.init(label.name, .open(cap: limit))
        }
    }
}
