import PromQL

/// The samples of a series, one a minute, as promtool reads them: `0+0x2 1+3x20`.
struct SampleRuns {
    private struct Run {
        /// Nil where there are no samples.
        var start: Double?
        var step: Double
        /// How many samples come after the first, or how many are missing; nil for as many as are needed.
        var count: Int?
    }

    private var runs: [Run]

    init(_ happening: Happening) throws(Loss) {
        guard let values = happening.values else {
            runs = [Run(start: happening.start ?? 0, step: happening.step ?? 0)]
            return
        }
        runs = []
        for word in values.split(separator: " ") {
            guard let run = Self.run(word) else {
                throw Loss(
                    range: SourceRange(0..<values.utf8.count), message: "\(word) is no run of samples",
                    remedy: "write a first value, what is added each time and how often, as 1+0x5, or _x5 for none")
            }
            runs.append(run)
        }
    }

    private static func run(_ word: Substring) -> Run? {
        if let match = word.wholeMatch(of: /_x(\d+)/), let count = Int(match.1) { return Run(step: 0, count: count) }
        guard let match = word.wholeMatch(of: /([0-9.]+)([+-][0-9.]+)x(\d+)/), let start = Double(match.1),
            let step = Double(match.2), let count = Int(match.3)
        else { return nil }
        return Run(start: start, step: step, count: count)
    }

    /// Each sample times a factor.
    func scaled(_ factor: Double) -> SampleRuns {
        var scaled = self
        for index in runs.indices {
            scaled.runs[index].start = runs[index].start.map { $0 * factor }
            scaled.runs[index].step *= factor
        }
        return scaled
    }

    /// Nil if the runs are not as long.
    func adding(_ other: SampleRuns) -> SampleRuns? {
        guard runs.map(\.count) == other.runs.map(\.count) else { return nil }
        var sum = self
        for (index, run) in other.runs.enumerated() {
            sum.runs[index].start = (sum.runs[index].start ?? 0) + (run.start ?? 0)
            sum.runs[index].step += run.step
        }
        return sum
    }

    /// - Parameter samples: how many come after the first.
    func text(samples: Int) -> String {
        runs.map { run in
            let count = run.count ?? samples
            guard let start = run.start else { return "_x\(count)" }
            return "\(Self.number(start))\(run.step < 0 ? "-" : "+")\(Self.number(abs(run.step)))x\(count)"
        }.joined(separator: " ")
    }

    /// Without a fraction where there is none.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
