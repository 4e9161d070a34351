/// A family as it was registered.
package struct RegisteredFamily: Sendable, Hashable {
    package let name: String
    package let type: MetricType
    package let help: String
    /// In order, those included that a scope adds.
    package let labels: [Label]
    /// The finite upper bounds of a histogram.
    package let buckets: [Double]
}

extension Registry {
    /// What is registered, by name; what collectors yield is not known beforehand.
    package var registered: [RegisteredFamily] {
        store.state.withLock { $0.families.values.map(\.definition) }.sorted { $0.name < $1.name }.map {
            RegisteredFamily(
                name: $0.name, type: $0.type, help: $0.help, labels: $0.labels, buckets: $0.buckets)
        }
    }
}
