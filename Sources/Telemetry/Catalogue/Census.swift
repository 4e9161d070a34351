/// What is known of the values that no list bounds: which there are together, by signal.
///
/// From it follows how many series there can be, before anything runs.
public struct Census: Sendable {
    /// By the name of the signal: values of attributes that occur together. A signal that is not there is not known.
    public var combinations: [String: [[String: String]]]
    /// The metrics that users declare, each once.
    public var declared: [DeclaredMetric]

    /// - Parameters:
    ///   - combinations: by the name of the signal.
    ///   - declared: the metrics that users declare, each once.
    public init(_ combinations: [String: [[String: String]]], declared: [DeclaredMetric] = []) {
        self.combinations = combinations
        self.declared = declared
    }

    /// How many series the view can have; nil if it is not known.
    func series(of view: BoundView) -> Int? {
        let known = combinations[view.signal.name] ?? [[:]]
        var series: Set<[String]> = []
        for values in known {
            let combinations = view.combinations(where: values)
            // A label that is neither listed nor known.
            if combinations.isEmpty, view.isShown(where: values) { return nil }
            series.formUnion(combinations)
        }
        return series.count
    }
}
