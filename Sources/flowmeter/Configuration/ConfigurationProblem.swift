/// One thing that is wrong with the configuration, and where.
struct ConfigurationProblem: Sendable, Hashable {
    /// `flowmeter.yaml:3:5`, a variable, or an option.
    var place: String
    var message: String
    var remedy: String?
}

/// All that is wrong with the configuration.
struct ConfigurationError: Error {
    var problems: [ConfigurationProblem]
}

extension ConfigurationProblem: CustomStringConvertible {
    var description: String {
        "\(place): \(message)" + (remedy.map { "; \($0)" } ?? "")
    }
}
