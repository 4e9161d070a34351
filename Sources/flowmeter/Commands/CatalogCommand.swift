import ArgumentParser
import Foundation
import Telemetry
import Workflow

struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "All families that a scrape can show.",
        subcommands: [Show.self, Diff.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the catalogue of the dialects that are on.",
            discussion: """
                With --definitions, counts the series that there can be once these are deployed. The JSON's shape is \
                docs/catalogue.schema.json.
                """)

        enum Format: String, ExpressibleByArgument, CaseIterable {
            case table, json, markdown
        }

        @OptionGroup var settings: ConfigurationOptions

        @Option(help: "Print a table, JSON or Markdown.")
        var format = Format.table

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp("Definitions that are to be deployed.", valueName: "FILE"))
        var definitions: [String] = []

        @Option(help: ArgumentHelp("Fail if a scrape can have more series.", valueName: "NUMBER"))
        var maxSeries: Int?

        func run() throws {
            let configuration = try settings.resolve().values
            let census = try ServerCensus.census(of: definitions, configuration)
            let catalogue = try Catalogue(configuration.dialects(), census: census)
            switch format {
            case .table: Console.print(catalogue.table.rendered())
            case .json: Console.print(try PrettyJSON.text(catalogue))
            case .markdown: Console.print(catalogue.markdown)
            }
            try check(catalogue)
        }

        private func check(_ catalogue: Catalogue) throws {
            let most = catalogue.families.reduce(0) { $0 + ($1.maximumSeries ?? 0) }
            if format == .table { Console.print("\(most) series at most") }
            guard let maxSeries, most > maxSeries else { return }
            let largest = catalogue.families.max { ($0.maximumSeries ?? 0) < ($1.maximumSeries ?? 0) }
            throw CommandError(
                .refused, "a scrape can have \(most) series, more than \(maxSeries)",
                remedy: largest.map { "\($0.name) has most of them, \($0.maximumSeries ?? 0)" })
        }
    }

    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what breaks for those who read the metrics.",
            discussion: "Exits with 1 if something does.")

        @Argument(help: ArgumentHelp("A catalogue as JSON.", valueName: "OLD"))
        var old: String

        @Argument(help: ArgumentHelp("A later one.", valueName: "NEW"))
        var new: String

        func run() throws {
            let changes = try Catalogue(json: old).changes(to: Catalogue(json: new))
            if changes.isEmpty { return Console.print("the catalogues are the same") }
            for change in changes {
                Console.print("\(change.effect.rawValue)  \(change.family) \(change.message)")
            }
            if changes.contains(where: { $0.effect == .breaking }) { throw Silent(status: .refused) }
        }
    }
}

extension Catalogue {
    /// A catalogue from its file.
    init(json path: String) throws {
        let bytes = try InputFile.bytes(path)
        do {
            self = try JSONDecoder().decode(Catalogue.self, from: Data(bytes))
        } catch {
            throw CommandError(
                .usage, "\(path) is not a catalogue: \(describe(decodingError: error))",
                remedy: "make one with `flowmeter monitoring catalog --format json`")
        }
        guard schemaVersion.split(separator: ".").first == Self.schemaVersion.split(separator: ".").first else {
            throw CommandError(
                .usage, "\(path) has the schema version \(schemaVersion), this program knows \(Self.schemaVersion)",
                remedy: "make it again with this program")
        }
    }

    var table: Table {
        var table = Table("family", "type", "labels", "signal", ">series")
        for family in families {
            table.add(
                family.name, family.type, family.labels.map(\.name).joined(separator: ", "), family.signal,
                family.maximumSeries.map(String.init))
        }
        return table
    }

    /// A table that a page can hold.
    var markdown: String {
        let rows = families.map { family in
            "| `\(family.name)` | \(family.type) | \(family.labels.map(\.prose).joined(separator: ", ")) | \(family.help) |"
        }
        return (["| family | type | labels | |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

extension CatalogueLabel {
    fileprivate var prose: String {
        guard domain == .closed, let values, values.count <= 8 else { return name }
        return "\(name) (\(values.map { $0.isEmpty ? "empty" : $0 }.joined(separator: ", ")))"
    }
}
