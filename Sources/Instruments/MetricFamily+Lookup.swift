/// How tests ask a snapshot:
///
/// ```swift
/// let snapshot = registry.snapshot()
/// #expect(snapshot["http_requests_total", ["method": "GET", "status": "200"]] == 3)
/// #expect(snapshot.sum("http_requests_total", where: ["method": "GET"]) == 7)
/// #expect(snapshot["queue_depth"] == nil)
/// ```
extension [MetricFamily] {
    /// The ``MetricFamily/Series/value`` of the series with exactly these labels, in any order; nil if there is none.
    public subscript(name: String, labels: [String: String] = [:]) -> Double? {
        series(name, labels)?.value
    }

    /// The series with exactly these labels, in any order; nil if there is none.
    public func series(_ name: String, _ labels: [String: String] = [:]) -> MetricFamily.Series? {
        family(name)?.series.first { $0.labels.count == labels.count && $0.has(labels) }
    }

    /// The sum of the ``MetricFamily/Series/value``s of all series that have these labels among theirs; 0 if none has.
    public func sum(_ name: String, where labels: [String: String] = [:]) -> Double {
        family(name)?.series.filter { $0.has(labels) }.reduce(0) { $0 + $1.value } ?? 0
    }

    /// The family of this name; nil if there is none.
    public func family(_ name: String) -> MetricFamily? {
        first { $0.name == name }
    }
}

extension MetricFamily.Series {
    fileprivate func has(_ labels: [String: String]) -> Bool {
        labels.allSatisfy { name, value in self[name].map { LabelValues([$0]) == LabelValues([value]) } ?? false }
    }
}
