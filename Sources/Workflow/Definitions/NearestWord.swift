/// Finds what a misspelt word was meant to be.
package enum NearestWord {
    /// The word that takes the fewest changes, when these are few for its length; the first of several.
    package static func find(_ word: String, among words: some Sequence<String>) -> String? {
        let scalars = Array(word.lowercased().unicodeScalars)
        guard 1...64 ~= scalars.count else { return nil }
        // One change of one letter would make any word of any other.
        let most = scalars.count == 1 ? 0 : max(1, scalars.count / 3)
        var best: (word: String, changes: Int)?
        for candidate in words {
            let changes = changes(from: scalars, to: Array(candidate.lowercased().unicodeScalars))
            if changes <= most, changes < best?.changes ?? .max { best = (candidate, changes) }
        }
        return best?.word
    }

    /// Insertions, removals, replacements and swaps of neighbours (optimal string alignment).
    private static func changes(from word: [Unicode.Scalar], to other: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: other.count + 1)
        var last = Array(0...other.count)
        for row in 1...word.count {
            var line = [row] + [Int](repeating: 0, count: other.count)
            for column in other.indices.map({ $0 + 1 }) {
                let same = word[row - 1] == other[column - 1]
                line[column] = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
                let swaps =
                    row > 1 && column > 1 && word[row - 1] == other[column - 2] && word[row - 2] == other[column - 1]
                if swaps { line[column] = min(line[column], beforeLast[column - 2] + 1) }
            }
            (beforeLast, last) = (last, line)
        }
        return last[other.count]
    }
}
