import Documents
import Wording

/// A comment that says that a problem is none, and why: `# flowmeter:ignore unknown-metric comes from the exporter`.
///
/// It holds for its own line and the one below it, and if a block of text begins there (`expr: |`), for all of that.
struct Suppression {
    static let mark = "flowmeter:ignore"

    let check: String
    let reason: String
    let line: Int
    let place: SourcePlace

    static func all(in file: SourceFile) -> [Suppression] {
        guard isMarked(file) else { return [] }
        return (1...max(1, file.lineCount)).compactMap { number in
            let line = file.line(number)
            guard let start = line.firstRange(of: "# " + mark)?.lowerBound else { return nil }
            let words = line[start...].split(separator: " ").dropFirst(2)
            let first = file.lineRange(number).lowerBound + line.utf8.distance(from: line.startIndex, to: start)
            return Suppression(
                check: words.first.map(String.init) ?? "", reason: words.dropFirst().joined(separator: " "),
                line: number,
                place: SourcePlace(file: file, range: first..<file.lineRange(number).upperBound))
        }
    }

    /// Hardly any file is, and large ones have many lines.
    private static func isMarked(_ file: SourceFile) -> Bool {
        let mark = Array(mark.utf8)
        return file.bytes.indices.contains { file.bytes[$0] == mark[0] && file.bytes[$0...].starts(with: mark) }
    }

    func covers(_ problem: Problem) -> Bool {
        let first = problem.place.start.line
        guard problem.check == check, !reason.isEmpty else { return false }
        return line == first || line == first - 1 || first > line && blockEnd(in: problem.place.file) >= first
    }

    /// The last line of the block of text that begins below the comment; 0 if none does.
    private func blockEnd(in file: SourceFile) -> Int {
        let head = file.line(line + 1)
        guard head.contains(/:\s*[|>][-+0-9]*\s*$/) else { return 0 }
        let indentation = head.prefix { $0 == " " }.count
        var end = line + 1
        while end < file.lineCount {
            let next = file.line(end + 1)
            guard next.allSatisfy({ $0 == " " }) || next.prefix(while: { $0 == " " }).count > indentation else { break }
            end += 1
        }
        return end
    }

    /// One that says nothing, or stands where nothing is wrong.
    func problem(isUsed: Bool) -> Problem? {
        let what: (message: String, remedy: String)
        if check.isEmpty || reason.isEmpty {
            what = ("the comment does not say what is ignored and why", "write `# \(Self.mark) CHECK REASON`")
        } else if !isUsed {
            what = ("there is no problem \(Prose.quote(check)) here to ignore", "remove the comment")
        } else {
            return nil
        }
        return Problem(
            check: "ignore", severity: .warning, place: place, context: "", message: what.message,
            remedy: what.remedy)
    }
}

extension [Problem] {
    /// Without what comments in the file ignore, and with what is wrong about these.
    func applying(_ suppressions: [Suppression]) -> [Problem] {
        let left = filter { problem in !suppressions.contains { $0.covers(problem) } }
        let own = suppressions.compactMap { suppression in
            suppression.problem(isUsed: contains { suppression.covers($0) })
        }
        return left + own
    }
}
