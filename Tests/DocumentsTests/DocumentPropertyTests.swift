import DocumentSupport
import TestSupport
import Testing
import Yams

@testable import Documents

/// Texts at random; the seed says which.
private struct TextGenerator {
    var random: SeededGenerator

    init(seed: Int) { random = SeededGenerator(seed: UInt64(seed)) }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private static let parts = [
        "a", "bc", "sum(x)", " ", "  ", "é", "😀", "'", "\"", "\\", "#", ": ", ":", "-", "{", "}", "[", ",", "%", "\t",
        "1",
    ]

    mutating func line() -> String { (0..<number(0...5)).map { _ in pick(Self.parts) }.joined() }

    mutating func lines(_ indent: String) -> String {
        (0..<number(1...4)).map { _ in (number(0...4) == 0 ? "" : indent + pick(["", "", " "])) + line() }
            .joined(separator: pick(["\n", "\n", "\r\n"]))
    }

    /// The source of a value of a map at indentation 2, well formed or not.
    mutating func source() -> String {
        let indent = pick(["   ", "    "])
        switch number(0...5) {
        case 0: return "x" + lines(indent)
        case 1: return "'" + lines(indent).split(separator: "'").joined(separator: "''") + "'"
        case 2: return "\"" + escaped(lines(indent)) + "\""
        case 3:
            return "|" + pick(["", "-", "+", "1", "2", "1-", "+1", " # c"]) + "\n" + lines(indent)
                + pick(["", "\n", "\n\n  \n"])
        case 4:
            return ">" + pick(["", "-", "+", "1", "2", "1-", "+1"]) + "\n" + lines(indent)
                + pick(["", "\n", "\n\n  \n"])
        default: return pick(["&a x", "!!str 'a\n    b'", "[a b, 'c', \"d\"]", "{e: f\n    g, h: 'i'}", ""])
        }
    }

    private mutating func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\"": "\\\""
            case "\\": pick(["\\\\", "\\\n   ", "\\x41", "\\u00e9", "\\U0001F600", "\\n", "\\e", "\\_", "\\ "])
            default: String(character)
            }
        }.joined()
    }

    mutating func yaml() -> String {
        "top:\n" + (0..<number(1...4)).map { "  k\($0): \(source())\n" }.joined() + pick(["end: x", "", "- y\n"])
    }

    mutating func json(depth: Int = 0) -> String {
        switch number(0...(depth > 3 ? 3 : 5)) {
        case 0: return pick(["1", "-0.5e3", "true", "null"])
        case 1, 2, 3: return string()
        case 4: return "[" + (0..<number(0...3)).map { _ in json(depth: depth + 1) }.joined(separator: ", ") + "]"
        default:
            return "{" + (0..<number(0...3)).map { "\"k\($0)\": \(json(depth: depth + 1))" }.joined(separator: ",\n")
                + "}"
        }
    }

    private mutating func string() -> String {
        let parts = [
            "a", "é", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0000", " ", "{", "\\t",
        ]
        return "\"" + (0..<number(0...6)).map { _ in pick(parts) }.joined() + "\""
    }
}

@Suite struct DocumentPropertyTests {
    /// The values of libyaml's own tree, as Yams composes it.
    private func composed(_ yaml: String) -> [String]? {
        guard let nodes = try? Yams.compose_all(yaml: yaml) else { return nil }
        var values: [String] = []
        func collect(_ node: Node) {
            switch node {
            case .scalar(let scalar): values.append(scalar.string)
            case .sequence(let sequence): sequence.forEach(collect)
            case .mapping(let mapping):
                for (key, value) in mapping {
                    collect(key)
                    collect(value)
                }
            case .alias: break
            }
        }
        nodes.forEach(collect)
        return values
    }

    @Test("YAML: values are those of Yams, and each byte of each has its place", arguments: 0..<20)
    func yaml(seed: Int) throws {
        var generator = TextGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<500 {
            let yaml = generator.yaml()
            guard let document = try? Document(yaml: SourceFile(yaml)) else { continue }
            accepted += 1
            let scalars = document.scalars
            if document.repeatedKeys.isEmpty, let composed = composed(yaml) {
                #expect(scalars.map(\.text.value) == composed, "\(yaml.debugDescription)")
            }
            for scalar in scalars {
                #expect(
                    scalar.text.mapFault == nil, "\(scalar.text.value.debugDescription) in \(yaml.debugDescription)")
            }
        }
        #expect(accepted > 50)
    }

    @Test("JSON: YAML reads the same values, and each byte of each has its place", arguments: 0..<10)
    func json(seed: Int) throws {
        var generator = TextGenerator(seed: seed)
        for _ in 0..<300 {
            let json = generator.json()
            let scalars = try Document(json: SourceFile(json)).scalars
            for scalar in scalars { #expect(scalar.text.mapFault == nil, "\(json)") }
            // YAML has no surrogate pairs.
            if !json.contains("\\ud83d"), let yaml = try? Document(yaml: SourceFile(json)) {
                #expect(yaml.scalars.map(\.text.value) == scalars.map(\.text.value), "\(json)")
            }
        }
    }

    @Test("An edit gives the edited value and leaves the rest", arguments: 0..<20)
    func editing(seed: Int) throws {
        var generator = TextGenerator(seed: seed)
        var edited = 0
        for round in 0..<500 {
            let isJSON = round % 4 == 0
            let source = isJSON ? generator.json() : generator.yaml()
            let file = SourceFile(source)
            guard let document = try? isJSON ? Document(json: file) : Document(yaml: file) else { continue }
            guard !document.scalars.isEmpty, document.repeatedKeys.isEmpty else { continue }
            let target = generator.pick(document.scalars).text
            let range = Self.range(in: target.value, &generator)
            let replacement = generator.line()
            guard let bytes = try? file.replacing([TextEdit(target, range, replacement)]) else { continue }
            edited += 1
            try check(document, target, range, replacement, bytes, isJSON: isJSON)
        }
        #expect(edited > 50)
    }

    private static func range(in value: String, _ generator: inout TextGenerator) -> Range<Int> {
        let offsets =
            value.unicodeScalars.indices.map { value.utf8.distance(from: value.startIndex, to: $0) } + [
                value.utf8.count
            ]
        let ends = [generator.pick(offsets), generator.pick(offsets)].sorted()
        return ends[0]..<ends[1]
    }

    private func check(
        _ document: Document, _ target: SourceText, _ range: Range<Int>, _ replacement: String, _ bytes: [UInt8],
        isJSON: Bool
    ) throws {
        let source = String(decoding: target.file.bytes, as: UTF8.self)
        let comment: Comment =
            "\(target.value.debugDescription) \(range) by \(replacement.debugDescription) in \(source.debugDescription)"
        let value = Array(target.value.utf8)
        let wanted = String(
            decoding: value[..<range.lowerBound] + Array(replacement.utf8) + value[range.upperBound...], as: UTF8.self)
        let file = SourceFile(path: "file", bytes: bytes)
        let again: Document
        do {
            again = try isJSON ? Document(json: file) : Document(yaml: file)
        } catch {
            Issue.record("\(error): \(comment)")
            return
        }
        // A new key may be one that is there already.
        guard again.repeatedKeys.isEmpty else { return }
        let expected = document.scalars.map { $0.text.scalar == target.scalar ? wanted : $0.text.value }
        #expect(again.scalars.map(\.text.value) == expected, comment)
        #expect(again.scalars.map(\.kind) == document.scalars.map(\.kind), comment)
        #expect(bytes.starts(with: target.file.bytes[..<target.scalar.lowerBound]), comment)
        let rest = target.file.bytes[target.scalar.upperBound...]
        #expect(Array(bytes.suffix(rest.count)) == Array(rest), comment)
    }
}
