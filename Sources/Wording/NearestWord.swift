/// Finds what a misspelt word was meant to be.
package enum NearestWord {
    /// The word that takes the fewest changes, when these are few for its length and at most 3; of several the
    /// one that begins the same for longest, and of these the first.
    package static func find(_ word: String, among words: some Sequence<String>) -> String? {
        let scalars = Array(word.lowercased().unicodeScalars)
        guard 1...64 ~= scalars.count else { return nil }
        // One change of one letter would make any word of any other.
        let most = scalars.count == 1 ? 0 : min(3, max(1, scalars.count / 3))
        var best: (word: String, changes: Int, prefix: Int)?
        for candidate in words where abs(candidate.utf8.count - word.utf8.count) <= 4 * most {
            let other = Array(candidate.lowercased().unicodeScalars)
            guard let changes = changes(from: scalars, to: other, limit: best?.changes ?? most) else { continue }
            let prefix = zip(scalars, other).prefix { $0 == $1 }.count
            if best.map({ (changes, -prefix) < ($0.changes, -$0.prefix) }) ?? true {
                best = (candidate, changes, prefix)
            }
        }
        return best?.word
    }

    /// Insertions, removals, replacements and swaps of neighbours (optimal string alignment); nil when more than the
    /// limit. Only the cells near the diagonal are computed, as no other can stay within it.
    private static func changes(from word: [Unicode.Scalar], to other: [Unicode.Scalar], limit: Int) -> Int? {
        guard abs(word.count - other.count) <= limit else { return nil }
        let beyond = limit + 1
        var beforeLast = [Int](repeating: beyond, count: other.count + 1)
        var last = (0...other.count).map { min($0, beyond) }
        for row in 1...word.count {
            var line = [Int](repeating: beyond, count: other.count + 1)
            line[0] = min(row, beyond)
            for column in max(1, row - limit)..<max(1, row - limit, min(other.count, row + limit) + 1) {
                let same = word[row - 1] == other[column - 1]
                line[column] = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (same ? 0 : 1), beyond)
                let swaps =
                    row > 1 && column > 1 && word[row - 1] == other[column - 2] && word[row - 2] == other[column - 1]
                if swaps { line[column] = min(line[column], beforeLast[column - 2] + 1) }
            }
            if line.allSatisfy({ $0 > limit }) { return nil }
            (beforeLast, last) = (last, line)
        }
        return last[other.count] <= limit ? last[other.count] : nil
    }
}
