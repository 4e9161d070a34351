import ArgumentParser
import Documents
import Monitoring
import Telemetry

struct TranslateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate", abstract: "Carry rules and dashboards over from one dialect to another.",
        discussion: """
            A query is carried over if the other dialect can tell the same; what cannot be stays as it was and is told. \
            All else stays byte for byte. Prints the lines that differ. Exits with 1 if something cannot be carried over.
            """)

    @Option(help: ArgumentHelp("The dialect that the files are in.", valueName: "NAME|FILE"))
    var from: String

    @Option(help: ArgumentHelp("The dialect that they are to be in.", valueName: "NAME|FILE"))
    var to: String

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "PATH"))
    var paths: [String]

    @Flag(help: "Print the lines, and change nothing.")
    var dryRun = false

    func run() throws {
        let own = try Configuration.dialect(Dialect.own)
        var translation = Translation(
            from: try Configuration.dialect(from), to: try Configuration.dialect(to), kept: own)
        try FileRewriting.run(
            paths, dryRun: dryRun, nothing: "nothing to carry over", prepare: { translation.learn(from: $0) }
        ) { file throws(EditError) in
            try translation.translated(file)
        }
    }
}
