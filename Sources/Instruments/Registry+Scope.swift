extension Registry {
    /// A part of this registry, for a library or one of several like things: what is registered there gets a prefix and
    /// labels.
    ///
    /// ```swift
    /// let main = registry.scoped(prefix: "db_", labels: ["pool": "main"])
    /// let waits = try main.counter("waits_total", help: "Waits.", labels: [Label("reason", .closed(["lock", "io"]))])
    /// waits.with("lock").increment()  // db_waits_total{reason="lock",pool="main"}
    /// ```
    ///
    /// There is one name space: names conflict as if they had been registered with their prefixes, and snapshots,
    /// expositions, sizes and problems are those of the whole registry. The labels of a scope come after those of the
    /// family; in conflicts, they have the domain ``Label/Domain/declared``. Scopes with the same prefix and label
    /// names, whatever their values, share their families, each with its own series; and lookups in them take the values
    /// of the family's own labels alone. A callback belongs to one scope: a second one of the same name is refused, as
    /// everywhere.
    ///
    /// Looking a series up by its labels takes longer in a scope with labels, as they are put together at each lookup;
    /// recording to a kept instrument does not.
    ///
    /// - Parameters:
    ///   - prefix: stands before each name; after that of this registry, if it is a scope itself.
    ///   - labels: names and values; they come after those that this registry adds itself, ordered by name. Whether the
    ///     names are good is checked when a family is registered.
    public func scoped(prefix: String, labels: [String: String] = [:]) -> Registry {
        let added = labels.sorted { $0.key < $1.key }.map { MetricFamily.LabelPair(name: $0.key, value: $0.value) }
        return Registry(store: store, prefix: self.prefix + prefix, constants: constants + added)
    }

    /// The definition with what this scope adds.
    func scoped(_ definition: Definition) -> Definition {
        var scoped = definition
        scoped.name = prefix + definition.name
        scoped.labels += constants.map { Label($0.name, .declared) }
        scoped.supplied = constants.count
        return scoped
    }

    /// Makes instruments that a pedantic registry knows to be of this family.
    func audited<Member: Instrument>(
        _ make: @escaping @Sendable () -> Member, _ family: String
    ) -> @Sendable () -> Member {
        guard let problems = store.problems else { return make }
        return { [weak problems] in
            let made = make()
            if let problems { Audit.begin(made, family: family, problems) }
            return made
        }
    }
}
