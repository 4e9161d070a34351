import ArgumentParser
import Documents
import Foundation
import Monitoring
import Telemetry

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find what is wrong with rules and dashboards.",
        discussion: """
            Takes rule files, PrometheusRules, dashboards of Grafana, Alertmanager's configuration and lists of \
            queries (.promql), and folders of these. Holds them against the catalogue of the dialects that are on, or \
            against --catalogue: a catalogue as JSON, a scrape in a file, the address of one, or that of a Prometheus. \
            An address may hold a name and a password; FLOWMETER_CATALOGUE_TOKEN is sent as a bearer token. \
            Exits with 1 if there are errors.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, github, sarif
    }

    @OptionGroup(visibility: .hidden) var settings: ConfigurationOptions

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "PATH"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("What there is to query.", valueName: "FILE|URL"))
    var catalogue: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Definitions whose metrics there are, too.", valueName: "FILE"))
    var definitions: [String] = []

    @Option(help: "Print text, JSON, commands of GitHub Actions, or SARIF.")
    var format = Format.text

    @Option(help: ArgumentHelp("Leave out what is in this file, an earlier report as JSON.", valueName: "FILE"))
    var baseline: String?

    @Option(help: ArgumentHelp("The time from one scrape to the next.", valueName: "SECONDS"))
    var scrapeInterval = 15.0

    @Flag(help: "Tell, too, which families of the catalogue no query reads.")
    var coverage = false

    @Option(
        help: ArgumentHelp(
            "Tell, too, which families of the catalogue this scrape does not show.", valueName: "FILE|URL"))
    var scrape: String?

    @Flag(help: "Exit with 1 if there are warnings, too.")
    var strict = false

    func validate() throws {
        guard !paths.isEmpty || scrape != nil else { throw ValidationError("Name files or folders to check.") }
        guard scrapeInterval > 0, scrapeInterval.isFinite else {
            throw ValidationError("The scrape interval is \(scrapeInterval) s. Name more than 0.")
        }
    }

    func run() async throws {
        let (catalogue, places) = try await readCatalogue()
        let files = try CheckedFiles.files(paths).map { SourceFile(path: $0, bytes: try InputFile.bytes($0)) }
        let checker = Checker(catalogue: catalogue, scrapeInterval: scrapeInterval)
        var report = checker.report(files, coverage: coverage ? places : nil)
        guard files.isEmpty || report.foreign < files.count else {
            throw CommandError(
                .usage, "nothing of \(paths.joined(separator: ", ")) holds rules, dashboards, routes or queries",
                remedy: "see docs/monitoring-check.md for what is read")
        }
        var problems = report.problems
        if let scrape {
            problems += checker.notRecorded(in: try await CatalogueSource(name: scrape).scrape(), at: places)
        }
        let count = problems.count
        if let baseline { problems = try Baseline(json: baseline).filter(problems) }
        report = CheckReport(problems: problems, files: files.count, foreign: report.foreign)
        report.known = count - problems.count
        switch format {
        case .text: Console.print(String(report.text.dropLast()))
        case .json: Console.print(try PrettyJSON.text(["problems": report.entries]))
        case .github: if !report.github.isEmpty { Console.print(String(report.github.dropLast())) }
        case .sarif: Console.print(try PrettyJSON.text(report.sarif))
        }
        if report.count(.error) > 0 || strict && report.count(.warning) > 0 { throw Silent(status: .refused) }
    }

    /// What there is to query, and where its families stand.
    private func readCatalogue() async throws -> (Catalogue, CataloguePlaces) {
        if let catalogue {
            let found = try await CatalogueSource(name: catalogue).catalogue()
            guard !found.0.families.isEmpty else {
                throw CommandError(.usage, "\(catalogue) has no metrics at all", remedy: "look what is there")
            }
            return found
        }
        let census = try ServerCensus.census(of: definitions, settings.resolve().values)
        let catalogue = try Catalogue(try settings.resolve().values.dialects(), census: census)
        return (catalogue, CataloguePlaces(catalogue))
    }
}

/// Problems that are known and not to be told again.
private struct Baseline {
    private struct Report: Decodable {
        let problems: [CheckReport.Entry]
    }

    /// What stays the same when lines move.
    private struct Key: Hashable {
        let check, file, context, message: String

        init(_ entry: CheckReport.Entry) {
            (check, context, message) = (entry.check, entry.context, entry.message)
            // However it was written: `a.yml`, `./a.yml`, or from the root.
            file = URL(fileURLWithPath: entry.file).standardizedFileURL.path
        }
    }

    private let known: [Key: Int]

    init(json path: String) throws {
        let bytes = try InputFile.bytes(path)
        do {
            let report = try JSONDecoder().decode(Report.self, from: Data(bytes))
            known = Dictionary(report.problems.map { (Key($0), 1) }, uniquingKeysWith: +)
        } catch {
            throw CommandError(
                .usage, "\(path) is no report: \(describe(decodingError: error))",
                remedy: "make one with `flowmeter monitoring check --format json`")
        }
    }

    /// Each known problem hides as many as there were.
    func filter(_ problems: [Problem]) -> [Problem] {
        var left = known
        return zip(problems, CheckReport(problems: problems, files: 0).entries).compactMap { problem, entry in
            guard let count = left[Key(entry)], count > 0 else { return problem }
            left[Key(entry)] = count - 1
            return nil
        }
    }
}
