public import CoreMetrics
public import Instruments
import Synchronization

/// A backend of swift-metrics that records into a ``Instruments/Registry``.
///
/// ```swift
/// MetricsSystem.bootstrap(try InstrumentsFactory(registry: registry))
/// ```
///
/// | swift-metrics | family |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | counter, `_total` |
/// | `Meter`, `Gauge`, `Recorder` that does not aggregate | gauge |
/// | `Recorder` | histogram |
/// | `Timer` | histogram, `_seconds` |
///
/// Names become what Prometheus allows: `http.requests` is `http_requests_total`. A family keeps the name that it got
/// first: another label, another kind or another part of the program that needs the same name is not shown.
///
/// A family has one list of labels: those of ``BridgeOptions/Family/labels``, else the dimension keys of the first
/// instrument. One that lacks a key has the empty value there, which to Prometheus is the same. One with a further key:
/// of counters and histograms, the key is left out and the values add up; a gauge is not shown, as the last of several
/// values that share a series would mean nothing.
///
/// All that is not shown as asked is counted in `instruments_bridge_dropped_total{metric,reason,dimension}`. After
/// `init`, nothing throws or traps. All methods may be called from any thread at any time; a handler records without a
/// lock and allocates nothing.
public final class InstrumentsFactory: MetricsFactory {
    private enum Entry {
        /// A `BridgedFamily` of the instrument that goes with the key's kind.
        case open(any AnyObject & Sendable)
        case refused(DropCounts.Reason)
    }

    private struct State {
        var entries: [MetricKey: Entry] = [:]
        /// The families' names: two labels may come to one.
        var names: Set<String> = []
    }

    private let registry: Registry
    private let options: BridgeOptions
    private let drops: DropCounts
    private let state = Mutex(State())

    /// - Throws: when the options could not be registered, or `instruments_bridge_dropped_total` is something else.
    public init(registry: Registry, options: BridgeOptions = BridgeOptions()) throws(RegistrationError) {
        try options.validate()
        self.registry = registry
        self.options = options
        drops = try DropCounts(registry: registry)
    }

    /// A counter of whole amounts; one that records nothing when the registry refuses it.
    /// `instruments_bridge_dropped_total` counts what is lost so.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// As ``makeCounter(label:dimensions:)``, of any amounts.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A gauge; one that records nothing when the registry refuses it.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A histogram, or a gauge when values are not to be aggregated; one that records nothing when the registry refuses
    /// it.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return gauge(label, dimensions) ?? NOOPMetricsHandler.instance }
        guard let holding = holding(.recorder(label), dimensions, Registry.histogram) else {
            return NOOPMetricsHandler.instance
        }
        return RecorderBridge(holding, drops: drops)
    }

    /// A histogram in seconds; one that records nothing when the registry refuses it.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        guard let holding = holding(.timer(label), dimensions, Registry.histogram) else {
            return NOOPMetricsHandler.instance
        }
        return TimerBridge(holding, drops: drops)
    }

    /// Takes the series out of the exposition once all its living handlers are destroyed. One without labels stays.
    public func destroyCounter(_ handler: any CounterHandler) { (handler as? CounterBridge)?.holding.destroy() }

    /// As ``destroyCounter(_:)``.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        (handler as? CounterBridge)?.holding.destroy()
    }

    /// As ``destroyCounter(_:)``.
    public func destroyMeter(_ handler: any MeterHandler) { (handler as? GaugeBridge)?.holding.destroy() }

    /// As ``destroyCounter(_:)``.
    public func destroyRecorder(_ handler: any RecorderHandler) {
        (handler as? RecorderBridge)?.holding.destroy()
        (handler as? GaugeBridge)?.holding.destroy()
    }

    /// As ``destroyCounter(_:)``.
    public func destroyTimer(_ handler: any TimerHandler) { (handler as? TimerBridge)?.holding.destroy() }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterBridge? {
        holding(.counter(label), dimensions, Registry.counter).map { CounterBridge($0, drops: drops) }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeBridge? {
        holding(.gauge(label), dimensions, Registry.gauge).map { GaugeBridge($0) }
    }
}

extension InstrumentsFactory {
    private typealias Registration<Member: Instrument> =
        (Registry) -> (FamilyPlan) throws(RegistrationError) -> Instruments.Family<Member>

    /// A share in the series of these dimensions; nil, and counted, if there can be none.
    private func holding<Member: Instrument>(
        _ key: MetricKey, _ dimensions: [(String, String)], _ registration: Registration<Member>
    ) -> Holding<Member>? {
        switch family(key, dimensions, registration) {
        case .failure(let refusal):
            drops.count(refusal.reason, of: key.label)
            return nil
        case .success(let family):
            let (values, extra) = family.values(for: dimensions)
            for dimension in extra { drops.count(.extraDimension, of: key.label, dimension: dimension) }
            return key.kind == .gauge && !extra.isEmpty ? nil : family.hold(values)
        }
    }

    private struct Refusal: Error {
        let reason: DropCounts.Reason
    }

    private func family<Member: Instrument>(
        _ key: MetricKey, _ dimensions: [(String, String)], _ registration: Registration<Member>
    ) -> Result<BridgedFamily<Member>, Refusal> {
        state.withLock { state in
            switch state.entries[key] {
            case .refused(let reason): return .failure(Refusal(reason: reason))
            case .open(let family):
                // The kind of a key fixes the instrument.
                return (family as? BridgedFamily<Member>).map(Result.success) ?? .failure(Refusal(reason: .nameTaken))
            case nil: break
            }
            guard state.entries.count < options.familyLimit else { return .failure(Refusal(reason: .familyLimit)) }
            let plan = options.plan(for: key, dimensions: dimensions.map(\.0))
            let entry: Result<BridgedFamily<Member>, Refusal> =
                state.names.contains(plan.name)
                ? .failure(Refusal(reason: .nameTaken)) : register(key, plan, registration)
            switch entry {
            case .success(let family):
                state.names.insert(plan.name)
                state.entries[key] = .open(family)
            case .failure(let refusal): state.entries[key] = .refused(refusal.reason)
            }
            return entry
        }
    }

    private func register<Member: Instrument>(
        _ key: MetricKey, _ plan: FamilyPlan, _ registration: Registration<Member>
    ) -> Result<BridgedFamily<Member>, Refusal> {
        do {
            let family = try registration(registry)(plan)
            return .success(BridgedFamily(metric: key.label, family: family, labels: plan.labels.map(\.name)))
        } catch {
            return .failure(Refusal(reason: error.code == .conflict ? .nameTaken : .invalid))
        }
    }
}
