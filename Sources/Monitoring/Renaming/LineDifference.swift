public import Documents

/// The lines in which two versions of a file differ.
public struct LineDifference: Sendable {
    /// Lines that follow each other, and what stands there instead. Either may be none.
    struct Hunk: Equatable {
        /// In the old version, from 0.
        var old: Range<Int>
        /// In the new one.
        var new: Range<Int>
    }

    private let old: SourceFile
    private let new: SourceFile
    let hunks: [Hunk]

    /// Compares two versions, line by line.
    public init(from old: SourceFile, to new: SourceFile) {
        (self.old, self.new) = (old, new)
        var numbers: [String: Int] = [:]
        func numbered(_ file: SourceFile) -> [Int] {
            (1...max(1, file.lineCount)).map { number in
                let line = file.line(number)
                let known = numbers[line] ?? numbers.count
                numbers[line] = known
                return known
            }
        }
        var comparison = LineComparison(numbered(old), numbered(new))
        comparison.run()
        hunks = comparison.hunks
    }

    /// As `diff -U0` has it: `@@ -3 +3,2 @@`, the old lines with `-`, the new ones with `+`.
    public var text: String {
        var lines = ["--- \(old.path)", "+++ \(new.path)"]
        for hunk in hunks {
            lines.append("@@ -\(Self.place(hunk.old)) +\(Self.place(hunk.new)) @@")
            lines += hunk.old.map { "-" + old.line($0 + 1) } + hunk.new.map { "+" + new.line($0 + 1) }
        }
        return lines.joined(separator: "\n")
    }

    /// The first line, from 1, and how many if not one; of none, the line before.
    private static func place(_ range: Range<Int>) -> String {
        switch range.count {
        case 0: "\(range.lowerBound),0"
        case 1: "\(range.lowerBound + 1)"
        default: "\(range.lowerBound + 1),\(range.count)"
        }
    }
}

/// Finds what two lists have in common: from both ends, then by what each has once, and between these the longest list.
private struct LineComparison {
    private let old: [Int]
    private let new: [Int]
    private(set) var hunks: [LineDifference.Hunk] = []

    /// The largest table that is made to find the longest list; beyond it, all lines count as changed.
    private static let largest = 4_000_000

    init(_ old: [Int], _ new: [Int]) { (self.old, self.new) = (old, new) }

    mutating func run() {
        var (start, other) = (0, 0)
        for (index, counterpart) in anchors + [(old.count, new.count)] {
            compare(start..<index, other..<counterpart)
            (start, other) = (index + 1, counterpart + 1)
        }
    }

    /// Lines that both have once, in the same order in both.
    private var anchors: [(Int, Int)] {
        let (once, counterpart) = (Self.unique(old), Self.unique(new))
        let pairs = once.compactMap { line, index in counterpart[line].map { (index, $0) } }.sorted { $0.0 < $1.0 }
        return Self.rising(pairs)
    }

    private static func unique(_ lines: [Int]) -> [Int: Int] {
        var places: [Int: Int?] = [:]
        for (index, line) in lines.enumerated() { places.updateValue(places[line] == nil ? index : nil, forKey: line) }
        return places.compactMapValues(\.self)
    }

    /// The longest part of the pairs, which are sorted by the first, that rises in the second too.
    private static func rising(_ pairs: [(Int, Int)]) -> [(Int, Int)] {
        var ends: [Int] = []
        var before = [Int?](repeating: nil, count: pairs.count)
        for index in pairs.indices {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if pairs[ends[middle]].1 < pairs[index].1 { low = middle + 1 } else { high = middle }
            }
            before[index] = low > 0 ? ends[low - 1] : nil
            if low < ends.count { ends[low] = index } else { ends.append(index) }
        }
        var rising: [(Int, Int)] = []
        var next = ends.last
        while let index = next {
            rising.append(pairs[index])
            next = before[index]
        }
        return rising.reversed()
    }

    private mutating func compare(_ first: Range<Int>, _ second: Range<Int>) {
        var (first, second) = (first, second)
        while let one = first.first, let other = second.first, old[one] == new[other] {
            (first, second) = (one + 1..<first.upperBound, other + 1..<second.upperBound)
        }
        while let one = first.last, let other = second.last, old[one] == new[other] {
            (first, second) = (first.lowerBound..<one, second.lowerBound..<other)
        }
        if first.isEmpty || second.isEmpty || first.count * second.count > Self.largest {
            add(first, second)
        } else {
            compareAll(first, second)
        }
    }

    /// By a table of how much the rests have in common.
    private mutating func compareAll(_ first: Range<Int>, _ second: Range<Int>) {
        let width = second.count + 1
        var common = [Int](repeating: 0, count: (first.count + 1) * width)
        for row in (0..<first.count).reversed() {
            for column in (0..<second.count).reversed() {
                let isSame = old[first.lowerBound + row] == new[second.lowerBound + column]
                common[row * width + column] =
                    isSame
                    ? common[(row + 1) * width + column + 1] + 1
                    : max(common[(row + 1) * width + column], common[row * width + column + 1])
            }
        }
        var (row, column) = (0, 0)
        while row < first.count || column < second.count {
            let (one, other) = (first.lowerBound + row, second.lowerBound + column)
            if row < first.count, column < second.count, old[one] == new[other] {
                (row, column) = (row + 1, column + 1)
            } else if column == second.count
                || row < first.count && common[(row + 1) * width + column] >= common[row * width + column + 1]
            {
                add(one..<one + 1, other..<other)
                row += 1
            } else {
                add(one..<one, other..<other + 1)
                column += 1
            }
        }
    }

    private mutating func add(_ first: Range<Int>, _ second: Range<Int>) {
        guard !first.isEmpty || !second.isEmpty else { return }
        if let last = hunks.last, last.old.upperBound == first.lowerBound, last.new.upperBound == second.lowerBound {
            hunks[hunks.count - 1].old = last.old.lowerBound..<first.upperBound
            hunks[hunks.count - 1].new = last.new.lowerBound..<second.upperBound
        } else {
            hunks.append(LineDifference.Hunk(old: first, new: second))
        }
    }
}
