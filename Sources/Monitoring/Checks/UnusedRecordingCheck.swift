import Documents

/// What nobody reads is computed for nothing, or for files that were not looked at.
enum UnusedRecordingCheck: RecordingCheck {
    static let name = "unused-recording"
    static let summary = "nothing reads what a rule makes"

    static func problems(_ rules: RecordedMetrics) -> [Problem] {
        guard rules.hasReaders else { return [] }
        let read = rules.read.union(rules.sources.values.flatMap(\.self))
        return rules.rules.filter { !read.contains($0.name.value) }.map {
            problem(
                .information, $0, "nothing in these files reads the metric",
                remedy: "remove the rule, or check the files that read it along with it")
        }
    }
}
