/// The families of a process, or of a part of it, and their exposition.
///
/// There is no global registry: make one, and hand it to what measures. Families may be registered at any time from any
/// thread. The same registration again, with equal type, help, labels, buckets and the like, gives the same family; any other use
/// of a name that is taken is a ``RegistrationError``. After registration nothing can fail.
///
/// A registry counts label values outside their domains in a family of its own,
/// `instruments_label_overflow_total{family,label}`, and callbacks that failed in another,
/// `instruments_collector_failures_total{collector,reason}`, where the reason is `timeout`, `error`, `flood` or `invalid`.
///
/// A callback is called at every scrape and snapshot, on a thread of the registry's own. One that throws, yields more than
/// its limit or misses its deadline is counted, and the scrape goes on without what it should have yielded. As long as it
/// runs it is not called again: scrapes wait for it up to the deadline of the call that is under way. Nothing can
/// be done about one that traps: it ends the process.
public final class Registry: Sendable {
    /// How many series the closed domains of one family may make at most.
    public static let closedSeriesLimit = 10_000

    /// The name of the family that counts label values outside their domains.
    public static let overflowName = "instruments_label_overflow_total"

    /// The name of the family that counts the failures of callbacks.
    public static let failuresName = "instruments_collector_failures_total"

    /// What a registry has in common with its scopes.
    final class Store: Sendable {
        let state: Guarded<State>
        let overflows: Family<Counter>
        let callbacks: CallbackHost
        let problems: Misuses?
        /// The time since the registry was made.
        let age: @Sendable () -> Duration

        let showsCreated: Bool
        /// Whether names need not be legacy names.
        let utf8Names: Bool

        init(
            _ state: sending State, _ overflows: Family<Counter>, _ callbacks: CallbackHost, showsCreated: Bool,
            utf8Names: Bool, age: @escaping @Sendable () -> Duration
        ) {
            self.state = Guarded(state)
            self.showsCreated = showsCreated
            self.utf8Names = utf8Names
            self.overflows = overflows
            self.callbacks = callbacks
            self.problems = callbacks.problems
            self.age = age
        }
    }

    struct State {
        var families: [String: any CollectedFamily] = [:]
        /// In which schemes names may not collide.
        let schemes: [EscapingScheme]
        /// Every name that a family or a sample can have, and the definition that claimed it.
        var owners: [NameClaim: Definition] = [:]
        /// By name; nil after a registration.
        var ordered: [any CollectedFamily]?
        /// By name.
        var collectors: [String: Collector] = [:]
        /// Which values scopes supply for the last labels of a family, by its name.
        var constants: [String: Set<[String]>] = [:]

        init(utf8Names: Bool) {
            // No scheme gives the same name to two legacy names.
            schemes = utf8Names ? EscapingScheme.allCases : [.allowUTF8]
        }
    }

    let store: Store
    /// What stands before each name that is registered here.
    let prefix: String
    /// What is added to the labels of each family that is registered here.
    let constants: [MetricFamily.LabelPair]

    /// - Parameters:
    ///   - showingCreated: whether OpenMetrics tells when a counter, histogram or summary began, in a sample `_created` of
    ///     its own. Prometheus takes these for series, twice as many for counters; protobuf always tells, at no such price.
    ///   - pedantic: whether misuse that is otherwise put right or ignored is kept as ``problems``: for tests, as it
    ///     takes memory for each instrument.
    ///   - utf8Names: whether families and labels may have any name that is not empty, such as `http.server.duration`,
    ///     the rules of suffixes and reserved names apart. Readers that do not ask for such names get them escaped, as
    ///     ``EscapingScheme`` says; names that would then be the same are a conflict. Names that `String` takes for equal
    ///     are one name. Without this, names match the pattern that each registration tells.
    ///   - clock: by which idle series expire. It may be called from any thread.
    public convenience init(
        showingCreated: Bool = false, pedantic: Bool = false, utf8Names: Bool = false,
        clock: some Clock<Duration> = ContinuousClock()
    ) {
        let start = clock.now
        let definition = Definition(
            name: Self.overflowName, type: .counter,
            help: "Label values outside their domain, recorded as other; label * stands for a wrong count of values.",
            labels: [Label("family", .declared), Label("label", .declared)])
        let problems = pedantic ? Misuses() : nil
        let overflows = Family(definition, overflows: nil) { Counter() }
        let failures = Family(Self.failures, overflows: nil) { Counter() }
        var state = State(utf8Names: utf8Names)
        state.add(overflows, constants: [])
        state.add(failures, constants: [])
        let host = CallbackHost(threads: CallbackThreads(), failures: failures, problems: problems)
        let store = Store(state, overflows, host, showsCreated: showingCreated, utf8Names: utf8Names) {
            start.duration(to: clock.now)
        }
        self.init(store: store, prefix: "", constants: [])
    }

    private static var failures: Definition {
        Definition(
            name: failuresName, type: .counter, help: "Scrapes without what a callback should have yielded.",
            labels: [
                Label("collector", .declared), Label("reason", .closed(CallbackFailure.allCases.map(\.rawValue))),
            ])
    }

    init(store: Store, prefix: String, constants: [MetricFamily.LabelPair]) {
        self.store = store
        self.prefix = prefix
        self.constants = constants
    }

    /// What was found wrong so far, the first 1,000 of it; always empty unless the registry is pedantic.
    public var problems: [Misuse] { store.problems?.all ?? [] }

    /// Registers a counter; or returns it, if the same one is registered already.
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_:][a-zA-Z0-9_:]*` and ends in `_total`.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/with(_:)-([String])`` takes their values.
    public func counter(
        _ name: String, help: String, labels: [Label] = []
    ) throws(RegistrationError) -> Family<Counter> {
        try register(Definition(name: name, type: .counter, help: help, labels: labels)) { Counter() }
    }

    /// Registers a gauge; or returns it, if the same one is registered already.
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/with(_:)-([String])`` takes their values.
    ///   - allowingTotal: whether the name may end in `_total`, for a name that others have fixed. In OpenMetrics, the
    ///     family and its samples then keep the suffix. The specification advises against it, yet it is unambiguous: no
    ///     counter of that name can be registered beside it.
    public func gauge(
        _ name: String, help: String, labels: [Label] = [], allowingTotal: Bool = false
    ) throws(RegistrationError) -> Family<Gauge> {
        let definition = Definition(name: name, type: .gauge, help: help, labels: labels)
        return try register(definition, allowingTotal: allowingTotal) { Gauge() }
    }

    /// Registers a gauge of what has begun and not ended yet; or returns it, if the same one is registered already.
    ///
    /// - Parameters: as for ``gauge(_:help:labels:allowingTotal:)``.
    package func inFlight(
        _ name: String, help: String, labels: [Label] = []
    ) throws(RegistrationError) -> Family<InFlight> {
        try register(Definition(name: name, type: .gauge, help: help, labels: labels)) { InFlight() }
    }

    /// Registers a histogram; or returns it, if the same one is registered already.
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_:][a-zA-Z0-9_:]*` and ends in the unit: `_seconds`, `_bytes`.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/with(_:)-([String])`` takes their values.
    ///   - buckets: upper bounds, in the unit, finite and strictly rising. The bucket up to +Inf is always there.
    public func histogram(
        _ name: String, help: String, labels: [Label] = [], buckets: [Double]
    ) throws(RegistrationError) -> Family<Histogram> {
        let definition = Definition(name: name, type: .histogram, help: help, labels: labels, buckets: buckets)
        let bounds = BucketBounds(buckets)
        return try register(definition) { Histogram(bounds: bounds) }
    }

    /// Registers a native histogram; or returns it, if the same one is registered already.
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_:][a-zA-Z0-9_:]*` and ends in the unit: `_seconds`, `_bytes`.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/with(_:)-([String])`` takes their values.
    ///   - native: resolution, zero bucket and limit.
    ///   - buckets: upper bounds of classic buckets beside the sparse ones, for readers of the text formats: finite and
    ///     strictly rising. They make recording about twice as dear.
    public func nativeHistogram(
        _ name: String, help: String, labels: [Label] = [], native: NativeBuckets = NativeBuckets(),
        buckets: [Double] = []
    ) throws(RegistrationError) -> Family<NativeHistogram> {
        let definition = Definition(
            name: name, type: .histogram, help: help, labels: labels, buckets: buckets, shape: .native(native))
        let bounds = buckets.isEmpty ? nil : BucketBounds(buckets)
        return try register(definition) { NativeHistogram(native, bounds: bounds) }
    }

    /// Registers a summary; or returns it, if the same one is registered already.
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_:][a-zA-Z0-9_:]*` and ends in the unit: `_seconds`, `_bytes`.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/with(_:)-([String])`` takes their values.
    ///   - window: which quantiles, how exactly, over which time.
    ///   - time: nanoseconds on a clock that does not go back; asked at every observation, from any thread. Nil for the
    ///     system's. Not part of what makes two registrations the same.
    public func summary(
        _ name: String, help: String, labels: [Label] = [], window: QuantileWindow = QuantileWindow(),
        time: (@Sendable () -> UInt64)? = nil
    ) throws(RegistrationError) -> Family<Summary> {
        let definition = Definition(name: name, type: .summary, help: help, labels: labels, shape: .quantiles(window))
        return try register(definition) { Summary(window, time: time ?? SystemTime.monotonicNanoseconds) }
    }

    /// Registers an info; or returns it, if the same one is registered already.
    ///
    /// ```swift
    /// try registry.info("build_info", help: "Build.", labels: [Label("version", .declared)]).show("1.2.3")
    /// ```
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_:][a-zA-Z0-9_:]*` and ends in `_info`.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/show(_:)`` takes their values.
    public func info(
        _ name: String, help: String, labels: [Label] = []
    ) throws(RegistrationError) -> Family<Info> {
        try register(Definition(name: name, type: .info, help: help, labels: labels)) { Info() }
    }

    /// Registers a state set; or returns it, if the same one is registered already.
    ///
    /// - Parameters:
    ///   - name: matches `[a-zA-Z_][a-zA-Z0-9_]*`; it is also the label that tells a series' state.
    ///   - help: one sentence for people; empty for none.
    ///   - labels: in the order in which ``Family/with(_:)-([String])`` takes their values.
    ///   - states: 1 to 64 names, none twice. Each has a sample of its own, 1 if the state holds and 0 if not.
    public func stateSet(
        _ name: String, help: String, labels: [Label] = [], states: [String]
    ) throws(RegistrationError) -> Family<StateSet> {
        let definition = Definition(name: name, type: .stateSet, help: help, labels: labels, shape: .states(states))
        return try register(definition) { StateSet(states) }
    }

    /// Registers a gauge whose values a callback supplies.
    ///
    /// - Parameters:
    ///   - name, help, labels: as for ``gauge(_:help:labels:allowingTotal:)``.
    ///   - limits: within which the callback must keep, lest a scrape go on without it.
    ///   - read: called at every scrape and snapshot, as ``Registry`` says. Observations of the same labels are added up;
    ///     one with a wrong count of labels is left out and counted as an overflow. A cap applies to each scrape by itself.
    /// - Throws: also when the same gauge is registered already, as two callbacks cannot be compared.
    public func observedGauge(
        _ name: String, help: String, labels: [Label] = [], allowingTotal: Bool = false,
        limits: CallbackLimits = CallbackLimits(), _ read: @escaping @Sendable () throws -> [Observation]
    ) throws(RegistrationError) {
        let definition = Definition(name: name, type: .gauge, help: help, labels: labels, observed: true)
        try observe(definition, allowingTotal: allowingTotal, limits, read)
    }

    /// Registers a counter whose values a callback supplies: sums that are kept elsewhere and only grow.
    ///
    /// - Parameters:
    ///   - name, help, labels: as for ``counter(_:help:labels:)``.
    ///   - limits, read: as for ``observedGauge(_:help:labels:allowingTotal:limits:_:)``. Values below 0 and NaN are left
    ///     out and counted as failures.
    /// - Throws: also when the same counter is registered already, as two callbacks cannot be compared.
    public func observedCounter(
        _ name: String, help: String, labels: [Label] = [], limits: CallbackLimits = CallbackLimits(),
        _ read: @escaping @Sendable () throws -> [Observation]
    ) throws(RegistrationError) {
        let definition = Definition(name: name, type: .counter, help: help, labels: labels, observed: true)
        try observe(definition, limits, read)
    }

    /// All families by name, as plain values.
    ///
    /// Every number is read by itself: what is recorded meanwhile may be in one series and not yet in another. The count
    /// of a histogram always equals its last bucket.
    public func snapshot() -> [MetricFamily] {
        collect().map { $0.snapshot() }
    }

    /// All families by name, those without a series left out; series by label values. As consistent as ``snapshot()``.
    ///
    /// - Parameter escaping: how names are shown that are no legacy names.
    /// - Returns: the body of a scrape's response, UTF-8 or protobuf; its content type is that of the format.
    public func expose(_ format: ExpositionFormat, escaping: EscapingScheme = .underscores) -> [UInt8] {
        var bytes: [UInt8] = []
        expose(format, escaping: escaping) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The same in chunks, so that no copy of the whole is needed.
    ///
    /// - Parameters:
    ///   - escaping: how names are shown that are no legacy names.
    ///   - chunk: about how many bytes are handed out at a time; in protobuf, whole families.
    ///   - emit: called for each chunk in turn; it must not keep the bytes.
    public func expose(
        _ format: ExpositionFormat, escaping: EscapingScheme = .underscores, chunk: Int = 64 << 10,
        _ emit: (UnsafeRawBufferPointer) -> Void
    ) {
        let cursor = cursor(format, escaping, chunk: chunk)
        while cursor.advance() { emit(cursor.bytes) }
    }

    /// - Parameter names: of families or their samples; empty for all.
    func cursor(
        _ format: ExpositionFormat, _ escaping: EscapingScheme, chunk: Int, names: Set<String> = []
    ) -> ExpositionCursor {
        let families = collect().filter { names.isEmpty || !names.isDisjoint(with: $0.definition.claimedNames) }
        return ExpositionCursor(
            families, format, format.possible(escaping), chunk: chunk, showsCreated: store.showsCreated)
    }

    func ordered() -> [any CollectedFamily] {
        store.state.withLock { state in
            if let ordered = state.ordered { return ordered }
            let ordered = state.families.sorted { $0.key < $1.key }.map(\.value)
            state.ordered = ordered
            return ordered
        }
    }

    private func register<Member: Instrument>(
        _ definition: Definition, allowingTotal: Bool = false, _ make: @escaping @Sendable () -> Member
    ) throws(RegistrationError) -> Family<Member> {
        let definition = scoped(definition)
        try definition.validate(allowingTotal: allowingTotal, utf8Names: store.utf8Names)
        let constants = constants.map(\.value)
        return try store.state.withLock { state throws(RegistrationError) in
            if let known = state.families[definition.name] as? Family<Member>, known.definition == definition {
                state.constants[definition.name, default: []].insert(constants)
                return known.constants == constants ? known : Family(known, constants: constants)
            }
            try state.check(definition)
            let family = Family(
                definition, constants: constants, overflows: store.overflows, problems: store.problems,
                make: audited(make, definition.name))
            state.add(family, constants: constants)
            return family
        }
    }

    private func observe(
        _ definition: Definition, allowingTotal: Bool = false, _ limits: CallbackLimits,
        _ read: @escaping @Sendable () throws -> [Observation]
    ) throws(RegistrationError) {
        let definition = scoped(definition)
        try definition.validate(allowingTotal: allowingTotal, utf8Names: store.utf8Names)
        let constants = constants.map(\.value)
        try store.state.withLock { state throws(RegistrationError) in
            try state.check(definition)
            let callback = Callback(definition.name, limits: limits, host: store.callbacks, read)
            let family = ObservedFamily(
                definition, constants: constants, overflows: store.overflows, callback: callback)
            state.add(family, constants: constants)
        }
    }
}

extension Registry.State {
    fileprivate mutating func add(_ family: any CollectedFamily, constants values: [String]) {
        constants[family.definition.name] = [values]
        families[family.definition.name] = family
        for claim in family.definition.claims(in: schemes) { owners[claim] = family.definition }
        ordered = nil
    }

    /// Throws if another family has one of the names that this one needs.
    fileprivate func check(_ definition: Definition) throws(RegistrationError) {
        for claim in definition.claims(in: schemes) {
            guard let owner = owners[claim] else { continue }
            throw owner.name == definition.name
                ? .redefinition(of: owner, as: definition) : .collision(of: definition, with: owner, at: claim)
        }
    }
}

extension RegistrationError {
    fileprivate static func redefinition(of owner: Definition, as new: Definition) -> RegistrationError {
        let differences = new.differences(from: owner).joined(separator: ", ")
        let reason =
            differences.isEmpty
            ? "Callbacks cannot be compared: register the family once."
            : "They differ in \(differences): make them alike, or choose another name."
        return RegistrationError(
            code: .conflict, family: new.name,
            message: "\(new.summary): the name is taken by \(owner.summary). \(reason)")
    }

    fileprivate static func collision(
        of new: Definition, with owner: Definition, at claim: NameClaim
    ) -> RegistrationError {
        RegistrationError(
            code: .conflict, family: new.name,
            message: "\(new.summary): it needs \(claim), which belongs to \(owner.summary)."
                + " Rename one of the two.")
    }
}
