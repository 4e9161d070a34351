import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until SIGTERM or SIGINT.",
        discussion: """
            Options win over FLOWMETER_* variables, those over flowmeter.yaml, that over the defaults. \
            `flowmeter config show` prints the outcome. Logs go to stderr, one JSON object to a line.
            """)

    @OptionGroup var settings: ConfigurationOptions

    func run() async throws {
        try await Serving(settings.resolve().values).run()
    }
}
