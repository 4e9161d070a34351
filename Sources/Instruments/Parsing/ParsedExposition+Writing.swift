extension ParsedExposition {
    /// The exposition in its format, one spelling for each thing it says: HELP if there is one, always TYPE, then UNIT
    /// if there is one, then the samples; names in quotes only where they must be.
    ///
    /// Parsed again, it is equal to this one, if this one was parsed.
    public var canonical: [UInt8] {
        var writer = Writer(format: format)
        for family in families { writer.write(family) }
        if format.isOpenMetrics { writer.write("# EOF\n") }
        return writer.bytes
    }

    private struct Writer {
        let format: TextFormat
        var bytes: [UInt8] = []

        mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

        mutating func write(_ family: Family) {
            if let help = family.help { writeLine("HELP", family.name) { $0.writeEscaped(help, quotes: false) } }
            writeLine("TYPE", family.name) { $0.write(family.type.spelling(in: $0.format)) }
            if let unit = family.unit { writeLine("UNIT", family.name) { $0.write(unit) } }
            for sample in family.samples { write(sample) }
        }

        private mutating func writeLine(_ keyword: String, _ name: String, _ content: (inout Writer) -> Void) {
            write("# \(keyword) ")
            writeName(name, colons: true)
            write(" ")
            content(&self)
            write("\n")
        }

        private mutating func write(_ sample: Sample) {
            let plain = Self.isPlain(sample.name, colons: true)
            if plain { write(sample.name) }
            if !plain || !sample.labels.isEmpty {
                write("{")
                if !plain { writeName(sample.name, colons: true) }
                write(sample.labels, first: plain)
                write("}")
            }
            write(sample.value, sample.timestamp)
            if let exemplar = sample.exemplar {
                write(" # {")
                write(exemplar.labels, first: true)
                write("}")
                write(exemplar.value, exemplar.timestamp)
            }
            write("\n")
        }

        private mutating func write(_ labels: [Label], first: Bool) {
            for (index, label) in labels.enumerated() {
                if index > 0 || !first { write(",") }
                writeName(label.name, colons: false)
                write("=\"")
                writeEscaped(label.value, quotes: true)
                write("\"")
            }
        }

        private mutating func write(_ value: Number, _ timestamp: Timestamp?) {
            write(" \(value.text)")
            switch timestamp {
            case .milliseconds(let time): write(" \(time)")
            case .seconds(let time): write(" \(time)")
            case nil: break
            }
        }

        private mutating func writeName(_ name: String, colons: Bool) {
            if Self.isPlain(name, colons: colons) { return write(name) }
            write("\"")
            writeEscaped(name, quotes: true)
            write("\"")
        }

        /// - Parameter quotes: whether the text stands in quotes; OpenMetrics escapes them in help texts too.
        private mutating func writeEscaped(_ text: String, quotes: Bool) {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): write("\\\\")
                case UInt8(ascii: "\n"): write("\\n")
                case UInt8(ascii: "\"") where quotes || format.isOpenMetrics: write("\\\"")
                default: bytes.append(byte)
                }
            }
        }

        private static func isPlain(_ name: String, colons: Bool) -> Bool {
            var first = true
            for byte in name.utf8 {
                guard ExpositionParser.isInName(byte, first: first, colons: colons) else { return false }
                first = false
            }
            return !first
        }
    }
}

extension ParsedExposition.Number {
    /// Reads back as the same number: a natural one as digits, any other with a point, an exponent or as a word.
    fileprivate var text: String {
        switch self {
        case .natural(let value): "\(value)"
        case .real(let value) where value.isNaN: "NaN"
        case .real(let value) where value.isInfinite: value > 0 ? "+Inf" : "-Inf"
        case .real(let value): "\(value)"
        }
    }
}
