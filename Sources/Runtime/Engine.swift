public import Logging
import Synchronization
public import Telemetry
public import Workflow

/// Takes events in, starts and drives executions, and answers for them.
///
/// It may be called from any task. What it acknowledges is on disk. ``run()`` must be running for work to go on that
/// waits: timers, executions taken over from a crash, and the task queue.
public final class Engine: Sendable {
    public let journal: any Journal
    let activities: [ActivityKind: any Activity]
    let environment: Environment
    let options: EngineOptions
    let metrics: EngineMetrics
    let integrations: IntegrationMetrics?
    let logger: Logger
    /// Those who wait for the end of an execution.
    let completions = Completions<ExecutionReport>()
    /// Those who wait until an execution has taken in what was left for it.
    let intakes = Completions<Void>()
    /// Those who look on.
    let live: LiveFeed
    /// Wakes whoever claims work.
    let alarm = Alarm()
    /// Wakes whoever starts what schedules say.
    let scheduleAlarm = Alarm()
    /// Wakes whoever keeps the lease.
    let leaseAlarm = Alarm()
    /// Wakes whoever forgets what is too old.
    let retentionAlarm = Alarm()
    /// Wakes whoever counts what waits.
    let statisticsAlarm = Alarm()
    let ids = IDGenerator()
    let state: Mutex<State>

    struct State {
        enum Phase {
            case ready, draining, stopped
        }

        var phase = Phase.ready
        var lease: Lease
        /// Under the lease may stand what nobody drives: a claim was made whose answer is not known.
        var isLeaseUnsure = false
        var router = Router()
        /// Workflows that are deployed and whose definitions cannot be read.
        var unreadable: Set<String> = []
        /// Reloads of the router: how many have begun, and which one it is from.
        var reloads = (begun: 0, shown: 0)
        /// Versions that are not current any more, but that executions still run on.
        var olderVersions: [String: Program] = [:]
        var rules = RuleShelf()
        var running: [ExecutionID: Mailbox] = [:]
        var schedules = Schedules()
    }

    /// Takes a lease, and loads what is deployed.
    ///
    /// - Parameters:
    ///   - activities: what performs each kind of activity; a kind that is missing fails its steps. ``EmitActivity`` is
    ///     the engine's own.
    ///   - integrations: is told what the deployed definitions call.
    public init(
        journal: any Journal, recorders: Recorders, options: EngineOptions, logger: Logger,
        activities: [ActivityKind: any Activity] = [:], integrations: IntegrationMetrics? = nil,
        environment: Environment = .system
    ) async throws {
        self.journal = journal
        self.environment = environment
        self.options = options
        self.logger = logger
        self.integrations = integrations
        metrics = try EngineMetrics(recorders: recorders, options: options, now: environment.now)
        live = LiveFeed(ends: try recorders.recorder(of: Signals.liveStream), environment: environment)
        let now = environment.now()
        let acquisition = try await journal.acquire(
            holder: options.holder, now: now, until: now + options.leaseDuration, takingAll: options.isSoleProcess)
        state = Mutex(State(lease: acquisition.lease))
        let own = OwnReference()
        self.activities = activities.merging([
            .emit: EmitActivity { event throws(EngineError) in try await own.engine().emit(event) },
            .log: LogActivity(logger: logger),
            .metric: MetricActivity(metrics: metrics.business),
            .startWorkflow: StartWorkflowActivity { call throws(EngineError) in try await own.engine().start(call) },
        ]) { given, _ in given }
        own.reference.withLock { $0 = WeakEngine(engine: self) }
        try live.announce(to: recorders)
        noteLease(acquisition)
        try await reloadWorkflows()
        await refreshStatistics(countingActive: true)
    }

    /// Whether requests are served: the lease is held and the engine is not shutting down.
    public var isReady: Bool { state.withLock { $0.phase == .ready } }

    /// Answers those who wait for an execution's end with how it stands, from now on, and ends the streams of live
    /// updates. For servers that shut down.
    public func stopWaiting() {
        completions.stop()
        intakes.stop()
        live.stop()
    }

    var lease: Lease { state.withLock { $0.lease } }

    /// - Parameter whileDraining: whether the request comes from an execution that finishes during a shutdown.
    func router(whileDraining: Bool = false) throws(EngineError) -> (Router, Lease) {
        let (phase, router, lease) = state.withLock { ($0.phase, $0.router, $0.lease) }
        guard phase == .ready || whileDraining && phase == .draining else { throw .shuttingDown }
        return (router, lease)
    }

    /// Asks the journal what waits. With `countingActive`, sets the gauges that are counted up and down from then on.
    func refreshStatistics(countingActive: Bool = false) async {
        guard let statistics = try? await journal.statistics() else { return }
        metrics.statistics.store(statistics)
        guard countingActive else { return }
        for (workflow, count) in statistics.active { metrics.recordActive(workflow, count: count) }
    }

    private struct WeakEngine: Sendable {
        weak let engine: Engine?
    }

    /// The engine performs some activities through itself; the reference is weak, so that it can go.
    private final class OwnReference: Sendable {
        let reference = Mutex<WeakEngine?>(nil)

        func engine() throws(EngineError) -> Engine {
            guard let engine = reference.withLock({ $0?.engine }) else { throw .shuttingDown }
            return engine
        }
    }
}
