/// A sample as its line has it, before it is held against the rules of its family.
struct SampleLine {
    let offset: Int
    var labels: [ParsedExposition.Label] = []
    var value = ParsedExposition.Number.natural(0)
    var valueOffset = 0
    var timestamp: ParsedExposition.Timestamp?
    var timestampOffset = 0
    var exemplar: ParsedExposition.Exemplar?
    var exemplarOffset = 0
}

extension ExpositionParser {
    /// A line with a name, labels, a value and perhaps a timestamp and an exemplar.
    mutating func sample() throws(ExpositionFlaw) {
        var line = SampleLine(offset: position)
        if peek == UInt8(ascii: "{") {
            let name = try nameInBraces()
            line.labels = try labels()
            try measured(&line, afterBrace: true)
            return try families.add(line, labelNames, named: name.utf8)
        }
        let name = try identifier(.metricName, colons: true)
        let end = position
        skipOptionalBlanks()
        let braces = take(UInt8(ascii: "{"))
        if braces { line.labels = try labels() } else { noLabels() }
        if !braces { position = end }
        try measured(&line, afterBrace: braces)
        try families.add(line, labelNames, named: slice(name))
    }

    /// The metric's name in quotes as the first in the braces, and the comma behind it.
    private mutating func nameInBraces() throws(ExpositionFlaw) -> String {
        position += 1
        skipOptionalBlanks()
        guard peek == UInt8(ascii: "\"") else { throw unexpected(.metricName) }
        let name = try quotedName()
        skipOptionalBlanks()
        if take(UInt8(ascii: ",")) {
            if format.isOpenMetrics, peek == UInt8(ascii: "}") { throw unexpected(.labelName) }
        } else if peek != UInt8(ascii: "}") {
            throw unexpected(.commaOrBrace)
        }
        return name
    }

    private mutating func noLabels() {
        labelNames.begin()
        _ = labelNames.end()
    }

    /// What stands between the braces, the opening one of which is behind us, and the closing brace.
    private mutating func labels() throws(ExpositionFlaw) -> [ParsedExposition.Label] {
        var labels: [ParsedExposition.Label] = []
        labelNames.begin()
        skipOptionalBlanks()
        var closed = take(UInt8(ascii: "}"))
        labels.reserveCapacity(closed ? 0 : labelNames.names.count)
        while !closed {
            guard labels.count < limits.labels else { throw flaw(.tooMuch(.labels, limit: limits.labels)) }
            labels.append(try label())
            skipOptionalBlanks()
            if take(UInt8(ascii: ",")) {
                skipOptionalBlanks()
                closed = !format.isOpenMetrics && take(UInt8(ascii: "}"))
            } else {
                guard take(UInt8(ascii: "}")) else { throw unexpected(.commaOrBrace) }
                closed = true
            }
        }
        if let again = labelNames.end() {
            throw flaw(.duplicateLabel(labels[again].name), at: labelNames.offsets[again])
        }
        return labels
    }

    private mutating func label() throws(ExpositionFlaw) -> ParsedExposition.Label {
        let name = try labelName()
        skipOptionalBlanks()
        guard take(UInt8(ascii: "=")) else { throw unexpected(.labelEquals) }
        skipOptionalBlanks()
        let value = try unescaped(try quoted(), quotes: true)
        return ParsedExposition.Label(name: name, value: value)
    }

    private mutating func labelName() throws(ExpositionFlaw) -> String {
        let start = position
        let name: String
        if peek == UInt8(ascii: "\"") {
            name = try quotedName()
        } else {
            let range = try identifier(.labelName, colons: false)
            if let known = labelNames.next(slice(range), at: start) { return known }
            name = string(range)
        }
        if name == "__name__" { throw flaw(.nameLabel, at: start) }
        labelNames.set(name, slice(start..<position), at: start)
        return name
    }

    /// What follows name and labels.
    private mutating func measured(_ line: inout SampleLine, afterBrace: Bool) throws(ExpositionFlaw) {
        if format.isOpenMetrics {
            try space(peek == nil ? .value : afterBrace ? .space : .nameEnd)
        } else {
            let start = position
            skipBlanks()
            if position == start, position < lineEnd, !afterBrace { throw unexpected(.nameEnd) }
        }
        line.valueOffset = position
        line.value = try number(.value)
        if format.isOpenMetrics {
            try openMetricsTail(&line)
        } else {
            try textTail(&line)
        }
    }

    private mutating func textTail(_ line: inout SampleLine) throws(ExpositionFlaw) {
        skipBlanks()
        guard position < lineEnd else { return }
        line.timestampOffset = position
        line.timestamp = try timestamp()
        skipBlanks()
        if position < lineEnd { throw unexpected(.endOfLine) }
    }

    private mutating func openMetricsTail(_ line: inout SampleLine) throws(ExpositionFlaw) {
        guard take(UInt8(ascii: " ")) else { return }
        if peek != UInt8(ascii: "#") {
            line.timestampOffset = position
            line.timestamp = try timestamp()
            guard take(UInt8(ascii: " ")) else { return }
        }
        line.exemplarOffset = position
        guard take(UInt8(ascii: "#")) else { throw unexpected(.exemplarOrEnd) }
        line.exemplar = try exemplar()
    }

    /// What follows the `#` that announces an exemplar.
    private mutating func exemplar() throws(ExpositionFlaw) -> ParsedExposition.Exemplar {
        let start = position - 1
        guard take(UInt8(ascii: " ")), take(UInt8(ascii: "{")) else { throw unexpected(.exemplarLabels) }
        swap(&labelNames, &exemplarNames)
        let labels = try labels()
        swap(&labelNames, &exemplarNames)
        let scalars = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
        if scalars > 128 { throw flaw(.exemplarTooLong(scalars: scalars), at: start) }
        try space(peek == nil ? .value : .space)
        let value = try number(.value)
        guard take(UInt8(ascii: " ")) else {
            return ParsedExposition.Exemplar(labels: labels, value: value, timestamp: nil)
        }
        let timestamp = try timestamp()
        if position < lineEnd { throw unexpected(.endOfLine) }
        return ParsedExposition.Exemplar(labels: labels, value: value, timestamp: timestamp)
    }
}
