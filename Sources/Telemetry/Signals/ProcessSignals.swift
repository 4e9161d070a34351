public import Instruments

extension Signals {
    /// The build that runs; the measure `running` is always 1.
    public static let build = Signal<BuildAttributes>(
        "build", .observed, measures: [Measure("running", .count)], "The build that runs.")

    /// How long the server has been up.
    public static let uptime = Signal<NoAttributes>(
        "process.uptime", .observed, measures: [Measure("uptime", .seconds, isSum: true)],
        "Time since the server was started.")
}

/// What tells builds apart.
public struct BuildAttributes: LabelSet {
    let version: DeclaredName
    let commit: DeclaredName
    let swift: DeclaredName

    /// - Parameter swift: the version of the compiler.
    public init(version: DeclaredName, commit: DeclaredName, swift: DeclaredName) {
        (self.version, self.commit, self.swift) = (version, commit, swift)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("service.version", DeclaredName.self), Label("vcs.revision", DeclaredName.self),
            Label("swift.version", DeclaredName.self),
        ]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(version)
        encoder.add(commit)
        encoder.add(swift)
    }
}
