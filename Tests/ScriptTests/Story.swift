import Foundation
import ProgramUnderTest

/// A story of the command line: commands, what each must print, and the files they read.
///
/// ```
/// # A comment.
/// $ flowmeter version
/// flowmeter <*>
/// ! what it says on stderr
/// [1]
/// -- file.yaml --
/// the file's content
/// ```
///
/// `<*>` stands for anything within a line. `[N]` is the exit code, 0 when there is none. Blank lines at the end of an
/// output do not count.
struct Story {
    struct Step {
        var line: Int
        var arguments: [String]
        var output: [String] = []
        var errors: [String] = []
        var status: Int32 = 0
    }

    private(set) var steps: [Step] = []
    private(set) var files: [(name: String, content: String)] = []

    init(_ text: String) {
        // The last file ends where the story does, without a line of its own after that.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in (text.hasSuffix("\n") ? lines.dropLast() : lines[...]).enumerated() {
            read(String(line), number: number + 1)
        }
    }

    private mutating func read(_ line: String, number: Int) {
        if line.hasPrefix("-- "), line.hasSuffix(" --") {
            files.append((String(line.dropFirst(3).dropLast(3)), ""))
        } else if !files.isEmpty {
            files[files.count - 1].content += line + "\n"
        } else if line.hasPrefix("$ flowmeter") {
            steps.append(Step(line: number, arguments: Self.words(String(line.dropFirst(2))).dropFirst().map(\.self)))
        } else if !line.hasPrefix("#"), !steps.isEmpty {
            readExpectation(line)
        }
    }

    private mutating func readExpectation(_ line: String) {
        let last = steps.count - 1
        if line.hasPrefix("!") {
            steps[last].errors.append(String(line.dropFirst(line.hasPrefix("! ") ? 2 : 1)))
        } else if line.hasPrefix("["), line.hasSuffix("]"), let status = Int32(line.dropFirst().dropLast()) {
            steps[last].status = status
        } else {
            steps[last].output.append(line)
        }
    }

    /// Words as a shell splits them, with single quotes.
    static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in line {
            switch character {
            case "'":
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted:
                if let finished = word { words.append(finished) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }

    /// The first difference, or nil when the text is as expected.
    static func difference(_ text: String, _ expected: [String]) -> String? {
        let lines = trimmed(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        let expected = trimmed(expected)
        for position in 0..<max(lines.count, expected.count) {
            let line = position < lines.count ? lines[position] : "(nothing)"
            let wanted = position < expected.count ? expected[position] : "(nothing)"
            if !matches(line, wanted) { return "line \(position + 1)\n  expected: \(wanted)\n  printed:  \(line)" }
        }
        return nil
    }

    private static func trimmed(_ lines: [String]) -> [String] {
        Array(lines.reversed().drop { $0.allSatisfy(\.isWhitespace) }.reversed())
    }

    /// Whether the line is as expected, where `<*>` is anything.
    static func matches(_ line: String, _ expected: String) -> Bool {
        let parts = expected.components(separatedBy: "<*>")
        guard parts.count > 1 else { return line == expected }
        guard line.hasPrefix(parts[0]) else { return false }
        var rest = line.dropFirst(parts[0].count)
        for part in parts[1..<(parts.count - 1)] {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}
