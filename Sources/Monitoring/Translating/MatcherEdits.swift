import Documents
import PromQL

/// A part of a query, with what is to stand there.
struct QueryChange {
    let range: Range<Int>
    let text: String
}

/// What becomes of a matcher.
enum MatcherChange {
    /// Its label is called this, which may be as before.
    case label(String)
    /// It is written anew.
    case text(String)
    /// It goes.
    case gone
}

/// Matchers of a selector that change, go or come. What stands around them stays: spaces, lines, comments.
struct MatcherEdits {
    private struct Entry {
        let range: Range<Int>
        /// Nil for the metric's name, which may stand among them.
        let matcher: (Matcher, MatcherChange)?

        var isGone: Bool {
            if case .gone? = matcher?.1 { true } else { false }
        }
    }

    private let bytes: [UInt8]
    private let selector: VectorSelector
    private let entries: [Entry]
    private(set) var changes: [QueryChange] = []

    /// - Parameters:
    ///   - text: what the selector was parsed from.
    ///   - changes: one for each matcher; none if all stay.
    ///   - added: matchers that come.
    ///   - isFirst: whether they come before those that there are.
    init(
        _ selector: VectorSelector, in text: String, changes: [MatcherChange] = [], adding added: [String],
        isFirst: Bool = false
    ) {
        bytes = Array(text.utf8)
        self.selector = selector
        let changes = changes.isEmpty ? selector.matchers.map { .label($0.label.text) } : changes
        var entries = zip(selector.matchers, changes).map { Entry(range: $0.range.offsets, matcher: ($0, $1)) }
        if let name = selector.name, selector.hasNameInBraces {
            entries.append(Entry(range: name.range.offsets, matcher: nil))
        }
        self.entries = entries.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for entry in entries { write(entry) }
        let place = add(added.joined(separator: ", "), isFirst: isFirst)
        remove(but: place)
    }

    private mutating func write(_ entry: Entry) {
        guard let (matcher, change) = entry.matcher else { return }
        switch change {
        case .label(let label) where label != matcher.label.text: replace(matcher.label.range.offsets, label)
        case .text(let text): replace(entry.range, text)
        case .label, .gone: break
        }
    }

    private mutating func replace(_ range: Range<Int>, _ text: String) {
        changes.append(QueryChange(range: range, text: text))
    }

    // MARK: Adding

    /// Takes the place of the first that goes, which is returned.
    private mutating func add(_ text: String, isFirst: Bool) -> Int? {
        guard !text.isEmpty else { return nil }
        if let gone = entries.firstIndex(where: \.isGone) {
            replace(entries[gone].range, text)
            return gone
        }
        if let first = entries.first, let last = entries.last {
            let place = isFirst ? first.range.lowerBound : last.range.upperBound
            replace(place..<place, isFirst ? text + ", " : ", " + text)
        } else if let brace {
            replace(brace + 1..<brace + 1, text)
        } else {
            let end = selector.name?.range.offsets.upperBound ?? selector.range.offsets.upperBound
            replace(end..<end, "{\(text)}")
        }
        return nil
    }

    /// The opening brace behind the name.
    private var brace: Int? {
        guard let end = selector.name?.range.offsets.upperBound, end <= selector.range.offsets.upperBound else {
            return nil
        }
        let first = visible(end..<selector.range.offsets.upperBound).first
        return first.flatMap { bytes[$0] == UInt8(ascii: "{") ? $0 : nil }
    }

    // MARK: Removing

    private mutating func remove(but kept: Int?) {
        let isGone = entries.indices.map { entries[$0].isGone && $0 != kept }
        let last = isGone.lastIndex(of: false)
        for index in entries.indices where isGone[index] {
            let entry = entries[index].range
            let isLast = index == entries.count - 1
            // Behind the last that stays, the comma before it goes along, otherwise the one behind it.
            if let last, index > last {
                remove(entry, with: entries[index - 1].range.upperBound..<entry.lowerBound, isWhole: true)
            } else {
                let end = isLast ? selector.range.offsets.upperBound : entries[index + 1].range.lowerBound
                remove(entry, with: entry.upperBound..<end, isWhole: !isLast)
            }
        }
    }

    /// Removes a matcher and the comma in the gap beside it; all of the gap if nothing else stands there.
    private mutating func remove(_ entry: Range<Int>, with gap: Range<Int>, isWhole: Bool) {
        replace(entry, "")
        let visible = visible(gap)
        guard let comma = visible.first, bytes[comma] == UInt8(ascii: ",") else { return }
        let isBare = isWhole && bytes[gap].allSatisfy { Self.isSpace($0) || $0 == UInt8(ascii: ",") }
        replace(isBare ? gap : comma..<comma + 1, "")
    }

    /// The offsets of what is neither space nor comment.
    private func visible(_ range: Range<Int>) -> [Int] {
        var isComment = false
        return range.clamped(to: bytes.indices).filter { index in
            if bytes[index] == UInt8(ascii: "#") { isComment = true }
            if bytes[index] == UInt8(ascii: "\n") { isComment = false }
            return !isComment && !Self.isSpace(bytes[index])
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}

extension SubstitutedQuery {
    /// The query with parts of ``text`` changed.
    func source(with changes: [QueryChange]) -> String {
        Self.applied(changes.map { QueryChange(range: sourceRange(of: $0.range), text: $0.text) }, to: source.value)
    }

    /// ``text`` with parts changed.
    func text(with changes: [QueryChange]) -> String { Self.applied(changes, to: text) }

    private static func applied(_ changes: [QueryChange], to text: String) -> String {
        let source = Array(text.utf8)
        var written: [UInt8] = []
        var position = 0
        let sorted = changes.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        for change in sorted {
            written += source[position..<max(position, change.range.lowerBound)]
            written += Array(change.text.utf8)
            position = max(position, change.range.upperBound)
        }
        return String(decoding: written + source[position...], as: UTF8.self)
    }
}
