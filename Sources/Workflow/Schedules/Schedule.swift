/// What starts a workflow at certain times.
public struct Schedule: Sendable, Hashable {
    public var timing: ScheduleTiming
    public var overlap: Overlap
    public var catchUp: CatchUp

    public init(timing: ScheduleTiming, overlap: Overlap = .skip, catchUp: CatchUp = CatchUp()) {
        (self.timing, self.overlap, self.catchUp) = (timing, overlap, catchUp)
    }

    /// What becomes of an occurrence while the execution of an earlier one runs.
    public enum Overlap: String, Sendable, CaseIterable {
        /// It is dropped.
        case skip
        /// It runs when the earlier one has ended.
        case queue
        /// The earlier one is cancelled, and it runs.
        case cancelRunning = "cancel_running"
    }

    /// The name of the event that each occurrence is.
    public static let eventName = "flowmeter.schedule"

    /// What an occurrence is known by, so that it runs once, whoever starts it: `orders@2026-03-01T08:00:00.000000Z`.
    ///
    /// It names the workflow and the time in UTC, and so stays the same when the workflow is deployed again or its zone
    /// changes its name.
    public static func identity(of workflow: String, at occurrence: Timestamp) -> String {
        "\(workflow)@\(occurrence)"
    }
}
