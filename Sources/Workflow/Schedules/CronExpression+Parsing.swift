import Wording

extension CronExpression {
    /// Reads an expression; spaces and tabs stand between fields, also several of them.
    public init(parsing text: String) throws(CronError) {
        let scalars = Array(text.unicodeScalars.prefix(Self.longest + 1))
        guard scalars.count <= Self.longest else { throw CronError(.tooLong(limit: Self.longest)) }
        let words = Self.words(scalars)
        guard let first = words.first else { throw CronError(.empty) }
        if first.text.hasPrefix("@") {
            self = try Self.macro(words)
            return
        }
        guard words.count == 5 || words.count == 6 else { throw CronError(.fieldCount(words.count)) }
        var sets: [CronField: CronSet] = [:]
        var stars: Set<CronField> = []
        for (word, field) in zip(words, CronField.allCases.suffix(words.count)) {
            sets[field] = try FieldReader(field: field).list(word)
            if word.text.hasPrefix("*") { stars.insert(field) }
        }
        self.init(sets: sets, stars: stars)
        if !hasDates { throw CronError(.never, .dayOfMonth, at: words[words.count - 3].offset) }
    }

    private static func macro(_ words: [Word]) throws(CronError) -> CronExpression {
        guard let first = words.first, words.count == 1 else { throw CronError(.fieldCount(words.count)) }
        if let macro = macros.first(where: { $0.name == first.text.lowercased() }) {
            return try CronExpression(parsing: macro.fields)
        }
        let nearest = NearestWord.find(first.text, among: macros.map(\.name))
        throw CronError(.unknownMacro(first.text, nearest: nearest), at: first.offset)
    }

    /// A piece of the expression with the number of scalars before it.
    struct Word {
        var text: String
        var offset: Int

        /// The pieces between the separators, empty ones too.
        func split(_ separator: Unicode.Scalar, most: Int = .max) -> [Word] {
            var pieces: [Word] = [Word(text: "", offset: offset)]
            for (index, scalar) in text.unicodeScalars.enumerated() {
                if scalar == separator, pieces.count < most {
                    pieces.append(Word(text: "", offset: offset + index + 1))
                } else {
                    pieces[pieces.count - 1].text.unicodeScalars.append(scalar)
                }
            }
            return pieces
        }
    }

    private static func words(_ scalars: [Unicode.Scalar]) -> [Word] {
        var words: [Word] = []
        var isInside = false
        for (offset, scalar) in scalars.enumerated() {
            if scalar == " " || scalar == "\t" {
                isInside = false
            } else {
                if !isInside { words.append(Word(text: "", offset: offset)) }
                words[words.count - 1].text.unicodeScalars.append(scalar)
                isInside = true
            }
        }
        return words
    }
}

/// Reads what one field holds.
private struct FieldReader {
    typealias Word = CronExpression.Word
    let field: CronField

    func list(_ word: Word) throws(CronError) -> CronSet {
        var set = CronSet()
        for item in word.split(",") { set.bits |= try self.item(item).bits }
        return set
    }

    /// `*`, a value or a range, each perhaps with a step; a value with a step goes to the end of the field.
    private func item(_ word: Word) throws(CronError) -> CronSet {
        let parts = word.split("/", most: 2)
        let step = parts.count == 2 ? try self.step(parts[1]) : 1
        guard let head = parts.first, head.text != "*" else { return CronSet(field.range, step: step) }
        let ends = head.split("-", most: 2)
        let low = try value(ends[0])
        if ends.count == 2 { return set(try range(low, try value(ends[1]), head), step) }
        return parts.count == 2 ? set(low...max(low, field.range.upperBound), step) : set(low...low, step)
    }

    /// Every `step`th value of a range in which Sunday may be 7.
    private func set(_ range: ClosedRange<Int>, _ step: Int) -> CronSet {
        var set = CronSet(range, step: step)
        if field == .dayOfWeek, set.contains(7) { set.bits = set.bits & ~(1 << 7) | 1 }
        return set
    }

    /// Sunday ends a range as 7 and begins it as 0, however it is written.
    private func range(_ low: Int, _ high: Int, _ word: Word) throws(CronError) -> ClosedRange<Int> {
        if low <= high { return low...high }
        if field == .dayOfWeek, high == 0 { return low...7 }
        if field == .dayOfWeek, low == 7 { return 0...high }
        throw CronError(.backwards(word.text), field, at: word.offset)
    }

    private func step(_ word: Word) throws(CronError) -> Int {
        if word.text.isEmpty { throw CronError(.missingValue, field, at: word.offset) }
        guard let step = number(word.text), 1...field.range.count ~= step else {
            throw CronError(.badStep(word.text), field, at: word.offset)
        }
        return step
    }

    private func value(_ word: Word) throws(CronError) -> Int {
        if word.text.isEmpty { throw CronError(.missingValue, field, at: word.offset) }
        if word.text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            if let number = number(word.text), field.writtenRange.contains(number) { return number }
            throw CronError(.outOfRange(word.text), field, at: word.offset)
        }
        let name = word.text.lowercased()
        if let index = field.words.firstIndex(of: name) { return index + field.range.lowerBound }
        throw CronError(unknown(name, word.text), field, at: word.offset)
    }

    private func unknown(_ name: String, _ text: String) -> CronError.Reason {
        let isForeign = text.contains("?") || text.contains("#") || name == "l" || name == "w" || name == "lw"
        if isForeign { return .foreignSign(text) }
        // Whole names are the commonest slip, and too far from their short forms to be near.
        let short = field.words.first { name.hasPrefix($0) }
        return .unknownValue(text, nearest: short ?? NearestWord.find(name, among: field.words))
    }

    /// Up to nine digits; leading zeros mean nothing.
    private func number(_ text: String) -> Int? {
        guard 1...9 ~= text.utf8.count else { return nil }
        return text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(text) : nil
    }
}
