import Documents

/// A rule that reads, by way of others, what it makes itself never begins, or never ends.
enum RecordingCycleCheck: RecordingCheck {
    static let name = "recording-cycle"
    static let summary = "a recording rule reads what it makes"

    static func problems(_ rules: RecordedMetrics) -> [Problem] {
        rules.rules.compactMap { rule in
            guard let path = path(from: rule.name.value, in: rules.sources) else { return nil }
            return problem(
                .error, rule, "the rule reads what it makes: \(path.joined(separator: " ← "))",
                remedy: "make one of them from other metrics")
        }
    }

    /// The shortest way from a metric back to it.
    private static func path(from start: String, in sources: [String: Set<String>]) -> [String]? {
        var ways: [[String]] = [[start]]
        var seen: Set<String> = []
        while !ways.isEmpty {
            var longer: [[String]] = []
            for way in ways {
                for next in (sources[way[way.count - 1]] ?? []).sorted() {
                    if next == start { return way + [next] }
                    if sources[next] != nil, seen.insert(next).inserted { longer.append(way + [next]) }
                }
            }
            ways = longer
        }
        return nil
    }
}
