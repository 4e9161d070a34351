public import Documents

/// The variables that a dashboard's queries may use.
public struct VariableScope: Sendable {
    private let variables: [String: Variable]

    /// The variables of a dashboard; of two of one name, the first counts.
    public init(_ variables: [Variable]) {
        self.variables = Dictionary(variables.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The dashboard's variable of a name; nil for Grafana's own and for unknown ones.
    public func variable(_ name: String) -> Variable? { variables[name] }

    /// The names, sorted.
    public var names: [String] { variables.keys.sorted() }

    /// Whether there is such a variable, the dashboard's or Grafana's own.
    public func contains(_ name: String) -> Bool { variables[name] != nil || Self.isBuiltIn(name) }

    /// Variables of Grafana itself, whose names begin with two underscores.
    public static func isBuiltIn(_ name: String) -> Bool {
        durations.contains(name) || numbers.contains(name) || texts.contains(name)
    }

    static let durations: Set<String> = ["__interval", "__rate_interval", "__range", "__auto", "__auto_interval"]
    static let numbers: Set<String> = [
        "__interval_ms", "__rate_interval_ms", "__range_s", "__range_ms", "__from", "__to",
    ]
    private static let texts: Set<String> = ["__dashboard", "__user", "__org", "__name", "__timezone", "timeFilter"]
}

extension Variable {
    /// The values that it may have, when the file says so: of a custom or an interval variable and a constant.
    public var closedValues: [SourceText]? {
        switch kind {
        case .custom, .interval, .constant: options.isEmpty ? nil : options
        default: nil
        }
    }
}

extension VariableScope {
    /// The variables of an input's queries.
    init(_ input: Input) {
        if case .dashboard(let dashboard) = input {
            self.init(dashboard.variables)
        } else {
            self.init([])
        }
    }
}
