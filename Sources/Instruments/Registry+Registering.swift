extension Registry {
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
}
