import Synchronization

/// A callback that yields whole families.
final class Collector: Sendable {
    let callback: Callback<[MetricFamily]>
    private let prefix: String
    private let constants: [MetricFamily.LabelPair]
    private let utf8Names: Bool
    private let lastCount = Atomic<Int>(0)

    /// - Parameters:
    ///   - prefix: what a scope puts before the names of its families.
    ///   - constants: labels that a scope adds to them, with their values.
    ///   - utf8Names: whether names need not be legacy names.
    init(
        _ callback: Callback<[MetricFamily]>, prefix: String, constants: [MetricFamily.LabelPair], utf8Names: Bool
    ) {
        self.callback = callback
        self.prefix = prefix
        self.constants = constants
        self.utf8Names = utf8Names
    }

    /// How many series were shown last.
    var seriesCount: Int { lastCount.load(ordering: .relaxed) }

    /// What can be shown of what it yields: nothing if it fails or yields too much, and no family that is unfit.
    ///
    /// - Parameters:
    ///   - schemes: in which names may not collide.
    ///   - owner: who has a name already.
    func collect(in schemes: [EscapingScheme], owner: (NameClaim) -> Definition?) -> [YieldedFamily] {
        let yielded = callback.call() ?? []
        let count = yielded.reduce(0) { $0 + $1.series.count }
        guard count <= callback.limits.series else {
            callback.fail(.flood, "it yielded \(count) series, \(callback.limits.series) at most")
            lastCount.store(0, ordering: .relaxed)
            return []
        }
        var claimed: [NameClaim: Definition] = [:]
        var fit: [YieldedFamily] = []
        for family in yielded {
            do throws(YieldedFamily.Unfit) {
                let made = try YieldedFamily(
                    family, prefix: prefix, constants: constants, utf8Names: utf8Names)
                let claims = made.definition.claims(in: schemes)
                for claim in claims {
                    guard let other = claimed[claim] ?? owner(claim) else { continue }
                    throw .init(reason: "\"\(made.definition.name)\" needs \(claim) of \(other.summary)")
                }
                for claim in claims { claimed[claim] = made.definition }
                fit.append(made)
            } catch {
                callback.fail(.invalid, error.reason)
            }
        }
        lastCount.store(fit.reduce(0) { $0 + $1.seriesCount }, ordering: .relaxed)
        return fit
    }
}
