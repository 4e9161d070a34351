import Configuration
import Foundation
import Yams

/// A configuration file: its values, and where in it each one stands.
struct ConfigurationFile {
    let snapshot: any ConfigSnapshot
    /// `FILE:LINE:COLUMN` by dotted key.
    let places: [String: String]
    /// What is wrong with its keys.
    let problems: [ConfigurationProblem]

    /// The file that is read when none is named and it is there.
    static let defaultName = "flowmeter.yaml"
    private static let maximumSize = 1 << 20

    /// Reads the file and checks its keys.
    ///
    /// - Throws: ``ConfigurationError`` when it cannot be read or is no YAML.
    init(path: String) throws {
        let bytes = try Self.bytes(of: path)
        var walk = Walk(path: path)
        do {
            let root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
            if let root, !root.isNull { walk.visit(root, at: []) }
        } catch let error as YamlError {
            throw ConfigurationError(problems: [Self.problem(error, path, bytes)])
        }
        (places, problems) = (walk.places, walk.problems)
        let text = walk.places.isEmpty ? Data("{}".utf8) : bytes
        do {
            snapshot = try YAMLSnapshot(data: text.bytes, providerName: path, parsingOptions: .default)
        } catch {
            throw problems.isEmpty ? error : ConfigurationError(problems: problems)
        }
    }

    private static func bytes(of path: String) throws -> Data {
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            guard bytes.count <= maximumSize else {
                throw ConfigurationError(problems: [.init(place: path, message: "is larger than 1 MiB")])
            }
            return bytes
        } catch let error as ConfigurationError {
            throw error
        } catch {
            let problem = ConfigurationProblem(
                place: path, message: "cannot be read: \(describe(fileError: error))",
                remedy: "name another file with --config")
            throw ConfigurationError(problems: [problem])
        }
    }

    private static func problem(_ error: YamlError, _ path: String, _ bytes: Data) -> ConfigurationProblem {
        switch error {
        case .scanner(_, let message, let mark, _), .parser(_, let message, let mark, _),
            .composer(_, let message, let mark, _):
            .init(place: "\(path):\(mark)", message: "this is not YAML: \(message)")
        case .duplicatedKeysInMapping(let keys, _):
            .init(
                place: secondPlace(of: keys.first ?? "", in: bytes).map { "\(path):\($0)" } ?? path,
                message: "twice the same key: \(keys.joined(separator: ", "))", remedy: "keep one of the two")
        default:
            .init(place: path, message: "this is not YAML: \(error)")
        }
    }

    /// `LINE:COLUMN` of a key that stands on two lines; nil when it stands on more, and any two may be meant.
    private static func secondPlace(of key: String, in bytes: Data) -> String? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let found = lines.enumerated().compactMap { number, line -> String? in
            let indent = line.prefix { $0 == " " }.count
            return line.dropFirst(indent).hasPrefix(key + ":") ? "\(number + 1):\(indent + 1)" : nil
        }
        return found.count == 2 ? found[1] : nil
    }
}

/// Goes through a file's nodes, takes down the places of known keys, and reports the rest.
private struct Walk {
    let path: String
    var places: [String: String] = [:]
    var problems: [ConfigurationProblem] = []

    mutating func visit(_ node: Node, at prefix: [String]) {
        guard let mapping = node.mapping else {
            report(node, prefix.isEmpty ? "the file must hold `key: value` lines" : "expected `key: value` lines below")
            return
        }
        for (key, value) in mapping {
            visit(key, value, components: prefix + [key.string ?? "?"])
        }
    }

    private mutating func visit(_ key: Node, _ value: Node, components: [String]) {
        let name = components.joined(separator: ".")
        if Settings.all.contains(where: { $0.key == name }) {
            visit(value, of: name, at: key)
        } else if Settings.all.contains(where: { $0.key.hasPrefix(name + ".") }) {
            if !value.isNull { visit(value, at: components) }
        } else {
            report(key, "unknown key \"\(name)\"", remedy: hint(name, among: Settings.all.map(\.key)))
        }
    }

    private mutating func visit(_ value: Node, of name: String, at key: Node) {
        guard value.scalar != nil else {
            report(value, "\(name) takes a single value, not a list or a mapping")
            return
        }
        // `key:` without a value says nothing about the setting.
        guard !value.isNull else { return }
        places[name] = place(of: key)
    }

    private mutating func report(_ node: Node, _ message: String, remedy: String? = nil) {
        problems.append(.init(place: place(of: node), message: message, remedy: remedy))
    }

    private func place(of node: Node) -> String {
        node.mark.map { "\(path):\($0)" } ?? path
    }
}

extension Node {
    fileprivate var isNull: Bool { tag.description == Tag.Name.null.rawValue }
}
