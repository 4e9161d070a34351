/// Something that speaks of metrics or alerts, read from a file.
public enum Input: Sendable {
    case rules(RuleFile)
    case dashboard(Dashboard)
    case routes(AlertRoutes)
    case queries(QueryList)

    /// Every PromQL query in it, in the order of the file's parts.
    public var queries: [Query] {
        switch self {
        case .rules(let file): file.queries
        case .dashboard(let dashboard): dashboard.queries
        case .routes: []
        case .queries(let list): list.queries
        }
    }

    /// The configuration, if it is Alertmanager's.
    var routes: AlertRoutes? {
        if case .routes(let routes) = self { routes } else { nil }
    }
}

/// What a file holds, and what is wrong with it. A file of neither, such as a `Deployment`, speaks of no metrics.
public struct InputReading: Sendable {
    /// What was found, in the order of the file.
    public let inputs: [Input]
    /// In the order of the file.
    public let problems: [ReadingProblem]
}
