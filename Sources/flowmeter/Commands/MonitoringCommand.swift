import ArgumentParser

struct MonitoringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitoring", abstract: "Metrics as data. Needs no server.",
        subcommands: [CatalogCommand.self])
}
