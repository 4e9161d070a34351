/// Brings label values into their domains.
struct LabelPolicy: Sendable {
    /// No value may be longer, in bytes of UTF-8.
    static let longestValue = 1 << 16

    private enum Rule: Sendable {
        case anything
        case listed(Set<LabelValues>)
        /// The reserved values, and how many others there may be.
        case capped(Int, reserved: Set<LabelValues>)
    }

    /// The values of open labels that series have, save reserved ones, and how many series have each.
    struct Usage: Sendable {
        fileprivate var counts: [Int: [LabelValues: Int]] = [:]
    }

    private let rules: [Rule]

    init(_ labels: [Label]) {
        rules = labels.map { label in
            switch label.domain {
            case .closed(let values): .listed(Set(values.map { LabelValues([$0]) }))
            case .route, .declared: .anything
            case .open(let cap, _, let reserved):
                .capped(cap - reserved.count, reserved: Set(reserved.map { LabelValues([$0]) }))
            }
        }
    }

    /// The values to record under, and the indices of the labels whose value had to give way.
    ///
    /// - Parameter values: as many as there are labels.
    func resolve(_ values: LabelValues, usage: Usage) -> (values: LabelValues, overflowed: [Int]) {
        var resolved = values
        var overflowed: [Int] = []
        for (index, rule) in rules.enumerated() where !admits(values.strings[index], rule, index, usage) {
            resolved.strings[index] = Label.overflowValue
            overflowed.append(index)
        }
        return (resolved, overflowed)
    }

    /// Notes that a series with these values has come.
    func claim(_ values: LabelValues, in usage: inout Usage) {
        for (index, rule) in rules.enumerated() {
            let value = LabelValues([values.strings[index]])
            guard case .capped(_, let reserved) = rule, !reserved.contains(value),
                values.strings[index] != Label.overflowValue
            else { continue }
            usage.counts[index, default: [:]][value, default: 0] += 1
        }
    }

    /// Notes that a series with these values has gone.
    func release(_ values: LabelValues, in usage: inout Usage) {
        for (index, rule) in rules.enumerated() {
            guard case .capped = rule else { continue }
            let value = LabelValues([values.strings[index]])
            guard let count = usage.counts[index]?[value] else { continue }
            usage.counts[index]?[value] = count > 1 ? count - 1 : nil
        }
    }

    private func admits(_ value: String, _ rule: Rule, _ index: Int, _ usage: Usage) -> Bool {
        guard value.utf8.count <= Self.longestValue else { return false }
        return switch rule {
        case .anything: true
        case .listed(let values): values.contains(LabelValues([value]))
        case .capped(let cap, let reserved):
            value == Label.overflowValue || reserved.contains(LabelValues([value]))
                || usage.counts[index].map { $0.count < cap || $0[LabelValues([value])] != nil } ?? (cap > 0)
        }
    }
}
