/// Finds what a misspelt word was meant to be.
public enum NearestWord {
    /// The word that takes the fewest changes, when these are at most 3 and few for its length; of several, the one that
    /// begins the same for longest.
    ///
    /// A change is a letter that is added, removed, replaced or swapped with its neighbour; case does not count. Words
    /// over 128 bytes are not compared.
    public static func find(_ word: String, among words: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().utf8)
        guard 2...128 ~= letters.count else { return nil }
        let limit = min(3, max(1, letters.count / 3))
        var best: (word: String, changes: Int, prefix: Int)?
        for candidate in words where abs(candidate.utf8.count - letters.count) <= limit {
            let other = Array(candidate.lowercased().utf8)
            let changes = changes(from: letters, to: other)
            let prefix = zip(letters, other).prefix { $0 == $1 }.count
            guard changes <= limit, best.map({ (changes, -prefix) < ($0.changes, -$0.prefix) }) ?? true else {
                continue
            }
            best = (candidate, changes, prefix)
        }
        return best?.word
    }

    private static func changes(from word: [UInt8], to other: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: other.count + 1)
        var last = Array(0...other.count)
        for row in 1...word.count {
            var line = [row] + [Int](repeating: 0, count: other.count)
            for column in stride(from: 1, through: other.count, by: 1) {
                let cost = word[row - 1] == other[column - 1] ? 0 : 1
                line[column] = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + cost)
                let swaps =
                    row > 1 && column > 1 && word[row - 1] == other[column - 2] && word[row - 2] == other[column - 1]
                if swaps { line[column] = min(line[column], beforeLast[column - 2] + 1) }
            }
            (beforeLast, last) = (last, line)
        }
        return last[other.count]
    }
}
