import Configuration
import Foundation
import Yams

/// A configuration file: its values, and where in it each one stands.
struct ConfigurationFile {
    let snapshot: any ConfigSnapshot
    /// `FILE:LINE:COLUMN` by dotted key.
    let places: [String: String]

    /// The file that is read when none is named and it is there.
    static let defaultName = "flowmeter.yaml"
    private static let maximumSize = 1 << 20

    /// Reads the file and checks its keys.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong: unreadable, no YAML, unknown keys.
    init(path: String) throws {
        let bytes = try Self.bytes(of: path)
        var walk = Walk(path: path)
        do {
            let root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
            if let root, !root.isNull { walk.visit(root, at: []) }
        } catch let error as YamlError {
            throw ConfigurationError(problems: [Self.problem(error, path)])
        }
        guard walk.problems.isEmpty else { throw ConfigurationError(problems: walk.problems) }
        places = walk.places
        let text = walk.places.isEmpty ? Data("{}".utf8) : bytes
        snapshot = try YAMLSnapshot(data: text.bytes, providerName: path, parsingOptions: .default)
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

    private static func problem(_ error: YamlError, _ path: String) -> ConfigurationProblem {
        switch error {
        case .scanner(_, let message, let mark, _), .parser(_, let message, let mark, _),
            .composer(_, let message, let mark, _):
            .init(place: "\(path):\(mark)", message: "this is not YAML: \(message)")
        case .duplicatedKeysInMapping(let keys, let context):
            .init(place: "\(path):\(context.mark)", message: "twice the same key: \(keys.joined(separator: ", "))")
        default:
            .init(place: path, message: "this is not YAML: \(error)")
        }
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
