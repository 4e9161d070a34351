import Documents
import PromQL
import Wording

/// Seconds shown as milliseconds, or added to bytes, are numbers that mean nothing.
enum UnitCheck: QueryCheck {
    static let name = "unit"
    static let summary = "seconds shown as milliseconds, or added to bytes"

    static func problems(_ query: CheckedQuery) -> [Problem] { operators(query) + panel(query) }

    // MARK: Panels

    private static func panel(_ query: CheckedQuery) -> [Problem] {
        guard case .target(let target, let panel) = query.query.owner, !target.isHidden,
            let shown = PanelScale(panel), let unit = query.units.unit(of: query.expression), shown.isWrong(for: unit),
            let words = unit.words, let shownWords = shown.unit.words
        else { return [] }
        return [
            query.problem(
                name, .error, query.expression.range, "the panel shows \(shownWords), and the query gives \(words)",
                remedy: remedy(unit, shown))
        ]
    }

    private static func remedy(_ unit: Unit, _ shown: PanelScale) -> String {
        let other =
            suggestion(unit).map { "choose the unit \($0) for the panel" } ?? "choose another unit for the panel"
        let isShare = shown.unit.quantity == .ratio && unit.quantity == .time && unit.isPerSecond
        guard shown.unit.quantity == unit.quantity || isShare else { return other }
        let factor = unit.scale / shown.unit.scale
        let change = factor >= 1 ? "multiply by \(factor.rounded())" : "divide by \((1 / factor).rounded())"
        return "\(change.hasSuffix(".0") ? String(change.dropLast(2)) : change), or \(other)"
    }

    /// Grafana's name of a unit, where there is one.
    private static func suggestion(_ unit: Unit) -> String? {
        let names: [(name: String, scale: Double)] =
            switch (unit.quantity, unit.isPerSecond) {
            case (.time, true): [("percentunit", 1), ("percent", 0.01)]
            case (.time, false): [("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9), ("m", 60), ("h", 3600)]
            case (.bytes, true): [("Bps", 1), ("bps", 0.125)]
            case (.bytes, false): [("bytes", 1), ("kbytes", 1e3), ("mbytes", 1e6), ("gbytes", 1e9), ("bits", 0.125)]
            case (.ratio, _): [("percentunit", 1), ("percent", 0.01)]
            case (.count, true): [("ops", 1)]
            case (.count, false): [("short", 1)]
            case (.own, _), (.one, _): []
            }
        return names.first { Unit.isClose($0.scale, unit.scale) }?.name
    }

    // MARK: Operators

    private static func operators(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            if case .binary(let node) = expression, let problem = problem(query, node) { problems.append(problem) }
            return true
        }
        return problems
    }

    private static func problem(_ query: CheckedQuery, _ node: BinaryOperation) -> Problem? {
        let isSum = node.operation == .add || node.operation == .subtract
        guard isSum || node.operation.isComparison, let left = query.units.unit(of: node.left),
            let right = query.units.unit(of: node.right), areDifferent(left, right, isSum: isSum),
            let leftWords = left.words, let rightWords = right.words
        else { return nil }
        let isScale = left.quantity == right.quantity
        return query.problem(
            name, .error, node.operationRange, "the left side is \(leftWords), the right one \(rightWords)",
            remedy: isScale ? "multiply or divide one side, so that both have one unit" : "use metrics of one unit")
    }

    /// Whether it is certain: a number by which one side is multiplied may have a unit of its own, and the rate of seconds
    /// is none.
    private static func areDifferent(_ left: Unit, _ right: Unit, isSum: Bool) -> Bool {
        guard !left.isScaled, !right.isScaled, !left.isGuess, !right.isGuess, !left.isShare, !right.isShare else {
            return false
        }
        switch (left.quantity, right.quantity) {
        case (.time, .time), (.bytes, .bytes): return !Unit.isClose(left.scale, right.scale)
        case (.time, .bytes), (.bytes, .time): return true
        // More seconds than requests are more than a second for each.
        case (.time, .count), (.count, .time), (.bytes, .count), (.count, .bytes): return isSum
        default: return false
        }
    }
}

extension Unit {
    /// How much of each second, which is a part of a whole.
    fileprivate var isShare: Bool { quantity == .time && isPerSecond }
}

extension CheckedQuery {
    var units: UnitFlow {
        UnitFlow(
            metric: { selector in
                name(of: selector).flatMap { name in metrics[name].flatMap { $0.unit(of: name) } }
            },
            buckets: { selector in
                name(of: selector).flatMap { metrics[$0] }.flatMap { $0.part == .bucket ? $0.family.valueUnit : nil }
            },
            isLiteral: { isLiteral($0) })
    }

    private func name(of selector: VectorSelector) -> String? {
        selector.name.flatMap { isLiteral($0.range) ? $0.text : nil }
    }
}
