/// Rows under headings, each column as wide as its widest cell.
struct Table {
    enum Alignment { case left, right }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// - Parameter headings: written in capitals. One that begins with `>` stands over numbers: its column is set to
    ///   the right.
    init(_ headings: String...) { self.init(headings) }

    init(_ headings: [String]) {
        alignments = headings.map { $0.hasPrefix(">") ? .right : .left }
        self.headings = headings.map { ($0.hasPrefix(">") ? String($0.dropFirst()) : $0).uppercased() }
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; nil cells are shown as `-`.
    mutating func add(_ cells: String?...) { add(cells) }

    mutating func add(_ cells: [String?]) {
        rows.append(cells.map { ($0 ?? "-").printable })
    }

    /// The lines, each without blanks at its end.
    func rendered(indent: Int = 0) -> String {
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { $0[column].displayWidth }.max() ?? 0 }
        let margin = String(repeating: " ", count: indent)
        return lines.map { margin + line($0, widths) }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let gap = String(repeating: " ", count: widths[column] - cell.displayWidth)
            line += column == 0 ? "" : "  "
            line += alignments[column] == .left ? cell + gap : gap + cell
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
