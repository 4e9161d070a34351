import ArgumentParser
import Documents
import Monitoring
import Telemetry

struct RenameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Rename a metric, a label or a value in rules and dashboards.",
        discussion: """
            Queries, alert templates and legends change; all else stays byte for byte. Prints the lines that differ. \
            What a variable of a dashboard makes is left alone; so are patterns other than lists of values (a|b), and \
            queries in which the new label stands already: those are told. With a metric go the samples of its \
            histogram (_bucket, _count, _sum); --catalogue says which there are: a catalogue as JSON, a scrape in a \
            file, the address of one, or that of a Prometheus.
            """)

    enum What: String, ExpressibleByArgument, CaseIterable {
        case metric, label, value
    }

    @Argument(help: ArgumentHelp("The name, or for a value LABEL=VALUE.", valueName: "OLD"))
    var old: String

    @Argument(help: ArgumentHelp("The new name or value.", valueName: "NEW"))
    var new: String

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "PATH"))
    var paths: [String]

    @Option(help: "Rename a metric, a label or a value.")
    var kind = What.metric

    @Option(help: ArgumentHelp("What metrics there are.", valueName: "FILE|URL"))
    var catalogue: String?

    @Flag(help: "Print the lines, and change nothing.")
    var dryRun = false

    func run() async throws {
        let renaming = try renaming
        guard renaming.isPlain else {
            throw CommandError(
                .usage, "\(new) cannot be written wherever \(old) stands",
                remedy: "use letters, digits and underscores, and no digit at the beginning")
        }
        var known: Catalogue?
        if let catalogue { known = try await CatalogueSource(name: catalogue).catalogue().0 }
        var samples: RenamedSamples?
        try FileRewriting.run(
            paths, dryRun: dryRun, nothing: "nothing to rename",
            prepare: { samples = RenamedSamples(renaming, in: $0, known) }
        ) { file throws(EditError) in
            try renaming.renamed(file, samples)
        }
    }

    private var renaming: Renaming {
        get throws {
            switch kind {
            case .metric: return .metric(old, to: new)
            case .label: return .label(old, to: new)
            case .value:
                guard let sign = old.firstIndex(of: "=") else {
                    throw CommandError(.usage, "a value is named with its label", remedy: "write LABEL=VALUE")
                }
                return .value(label: String(old[..<sign]), String(old[old.index(after: sign)...]), to: new)
            }
        }
    }
}
