import ArgumentParser
import Documents
import Foundation
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
        let translation = Translation(
            from: try Configuration.dialect(from), to: try Configuration.dialect(to), kept: own)
        var problems: [Problem] = []
        let changes = try FileChange.changes(of: paths) { file throws(EditError) in
            let outcome = try translation.translated(file)
            problems += outcome.problems
            return outcome.bytes
        }
        try changes.make(dryRun: dryRun)
        if changes.isEmpty { Console.print("nothing to carry over") }
        guard !problems.isEmpty else { return }
        Console.print(String(CheckReport(problems: problems, files: changes.count).text.dropLast()))
        if problems.contains(where: { $0.severity == .error }) { throw Silent(status: .refused) }
    }
}
