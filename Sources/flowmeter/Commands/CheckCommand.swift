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
            are errors.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, github, sarif
    }

    @OptionGroup var settings: ConfigurationOptions

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "PATH"))
    var paths: [String]

    @Option(help: ArgumentHelp("What there is to query.", valueName: "FILE|URL"))
    var catalogue: String?

    @Option(help: "Print text, JSON, commands of GitHub Actions, or SARIF.")
    var format = Format.text

    @Option(help: ArgumentHelp("Leave out what is in this file, an earlier report as JSON.", valueName: "FILE"))
    var baseline: String?

    @Option(help: ArgumentHelp("The time from one scrape to the next.", valueName: "SECONDS"))
    var scrapeInterval = 15.0

    @Flag(help: "Exit with 1 if there are warnings, too.")
    var strict = false

    func run() async throws {
        let catalogue = try await readCatalogue()
        let files = try CheckedFiles.files(paths).map { SourceFile(path: $0, bytes: try InputFile.bytes($0)) }
        var problems = Checker(catalogue: catalogue, scrapeInterval: scrapeInterval).problems(in: files)
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
        if catalogue.hasPrefix("http://") || catalogue.hasPrefix("https://") {
            return try Self.catalogue(scrape: try await Self.fetch(catalogue), from: catalogue)
        }
        let bytes = try InputFile.bytes(catalogue)
        let isJSON = bytes.first { $0 != 0x20 && $0 != 0x0A } == UInt8(ascii: "{")
        return isJSON ? try Catalogue(json: catalogue) : try Self.catalogue(scrape: bytes, from: catalogue)
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
