import ArgumentParser
import AsyncHTTPClient
import Documents
import Foundation
import Instruments
import Monitoring
import NIOCore
import NIOHTTP1
import Telemetry

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find what is wrong with rules and dashboards.",
        discussion: """
            Takes rule files, PrometheusRules, dashboards of Grafana, Alertmanager's configuration and lists of \
            queries (.promql), and folders of these. Holds them against the catalogue of the dialects that are on, or \
            against --catalogue: a catalogue as JSON, a scrape in a file, or the address of one. Exits with 1 if there \
            are errors. With --coverage, tells which families no query reads; with --scrape, which ones a scrape does \
            not show.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, github, sarif
    }

    @OptionGroup var settings: ConfigurationOptions

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "PATH"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("What there is to query.", valueName: "FILE|URL"))
    var catalogue: String?

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
    }

    func run() async throws {
        let catalogue = try await readCatalogue()
        let files = try CheckedFiles.files(paths).map { SourceFile(path: $0, bytes: try InputFile.bytes($0)) }
        let checker = Checker(catalogue: catalogue, scrapeInterval: scrapeInterval)
        let places = try places(of: catalogue)
        var problems = checker.problems(in: files, coverage: coverage ? places : nil)
        if let scrape { problems += checker.notRecorded(in: try await Self.readScrape(scrape), at: places) }
        if let baseline { problems = try Baseline(json: baseline).filter(problems) }
        let report = CheckReport(problems: problems, files: files.count)
        switch format {
        case .text: Console.print(String(report.text.dropLast()))
        case .json: Console.print(try PrettyJSON.text(["problems": report.entries]))
        case .github: if !report.github.isEmpty { Console.print(String(report.github.dropLast())) }
        case .sarif: Console.print(try PrettyJSON.text(report.sarif))
        }
        if report.count(.error) > 0 || strict && report.count(.warning) > 0 { throw Silent(status: .refused) }
    }

    // MARK: The catalogue

    private func readCatalogue() async throws -> Catalogue {
        guard let catalogue else { return try Catalogue(try settings.resolve().values.dialects()) }
        let isJSON = try !Self.isAddress(catalogue) && Self.isJSON(try InputFile.bytes(catalogue))
        return isJSON ? try Catalogue(json: catalogue) : try await Self.readScrape(catalogue)
    }

    /// Where the families stand: in the file of the catalogue, if it is one of JSON.
    private func places(of families: Catalogue) throws -> CataloguePlaces {
        guard let catalogue, !Self.isAddress(catalogue) else { return CataloguePlaces(families) }
        let bytes = try InputFile.bytes(catalogue)
        guard Self.isJSON(bytes) else { return CataloguePlaces(families) }
        return (try? CataloguePlaces(json: SourceFile(path: catalogue, bytes: bytes))) ?? CataloguePlaces(families)
    }

    private static func isAddress(_ place: String) -> Bool {
        place.hasPrefix("http://") || place.hasPrefix("https://")
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        bytes.first { $0 != 0x20 && $0 != 0x0A } == UInt8(ascii: "{")
    }

    /// What a scrape shows, from a file or an address.
    private static func readScrape(_ place: String) async throws -> Catalogue {
        let bytes = isAddress(place) ? try await fetch(place) : try InputFile.bytes(place)
        return try catalogue(scrape: bytes, from: place)
    }

    private static func catalogue(scrape: [UInt8], from place: String) throws -> Catalogue {
        do {
            return Catalogue(scrape: try ParsedExposition(parsing: scrape, format: .text004))
        } catch {
            throw CommandError(
                .refused, "\(place) is no scrape: \(error)", remedy: "name the address of metrics, such as …/metrics")
        }
    }

    private static let largestScrape = 64 << 20

    private static func fetch(_ address: String) async throws -> [UInt8] {
        do {
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "Accept", value: "text/plain;version=0.0.4")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            guard response.status == .ok else {
                throw CommandError(.unreachable, "\(address) answers \(response.status.code)")
            }
            return Array(buffer: try await response.body.collect(upTo: largestScrape))
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(
                .unreachable, "\(address) cannot be read: \(error)", remedy: "check that it can be reached from here")
        }
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
            (check, file, context, message) = (entry.check, entry.file, entry.context, entry.message)
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
                .usage, "\(path) is no report: \(error)",
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
