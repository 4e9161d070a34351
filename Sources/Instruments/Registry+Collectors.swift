extension Registry {
    /// Registers a callback that yields whole families: for what is measured elsewhere and not known beforehand.
    ///
    /// It may yield counters, gauges, infos (of the value 1) and histograms without sparse buckets. That is checked at every scrape. A family is left out, and counted as a failure, if a format could not
    /// show it, if its series differ in their label names or two have the same values, if its readings are not those of its
    /// type, or if it needs a name that a registered family or another collector has. In a scope, names and series
    /// get what the scope adds.
    ///
    /// - Parameters:
    ///   - name: the value of the label `collector` when it fails.
    ///   - limits: within which the callback must keep, lest a scrape go on without it.
    ///   - collect: called at every scrape and snapshot, as ``Registry`` says. Families and series may come in any order.
    /// - Throws: when a collector of that name is registered already.
    public func collector(
        _ name: String, limits: CallbackLimits = CallbackLimits(),
        _ collect: @escaping @Sendable () throws -> [MetricFamily]
    ) throws(RegistrationError) {
        let name = prefix + name
        try store.state.withLock { state throws(RegistrationError) in
            guard state.collectors[name] == nil else {
                throw RegistrationError(
                    code: .conflict, family: name,
                    message: "collector \"\(name)\": there is one of that name already. Choose another.")
            }
            let callback = Callback(name, limits: limits, host: store.callbacks, collect)
            state.collectors[name] = Collector(
                callback, prefix: prefix, constants: constants, utf8Names: store.utf8Names)
        }
    }

    /// All families by name, without idle series, with what collectors yield.
    func collect() -> [any CollectedFamily] {
        let now = store.age()
        let registered = ordered()
        for family in registered { family.expire(at: now) }
        let (collectors, owners, schemes) = store.state.withLock { ($0.collectors, $0.owners, $0.schemes) }
        guard !collectors.isEmpty else { return registered }
        var yielded: [any CollectedFamily] = []
        var claimed = owners
        for (_, collector) in collectors.sorted(by: { $0.key < $1.key }) {
            for family in collector.collect(in: schemes, owner: { claimed[$0] }) {
                for claim in family.definition.claims(in: schemes) { claimed[claim] = family.definition }
                yielded.append(family)
            }
        }
        return (registered + yielded).sorted { $0.definition.name < $1.definition.name }
    }
}
