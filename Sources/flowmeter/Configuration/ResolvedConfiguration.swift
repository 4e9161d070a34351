import Configuration
import Foundation

/// A configuration, and where each of its values came from.
struct ResolvedConfiguration: Sendable {
    var values = Configuration()
    /// By key; a key that is missing has its default.
    var origins: [String: Origin] = [:]

    /// Where a value came from.
    enum Origin: Sendable, Hashable {
        /// The option, with its dashes.
        case flag(String)
        case variable(String)
        /// `FILE:LINE:COLUMN`.
        case file(String)

        /// How a message names the place.
        var place: String {
            switch self {
            case .flag(let place), .variable(let place), .file(let place): place
            }
        }
    }
}

extension ResolvedConfiguration {
    /// Reads the configuration: options before variables before the file before defaults.
    ///
    /// - Parameters:
    ///   - flags: the options that were given, by the key of their setting.
    ///   - file: the file that `--config` names; nil reads `flowmeter.yaml` in `directory` if it is there.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    init(flags: [String: String], environment: [String: String], file: String?, directory: String = ".") throws {
        var problems = Self.unknownVariables(environment)
        var layers = [Layer.flags(flags), .aliases(environment), .environment(environment)]
        do {
            if let path = file ?? Self.defaultFile(in: directory) {
                let file = try ConfigurationFile(path: path)
                problems += file.problems
                layers.append(.file(file))
            }
        } catch let error as ConfigurationError {
            problems += error.problems
        }
        for setting in Settings.all {
            do {
                try resolve(setting, in: layers)
            } catch let problem as BadValue {
                problems.append(problem.problem)
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    }

    private mutating func resolve(_ setting: Setting, in layers: [Layer]) throws {
        for layer in layers {
            guard let origin = layer.origin(setting), let text = try layer.text(setting) else { continue }
            guard setting.apply(text, &values) else { throw BadValue(setting, text, origin) }
            origins[setting.key] = origin
            return
        }
    }

    private static func defaultFile(in directory: String) -> String? {
        let path = directory == "." ? ConfigurationFile.defaultName : "\(directory)/\(ConfigurationFile.defaultName)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private static func unknownVariables(_ environment: [String: String]) -> [ConfigurationProblem] {
        let known = Settings.all.map(\.variable) + Settings.clientVariables
        let ours = environment.keys.filter { $0.hasPrefix(Settings.variablePrefix) && !known.contains($0) }
        return ours.sorted().map {
            ConfigurationProblem(
                place: $0, message: "unknown variable", remedy: hint($0, among: known))
        }
    }
}

/// One place that settings come from.
private struct Layer {
    let snapshot: any ConfigSnapshot
    /// Where this layer would have the setting from; nil when it has not.
    let origin: (Setting) -> ResolvedConfiguration.Origin?

    func text(_ setting: Setting) throws -> String? {
        let key = AbsoluteConfigKey(setting.components)
        return try snapshot.value(forKey: key, type: .string).value?.content.text
    }

    static func flags(_ flags: [String: String]) -> Layer {
        let values = flags.map { key, text in
            (AbsoluteConfigKey(key.split(separator: ".").map(String.init)), ConfigValue(.string(text), isSecret: false))
        }
        let provider = InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: values))
        return Layer(snapshot: provider.snapshot()) { flags[$0.key] == nil ? nil : .flag("--" + $0.flag) }
    }

    static func environment(_ environment: [String: String]) -> Layer {
        let provider = EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "flowmeter")
        return Layer(snapshot: provider.snapshot()) {
            environment[$0.variable] == nil ? nil : .variable($0.variable)
        }
    }

    /// The variables without our prefix, which have their names from elsewhere.
    static func aliases(_ environment: [String: String]) -> Layer {
        let names = Settings.all.flatMap(\.aliases)
        let provider = EnvironmentVariablesProvider(environmentVariables: environment.filter { names.contains($0.key) })
        return Layer(snapshot: provider.snapshot()) { setting in
            // The full name wins over the alias.
            guard environment[setting.variable] == nil else { return nil }
            return setting.aliases.first { environment[$0] != nil }.map { .variable($0) }
        }
    }

    static func file(_ file: ConfigurationFile) -> Layer {
        Layer(snapshot: file.snapshot) { file.places[$0.key].map { .file($0) } }
    }
}

extension ConfigContent {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

private struct BadValue: Error {
    let problem: ConfigurationProblem

    init(_ setting: Setting, _ text: String, _ origin: ResolvedConfiguration.Origin) {
        let shown = setting.isSecret ? "the value of \(setting.key)" : "\"\(text)\""
        problem = ConfigurationProblem(
            place: origin.place, message: "\(shown) is not allowed for \(setting.key)",
            remedy: "expected \(setting.allowed)")
    }
}
