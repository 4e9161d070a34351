import TestSupport

/// Breaks queries: drops, doubles, swaps or replaces their words and signs.
struct QueryMutator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func mutated(_ query: String) -> String {
        var pieces = Self.pieces(query)
        for _ in 0..<Int.random(in: 1...2, using: &random) where !pieces.isEmpty { mutate(&pieces) }
        return pieces.joined()
    }

    private mutating func mutate(_ pieces: inout [String]) {
        let place = Int.random(in: 0..<pieces.count, using: &random)
        let other = Int.random(in: 0..<pieces.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: pieces.remove(at: place)
        case 1: pieces.insert(pieces[place], at: place)
        case 2: pieces.swapAt(place, other)
        case 3: pieces[place] = pieces[other]
        case 4: pieces.insert(" ", at: place)
        default: pieces[place] = Self.signs[Int.random(in: 0..<Self.signs.count, using: &random)]
        }
    }

    private static let signs = [
        "(", ")", "[", "]", "{", "}", ",", ":", "@", "+", "-", "*", "/", "%", "^", "=", "==", "!=", "=~", "!~", "<",
        ">=",
        "!", "$", "\"", "'", "`", "#", "\n", "5m", "1", " by ", " on ", " and ", " bool ", " offset ", "sum", "foo",
        ".",
    ]

    /// Words, texts, blanks and signs.
    private static func pieces(_ query: String) -> [String] {
        var pieces: [String] = []
        var isWord = false
        for character in query {
            let continues = character.isLetter || character.isNumber || character == "_"
            if continues, isWord {
                pieces[pieces.count - 1].append(character)
            } else {
                pieces.append(String(character))
            }
            isWord = continues
        }
        return pieces
    }
}
