/// The bounds of the finest exponential schema within one octave.
enum ExponentialBounds {
    /// 2^(j/256) for j from 0 to 255, each the nearest double.
    static let finest: [Double] = {
        let roots = (0..<8).reduce(into: [Pair(high: 2, low: 0)]) { roots, _ in
            roots.append(roots[roots.count - 1].squareRoot())
        }
        return (0..<256).map { j in
            (1...8).filter { j & (256 >> $0) != 0 }.reduce(Pair(high: 1, low: 0)) { $0 * roots[$1] }.high
        }
    }()

    /// A number as the unevaluated sum of two doubles, some 106 bits, for the few operations that are needed here.
    ///
    /// Formulas: T. J. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik
    /// 18 (1971).
    private struct Pair {
        let high: Double
        let low: Double

        init(high: Double, low: Double) {
            self.high = high + low
            self.low = low - (self.high - high)
        }

        static func * (left: Pair, right: Pair) -> Pair {
            let product = left.high * right.high
            let error = (-product).addingProduct(left.high, right.high)
            return Pair(high: product, low: error + (left.high * right.low + left.low * right.high))
        }

        func squareRoot() -> Pair {
            let root = high.squareRoot()
            let square = root * root
            let error = (-square).addingProduct(root, root)
            return Pair(high: root, low: ((high - square) - error + low) / (2 * root))
        }
    }
}
