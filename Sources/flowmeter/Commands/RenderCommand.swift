import ArgumentParser
import Foundation
import Monitoring
import Telemetry
import Workflow

struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Write the monitoring that comes with Flowmeter.",
        discussion: """
            For each dialect that is on, a folder: configuration of Prometheus, Alertmanager, Grafana and Kubernetes, \
            recording rules, alerts with their tests and runbooks, dashboards. With --definitions, a dashboard for each \
            of these workflows, and alerts for those that declare an slo. Says what a dialect cannot show.
            """)

    @OptionGroup var settings: ConfigurationOptions

    @Option(help: ArgumentHelp("The folder to write to.", valueName: "DIR"))
    var output = "Monitoring"

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Definitions that are deployed.", valueName: "FILE"))
    var definitions: [String] = []

    @Option(help: ArgumentHelp("Where the runbooks are published; the alerts name their pages.", valueName: "URL"))
    var runbooks = "runbooks/"

    func run() throws {
        let configuration = try settings.resolve().values
        let options = try options(configuration)
        for dialect in try configuration.dialects().dropFirst() {
            let rendered = try RenderedMonitoring(dialect, options: options)
            for (path, text) in rendered.files.sorted(by: { $0.key < $1.key }) {
                try write(text, to: "\(output)/\(dialect.name)/\(path)")
            }
            Console.print("\(output)/\(dialect.name): \(rendered.files.count) files")
            for part in rendered.omitted { Console.print("  without \(part.what): \(part.why)") }
        }
    }

    private func options(_ configuration: Configuration) throws -> RenderingOptions {
        let workflows = try DefinitionCheck.definitions(in: definitions)
        let address = configuration.monitoringListen ?? configuration.listen
        return RenderingOptions(
            target: "\(address)", metricsPath: configuration.monitoringPath,
            hasToken: configuration.monitoringToken != nil,
            runbooks: runbooks.hasSuffix("/") ? runbooks : runbooks + "/",
            workflows: workflows.map(WorkflowPromise.init))
    }

    private func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            throw CommandError(
                .refused, "\(path) cannot be written: \(describe(fileError: error))",
                remedy: "name another folder with --output")
        }
    }
}

extension WorkflowPromise {
    fileprivate init(_ definition: Definition) {
        self.init(workflow: definition.id, name: definition.name)
        guard let slo = definition.slo else { return }
        (objective, window) = (slo.objective, slo.window.inSeconds)
    }
}
