/// Block scalars, `|` and `>`, as libyaml reads them.
extension TextScan {
    /// A number after the indicator counts from the indentation of the parent, which is not known here: the value says
    /// which is meant, unless the indentation is given.
    static func block(
        _ source: ArraySlice<UInt8>, isFolded: Bool, expected: String?, indent: Int? = nil
    ) -> TextScan {
        let header = BlockHeader(source)
        guard let increment = header.increment else { return block(source, header, isFolded, indent: nil) }
        if let indent { return block(source, header, isFolded, indent: indent) }
        let most = max(increment, header.leadingSpaces(in: source))
        var first: TextScan?
        for indent in increment...most {
            let scan = block(source, header, isFolded, indent: indent)
            if expected == nil || scan.value == expected { return scan }
            first = first ?? scan
        }
        return first ?? TextScan(source, from: header.end)
    }

    private static func block(
        _ source: ArraySlice<UInt8>, _ header: BlockHeader, _ isFolded: Bool, indent: Int?
    ) -> TextScan {
        var lines = BlockLines(scan: TextScan(source, from: header.end), isFolded: isFolded, indent: indent)
        var scan = lines.read(header.chomping)
        scan.indent = lines.indent
        return scan
    }
}

/// The first line of a block scalar.
private struct BlockHeader {
    enum Chomping { case strip, clip, keep }

    var increment: Int?
    var chomping = Chomping.clip
    /// Where the lines begin.
    var end: Int

    init(_ source: ArraySlice<UInt8>) {
        var scan = TextScan(source, from: source.startIndex + 1)
        var isComment = false
        while let byte = scan.byte, scan.lineBreak() == nil {
            switch byte {
            case UInt8(ascii: "#"): isComment = true
            case UInt8(ascii: "+") where !isComment: chomping = .keep
            case UInt8(ascii: "-") where !isComment: chomping = .strip
            case UInt8(ascii: "1")...UInt8(ascii: "9") where !isComment: increment = Int(byte - UInt8(ascii: "0"))
            default: break
            }
            scan.skip()
        }
        scan.skip(scan.lineBreak()?.count ?? 0)
        end = scan.position
    }

    /// The most spaces before the first line that has more than spaces, or of the lines before it.
    func leadingSpaces(in source: ArraySlice<UInt8>) -> Int {
        var scan = TextScan(source, from: end)
        var spaces = 0
        var most = 0
        while let byte = scan.byte {
            if let next = scan.lineBreak() {
                scan.skip(next.count)
                spaces = 0
            } else if byte == 0x20 {
                spaces += 1
                most = max(most, spaces)
                scan.skip()
            } else {
                break
            }
        }
        return most
    }
}

private struct BlockLines {
    /// A line break that is not yet known to stay, and the indentation after it.
    private typealias Break = (value: [UInt8], range: Range<Int>)

    var scan: TextScan
    let isFolded: Bool
    var indent: Int?
    private var column = 0
    /// Between the last line and the next.
    private var leading: Break?
    /// Of the empty lines after it.
    private var trailing: [Break] = []

    init(scan: TextScan, isFolded: Bool, indent: Int?) {
        self.scan = scan
        self.isFolded = isFolded
        self.indent = indent
    }

    mutating func read(_ chomping: BlockHeader.Chomping) -> TextScan {
        readBreaks()
        var wasBlank = false
        while column == indent, let first = scan.byte {
            let isBlank = first == 0x20 || first == 0x09
            join(folding: isFolded && !wasBlank && !isBlank)
            wasBlank = isBlank
            while scan.byte != nil, scan.lineBreak() == nil { scan.copy() }
            leading = readBreak()
            readBreaks()
        }
        if chomping != .strip, let leading { scan.emit(leading.value, from: leading.range) }
        if chomping == .keep { for next in trailing { scan.emit(next.value, from: next.range) } }
        return scan
    }

    /// The breaks before a line: the first is a space when it is folded alone, and nothing when others follow.
    private mutating func join(folding: Bool) {
        var breaks = (leading.map { [$0] } ?? []) + trailing
        // The last one takes the indentation along, so that the two lines may be made one.
        if let last = breaks.indices.last { breaks[last].range = breaks[last].range.lowerBound..<scan.position }
        if folding, leading?.value == [0x0A] {
            if trailing.isEmpty {
                breaks[0].value = [0x20]
            } else {
                breaks[1].range = breaks[0].range.lowerBound..<breaks[1].range.upperBound
                breaks.removeFirst()
            }
        }
        for next in breaks { scan.emit(next.value, from: next.range) }
        leading = nil
        trailing = []
    }

    private mutating func readBreak() -> Break? {
        guard let next = scan.lineBreak() else { return nil }
        let start = scan.position
        scan.skip(next.count)
        column = 0
        return (next.value, start..<scan.position)
    }

    /// Indentation and empty lines; the first time, they say how deep the indentation is.
    private mutating func readBreaks() {
        var deepest = 0
        while true {
            let start = scan.position
            while scan.byte == 0x20, indent.map({ column < $0 }) ?? true {
                scan.skip()
                column += 1
            }
            deepest = max(deepest, column)
            guard var next = readBreak() else { break }
            next.range = start..<next.range.upperBound
            trailing.append(next)
        }
        if indent == nil { indent = max(deepest, 1) }
    }
}
