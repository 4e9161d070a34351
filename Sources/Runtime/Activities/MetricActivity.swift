public import Workflow

/// Records a metric that the definition declares.
///
/// Metrics are kept in memory: one that is recorded counts from then on until the process ends, as all of Prometheus do.
public struct MetricActivity: Activity {
    private let metrics: BusinessMetrics

    init(metrics: BusinessMetrics) { self.metrics = metrics }

    public var isBrief: Bool { true }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let arguments = task.arguments.object ?? [:]
        guard let name = arguments["metric"]?.string else {
            throw ActivityFailure(.invalid, "`metric` is not the name of a metric")
        }
        var labels: [String: String] = [:]
        for (label, value) in arguments["labels"]?.object ?? [:] { labels[label] = try text(of: value, label) }
        let isRecorded = try metrics.record(name, try number(arguments["value"]), labels: labels)
        return isRecorded
            ? ["recorded": true]
            : ["recorded": false, "reason": "the workflow's current version declares no such metric"]
    }

    private func number(_ value: JSONValue?) throws(ActivityFailure) -> Double {
        guard let value else { return 1 }
        guard let number = value.double ?? value.string.flatMap(Double.init), number.isFinite else {
            throw ActivityFailure(.invalid, "`value` is \(value.kindName), not a number")
        }
        return number
    }

    private func text(of value: JSONValue, _ label: String) throws(ActivityFailure) -> String {
        switch value {
        case .string(let text): return text
        case .integer, .number, .bool: return value.description
        case .null, .array, .object:
            throw ActivityFailure(.invalid, "the label `\(label)` is \(value.kindName), not a text")
        }
    }
}
