/// Finds what a misspelt word was meant to be.
enum NearestWord {
    /// The word that takes the fewest changes, when these are at most 3 and few for its length; the first of several.
    static func find(_ word: String, among words: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        guard 2...64 ~= letters.count else { return nil }
        var best: String?
        var least = min(3, max(1, letters.count / 3)) + 1
        for candidate in words where abs(candidate.utf8.count - word.utf8.count) < 4 * least {
            let changes = changes(from: letters, to: Array(candidate.lowercased().unicodeScalars))
            if changes < least { (best, least) = (candidate, changes) }
        }
        return best
    }

    /// Insertions, removals, replacements and swaps of neighbours (optimal string alignment).
    private static func changes(from word: [Unicode.Scalar], to other: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, letter) in word.enumerated() {
            var line = [row + 1]
            for (column, otherLetter) in other.enumerated() {
                let replaced = last[column] + (letter == otherLetter ? 0 : 1)
                var least = min(line[column] + 1, last[column + 1] + 1, replaced)
                if row > 0, column > 0, letter == other[column - 1], word[row - 1] == otherLetter {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                line.append(least)
            }
            (beforeLast, last) = (last, line)
        }
        return last[other.count]
    }
}
