import ArgumentParser
import Documents
import Monitoring

struct RenameCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Rename a metric, a label or a value in rules and dashboards.",
        discussion: """
            Queries, alert templates and legends change; all else stays byte for byte. Prints the lines that differ. \
            What a variable of a dashboard makes is left alone; so are patterns other than lists of values (a|b), and \
            those are told that would have to change.
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

    @Flag(help: "Print the lines, and change nothing.")
    var dryRun = false

    func run() throws {
        let renaming = try renaming
        guard renaming.isPlain else {
            throw CommandError(
                .usage, "\(new) cannot be written wherever \(old) stands",
                remedy: "use letters, digits and underscores, and no digit at the beginning")
        }
        try FileRewriting.run(paths, dryRun: dryRun, nothing: "nothing to rename") { file throws(EditError) in
            try renaming.renamed(file)
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
