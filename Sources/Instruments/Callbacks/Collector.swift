import Synchronization

/// A callback that yields whole families.
final class Collector: Sendable {
    let callback: Callback<[MetricFamily]>
    private let prefix: String
    private let constants: [MetricFamily.LabelPair]
    private let lastCount = Atomic<Int>(0)

    /// - Parameters:
    ///   - prefix: what a scope puts before the names of its families.
    ///   - constants: labels that a scope adds to them, with their values.
    init(_ callback: Callback<[MetricFamily]>, prefix: String, constants: [MetricFamily.LabelPair]) {
        self.callback = callback
        self.prefix = prefix
        self.constants = constants
    }

    /// How many series were shown last.
    var seriesCount: Int { lastCount.load(ordering: .relaxed) }

    /// What can be shown of what it yields: nothing if it fails or yields too much, and no family that is unfit.
    ///
    /// - Parameter owner: who has a name already.
    func collect(owner: (String) -> Definition?) -> [YieldedFamily] {
        let yielded = callback.call() ?? []
        let count = yielded.reduce(0) { $0 + $1.series.count }
        guard count <= callback.limits.series else {
            callback.fail(.flood, "it yielded \(count) series, \(callback.limits.series) at most")
            lastCount.store(0, ordering: .relaxed)
            return []
        }
        var claimed: [String: Definition] = [:]
        var fit: [YieldedFamily] = []
        for family in yielded {
            do throws(YieldedFamily.Unfit) {
                let made = try YieldedFamily(family, prefix: prefix, constants: constants)
                for name in made.definition.claimedNames {
                    guard let other = claimed[name] ?? owner(name) else { continue }
                    throw .init(reason: "\"\(made.definition.name)\" needs the name \"\(name)\" of \(other.summary)")
                }
                for name in made.definition.claimedNames { claimed[name] = made.definition }
                fit.append(made)
            } catch {
                callback.fail(.invalid, error.reason)
            }
        }
        lastCount.store(fit.reduce(0) { $0 + $1.seriesCount }, ordering: .relaxed)
        return fit
    }
}
