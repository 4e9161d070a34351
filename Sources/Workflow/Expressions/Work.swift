/// What expressions may still cost before they are given up.
///
/// One unit is about what a byte of rendered text, a step of a pattern or a comparison of two numbers costs: a few
/// nanoseconds. It is counted and not timed, so that every machine gives up at the same place.
struct Work {
    private(set) var left = limit

    /// What one condition, or one text or value with placeholders, may cost; about 20 ms.
    static let limit = 2_500_000

    var spent: Int { Self.limit - left }
    var isOver: Bool { left < 0 }

    mutating func spend(_ units: Int) { left -= min(units, Self.limit + 1) }

    func check() throws(ExpressionError) {
        if isOver { throw ExpressionError(.tooMuchWork) }
    }
}
