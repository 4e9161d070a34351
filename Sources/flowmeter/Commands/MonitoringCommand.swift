import ArgumentParser

struct MonitoringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitoring", abstract: "Metrics, rules and dashboards. Needs no server.",
        subcommands: [
            CatalogCommand.self, CheckCommand.self, RenameCommand.self, TranslateCommand.self, RenderCommand.self,
        ])
}
