import ArgumentParser
import Foundation
import Workflow

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the configuration.", subcommands: [Show.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what `serve` would run with here, and where each value comes from.",
            discussion: "Secrets are masked. Takes the options of `serve`, so that they can be tried out.")

        @OptionGroup var settings: ConfigurationOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let resolved = try settings.resolve()
            Console.print(json ? resolved.json.description : resolved.table.rendered())
            for warning in resolved.values.warnings { Console.warning(warning) }
        }
    }
}

extension ResolvedConfiguration {
    static let mask = "********"

    /// What a setting holds, as it may be shown.
    func shown(_ setting: Setting) -> String? {
        let text = setting.text(values)
        return setting.isSecret && text != nil ? Self.mask : text
    }

    var table: Table {
        var table = Table("key", "value", "source")
        for setting in Settings.all {
            table.add(setting.key, shown(setting), origins[setting.key]?.place ?? "default")
        }
        return table
    }

    var json: JSONValue {
        let settings = Settings.all.map { setting in
            JSONValue.object([
                "key": .string(setting.key),
                "value": shown(setting).map { .string($0) } ?? .null,
                "source": .string(origins[setting.key]?.kind ?? "default"),
                "place": origins[setting.key].map { .string($0.place) } ?? .null,
                "secret": .bool(setting.isSecret),
            ])
        }
        return ["settings": .array(settings)]
    }
}

extension ResolvedConfiguration.Origin {
    fileprivate var kind: String {
        switch self {
        case .flag: "flag"
        case .variable: "environment"
        case .file: "file"
        }
    }
}
