extension SourceFile {
    /// The file's bytes with texts changed, and every other byte as it was.
    ///
    /// The edits may come in any order; the same edit twice counts once, as when a text is reached through two aliases.
    /// Each changed text is decoded again and must then mean what was asked for; otherwise nothing is changed and the
    /// error says which text cannot be written where it stands.
    public func replacing(_ edits: [TextEdit]) throws(EditError) -> [UInt8] {
        var levels: [Int: [TextEdit]] = [:]
        for edit in edits { levels[edit.text.layer.depth, default: []].append(edit) }
        var pieces: [(range: Range<Int>, bytes: [UInt8])] = []
        for depth in stride(from: levels.keys.max() ?? -1, through: 0, by: -1) {
            for scalar in try ScalarEdits.groups(levels[depth] ?? [], in: self) {
                let written = try scalar.written()
                guard let outer = scalar.text.layer.outer else {
                    pieces += written
                    continue
                }
                levels[depth - 1, default: []] += written.map {
                    TextEdit(outer, $0.range, String(decoding: $0.bytes, as: UTF8.self))
                }
            }
        }
        return Self.replace(pieces, in: bytes[...])
    }

    /// The pieces do not overlap.
    fileprivate static func replace(
        _ pieces: [(range: Range<Int>, bytes: [UInt8])], in bytes: ArraySlice<UInt8>
    ) -> [UInt8] {
        var result: [UInt8] = []
        var position = bytes.startIndex
        for piece in pieces.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        where piece.range.lowerBound >= position {
            result += bytes[position..<piece.range.lowerBound]
            result += piece.bytes
            position = piece.range.upperBound
        }
        return result + bytes[position...]
    }
}

/// The changes of one scalar.
private struct ScalarEdits {
    struct Key: Hashable {
        let layer: ObjectIdentifier
        let start: Int
    }

    struct Change: Hashable {
        /// In the decoded scalar.
        let range: Range<Int>
        let replacement: String
    }

    let text: SourceText
    var changes: [Change] = []

    static func groups(_ edits: [TextEdit], in file: SourceFile) throws(EditError) -> [ScalarEdits] {
        var groups: [Key: ScalarEdits] = [:]
        for edit in edits {
            guard edit.text.file === file else { throw EditError(.otherFile, edit.text.place) }
            let key = Key(layer: ObjectIdentifier(edit.text.layer), start: edit.text.scalar.lowerBound)
            try groups[key, default: ScalarEdits(text: edit.text)].add(edit)
        }
        return groups.values.sorted { $0.text.scalar.lowerBound < $1.text.scalar.lowerBound }
    }

    private mutating func add(_ edit: TextEdit) throws(EditError) {
        guard edit.range.lowerBound >= 0, edit.range.upperBound <= edit.text.value.utf8.count else {
            throw EditError(.outsideText, edit.text.place)
        }
        let start = edit.range.lowerBound + edit.text.start
        let change = Change(range: start..<start + edit.range.count, replacement: edit.replacement)
        guard !changes.contains(change) else { return }
        let utf8 = edit.text.whole.utf8
        for offset in [change.range.lowerBound, change.range.upperBound]
        where utf8.dropFirst(offset).first.map({ $0 & 0xC0 == 0x80 }) ?? false {
            throw EditError(.splitsCharacter, edit.text.place)
        }
        changes.append(change)
    }

    /// The pieces of the layer to be replaced.
    func written() throws(EditError) -> [(range: Range<Int>, bytes: [UInt8])] {
        let source = text.layer.bytes[text.scalar]
        let scan = TextScan.scan(source, style: text.style, expected: text.whole)
        let whole = Array(text.whole.utf8)
        let map = scan.map(start: 0, count: whole.count)
        let sorted = changes.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        for (first, second) in zip(sorted, sorted.dropFirst())
        where second.range.lowerBound < first.range.upperBound || second.range == first.range {
            throw EditError(.overlap, place(second))
        }
        let before = text.scalar.lowerBound > 0 ? text.layer.bytes[text.scalar.lowerBound - 1] : nil
        let writer = TextWriter(style: text.style, source: source, before: before, indent: scan.indent)
        var pieces: [(range: Range<Int>, bytes: [UInt8])] = []
        for change in sorted {
            do throws(TextWriter.Refusal) {
                pieces.append((map.source(of: change.range), try writer.write(change.replacement)))
            } catch {
                throw EditError(.character(error.scalar, text.style), place(change))
            }
        }
        let value = SourceFile.replace(sorted.map { ($0.range, Array($0.replacement.utf8)) }, in: whole[...])
        let changed = SourceFile.replace(pieces, in: source)
        guard writer.means(String(decoding: value, as: UTF8.self), instead: text.whole, when: changed) else {
            let shown = sorted.first.map { $0.replacement } ?? ""
            throw EditError(.meaning(shown, text.style), sorted.first.map(place) ?? text.place)
        }
        return pieces
    }

    private func place(_ change: Change) -> SourcePlace {
        let range = text.layer.fileRange(
            TextScan.scan(text.layer.bytes[text.scalar], style: text.style, expected: text.whole)
                .map(start: 0, count: text.whole.utf8.count).source(of: change.range))
        return SourcePlace(file: text.file, range: range)
    }
}
