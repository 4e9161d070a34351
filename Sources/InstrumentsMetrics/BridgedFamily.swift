import Instruments
import Synchronization

/// A registered family and the handlers that write to it.
final class BridgedFamily<Member: Instrument>: Sendable {
    let metric: String
    private let family: Family<Member>
    private let labels: [String]
    /// How many handlers each series has; those that were released without being destroyed do not count.
    private let handlers = Mutex<[[String]: Int]>([:])

    init(metric: String, family: Family<Member>, labels: [String]) {
        self.metric = metric
        self.family = family
        self.labels = labels
    }

    /// The label values for these dimensions in the order of the labels, and the keys that there is no label for.
    ///
    /// A label without a dimension has the empty value, which to Prometheus is the same as no label. Keys that come to
    /// the same label join their values by `;`.
    func values(for dimensions: [(String, String)]) -> (values: [String], extra: [String]) {
        var values = [String?](repeating: nil, count: labels.count)
        var extra: [String] = []
        for (key, value) in dimensions {
            guard let index = labels.firstIndex(of: key) ?? labels.firstIndex(of: NameMapping.label(key)) else {
                extra.append(key)
                continue
            }
            values[index] = values[index].map { "\($0);\(value)" } ?? value
        }
        return (values.map { $0 ?? "" }, extra)
    }

    func hold(_ values: [String]) -> Holding<Member> {
        handlers.withLock { handlers in
            handlers[values, default: 0] += 1
            return Holding(family: self, values: values, instrument: family.with(values))
        }
    }

    /// - Parameter removing: whether the series goes if this was its last handler.
    fileprivate func release(_ values: [String], removing: Bool) {
        handlers.withLock { handlers in
            guard let count = handlers[values] else { return }
            handlers[values] = count > 1 ? count - 1 : nil
            if removing, count == 1 { family.remove(values) }
        }
    }
}

/// A handler's share in a series.
final class Holding<Member: Instrument>: Sendable {
    let instrument: Member
    private let family: BridgedFamily<Member>
    private let values: [String]
    private let isReleased = Atomic(false)

    fileprivate init(family: BridgedFamily<Member>, values: [String], instrument: Member) {
        self.family = family
        self.values = values
        self.instrument = instrument
    }

    /// The label as the library spells it.
    var metric: String { family.metric }

    /// The series goes with its last handler that is destroyed; one of a family without labels stays.
    func destroy() { release(removing: true) }

    private func release(removing: Bool) {
        guard !isReleased.exchange(true, ordering: .relaxed) else { return }
        family.release(values, removing: removing)
    }

    deinit { release(removing: false) }
}
