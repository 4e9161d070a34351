import PromQL

/// What a workflow promises, for the alerts that watch over it.
public struct WorkflowPromise: Sendable {
    /// The workflow's id.
    public var workflow: String
    /// Its name, for people.
    public var name: String
    /// The part of the executions, above 0 and below 1, that is to end neither failed nor out of time; nil for no promise.
    public var objective: Double?
    /// Over how many seconds.
    public var window: Double

    /// A workflow that is deployed.
    public init(workflow: String, name: String, objective: Double? = nil, window: Double = 30 * 86_400) {
        (self.workflow, self.name, self.objective, self.window) = (workflow, name, objective, window)
    }
}

/// Alerts on how fast a workflow uses up what may fail: two windows each, so that they begin and end soon.
///
/// The pairs of windows and the parts of the budget are those of Google's SRE workbook, chapter 5: 2 % in an hour, 5 % in
/// six, 10 % in a day and in three.
struct ServiceLevelRules {
    private struct Burn {
        let long, short: String
        /// In hours.
        let hours: Double
        /// The part of the budget that may be used in this time.
        let budget: Double
        let pendingFor, severity: String

        var shortMinutes: Int { (DurationText.milliseconds(short) ?? 0) / 60_000 }
        var pendingMinutes: Int { (DurationText.milliseconds(pendingFor) ?? 0) / 60_000 }
    }

    private static let burns = [
        Burn(long: "1h", short: "5m", hours: 1, budget: 0.02, pendingFor: "2m", severity: "critical"),
        Burn(long: "6h", short: "30m", hours: 6, budget: 0.05, pendingFor: "15m", severity: "critical"),
        Burn(long: "1d", short: "2h", hours: 24, budget: 0.1, pendingFor: "1h", severity: "warning"),
        Burn(long: "3d", short: "6h", hours: 72, budget: 0.1, pendingFor: "3h", severity: "warning"),
    ]
    private static let dialect = "intelligent-workflows"

    let promise: WorkflowPromise
    let objective: Double

    init?(_ promise: WorkflowPromise) {
        guard let objective = promise.objective else { return nil }
        (self.promise, self.objective) = (promise, objective)
    }

    var recordings: [RecordingDefinition] {
        burns.flatMap { [$0.short, $0.long] }.unique.map { window in
            RecordingDefinition(
                record: Self.name(window), dialect: Self.dialect,
                expr: "sum by (job) (rate(\(series(Self.failed))[\(window)]))"
                    + " / sum by (job) (rate(\(series())[\(window)]))",
                labels: ["workflow": promise.workflow], group: "slo_windows")
        }
    }

    /// Those whose windows are short beside the promise's.
    private var burns: [Burn] { Self.burns.filter { $0.hours * 36_000 <= promise.window } }

    var alerts: [AlertDefinition] { burns.map(alert) }

    private static let failed = "status=~\"failed|timeout\""

    /// The workflow's executions.
    private func series(_ matchers: String...) -> String {
        let all = ["workflow_id=\(StringLiteral.quoted(promise.workflow))"] + matchers
        return "workflow_executions_total{\(all.joined(separator: ", "))}"
    }

    private static func name(_ window: String) -> String { "job_workflow:execution_errors:ratio_rate\(window)" }

    private func alert(_ burn: Burn) -> AlertDefinition {
        let most = most(burn)
        let id = StringLiteral.quoted(promise.workflow)
        let limit = Self.number(most)
        let percent = "\(Self.number((1 - objective) * 100)) %"
        return AlertDefinition(
            alert: "SLOBurnRate\(burn.long)", group: "slo", dialect: Self.dialect, only: nil, except: nil,
            severity: burn.severity, pendingFor: burn.pendingFor, extraLabels: nil,
            expr: "\(Self.name(burn.long)){workflow=\(id)} >= \(limit)"
                + " and \(Self.name(burn.short)){workflow=\(id)} >= \(limit)"
                + " and on (job) sum by (job) (increase(\(series(Self.failed))[\(burn.long)])) >= 3",
            summary: "{{ $labels.workflow }} uses up what may fail",
            description: "{{ $value | humanizePercentage }} of the executions of {{ $labels.workflow }} failed within "
                + "\(burn.long); over the whole window \(percent) may.",
            about: "Fewer than 3 executions that fail within \(burn.long) do not make it fire, "
                + "whatever part of all executions they are.",
            impact: "If it goes on, the promise for this workflow is broken before the window ends.",
            steps: [
                "Look at the executions that failed: `flowmeter execution list --workflow ID --result failed`.",
                "Look in the workflow's dashboard since when, and whether a new version was deployed then.",
            ],
            test: test(burn))
    }

    /// The part that may fail within a window.
    private func most(_ burn: Burn) -> Double {
        // Slower than evenly is no danger.
        let rate = max(1, burn.budget * promise.window / 3600 / burn.hours)
        return min(1, rate * (1 - objective))
    }

    // MARK: Tests

    private func test(_ burn: Burn) -> AlertTest {
        let most = most(burn)
        // What is shown has four digits.
        var all = 1000.0
        while most * all < 100 { all *= 10 }
        let (above, below) = (min(all, (most * all * 1.02).rounded(.up)), (most * all * 0.98).rounded(.down))
        let fires = AlertCase.Firing(from: "1m", value: "\(Self.number(above / all * 100))%")
        // Both windows say the same from the first minute on: none has to be full. promtool would take long for those of
        // days, which differ from the others in numbers only.
        let end = "\(burn.pendingMinutes + 3)m"
        let status = OtherValues(label: "status", of: "failed", fires: ["timeout"], quiet: ["cancelled"])
        return AlertTest(
            labels: ["workflow": .text(promise.workflow), "job": .target], absent: nil,
            cases: [
                AlertCase(
                    name: "just above what may fail", happens: failing(above, of: all), fires: fires, until: end),
                AlertCase(name: "below it", happens: failing(below, of: all), fires: nil, until: end),
                AlertCase(
                    name: "from the third failure on", happens: [happening("failed", step: 0.102)],
                    fires: AlertCase.Firing(from: "30m", value: "100%"), until: nil),
            ] + (burn.shortMinutes < 60 ? [onlyLong(burn), onlyShort(burn)] : []), others: [status])
    }

    private func happening(_ status: String, step: Double? = nil, values: String? = nil) -> Happening {
        Happening(of: series("status=\"\(status)\"", "trigger_type=\"event\""), step: step, values: values)
    }

    private func failing(_ failed: Double, of all: Double) -> [Happening] {
        [happening("failed", step: failed), happening("allowed", step: all - failed)]
    }

    /// Many have failed, and none any more for as long as the short window is.
    private func onlyLong(_ burn: Burn) -> AlertCase {
        let end = burn.shortMinutes + burn.pendingMinutes + 3
        return AlertCase(
            name: "when no more fail",
            happens: [
                happening("failed", values: "0+0x0 1000000+0x\(end)"),
                happening("allowed", values: "0+0x0 1+1x\(end)"),
            ], fires: nil, until: "\(end)m")
    }

    /// All fail, yet few beside those that went well before.
    private func onlyShort(_ burn: Burn) -> AlertCase {
        let before = burn.shortMinutes + 2
        let end = before + burn.pendingMinutes + 3
        return AlertCase(
            name: "when few have failed so far",
            happens: [
                happening("allowed", values: "0+0x0 1000000000+0x\(before) 1000000000+0x\(end - before)"),
                happening("failed", values: "0+0x0 0+0x\(before) 10+10x\(end - before)"),
            ], fires: nil, until: "\(end)m")
    }

    /// Without the last digits that binary fractions bring.
    private static func number(_ value: Double) -> String {
        let rounded = (value * 1e9).rounded() / 1e9
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
