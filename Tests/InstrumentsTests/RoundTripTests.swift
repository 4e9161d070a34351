import Foundation
import Instruments
import Testing
import TestSupport

/// What was recorded is what a reader of the exposition gets.
@Suite struct RoundTripTests {
    /// The formats that a registry shows and ``ParsedExposition`` reads.
    static let formats = ExpositionFormat.allCases.compactMap { format in
        TextFormat(contentType: format.contentType).map { Formats(shown: format, read: $0) }
    }

    struct Formats: Sendable, CustomTestStringConvertible {
        let shown: ExpositionFormat
        let read: TextFormat

        var testDescription: String { "\(read)" }
    }

    /// A registry with all sorts of families, names, help texts, label values and numbers.
    static func registry(_ random: inout SeededGenerator) throws -> Registry {
        let registry = Registry()
        for index in 0..<6 {
            let name = "\(random.name(colons: true))_\(index)"
            var labels: [Label] = []
            for _ in 0..<random.one(of: [0, 1, 2, 5]) { labels.append(Label(labelName(labels, &random), .declared)) }
            let help = random.text()
            let series = labels.isEmpty ? 1 : 8
            switch index % 3 {
            case 0:
                let family = try registry.gauge(name, help: help, labels: labels)
                for _ in 0..<series { family.with(labels.map { _ in random.text() }).set(random.double()) }
            case 1:
                let family = try registry.counter("\(name)_total", help: help, labels: labels)
                for _ in 0..<series {
                    let counter = family.with(labels.map { _ in random.text() })
                    counter.add(random.double())
                    if Bool.random(using: &random) { counter.increment(by: random.next()) }
                }
            default:
                let bounds = Set((0..<random.one(of: [0, 1, 4])).map { _ in random.double() }.filter(\.isFinite))
                let family = try registry.histogram(name, help: help, labels: labels, buckets: bounds.sorted())
                for _ in 0..<series {
                    let histogram = family.with(labels.map { _ in random.text() })
                    for _ in 0..<3 { histogram.observe(random.double()) }
                }
            }
        }
        return registry
    }

    private static func labelName(_ others: [Label], _ random: inout SeededGenerator) -> String {
        while true {
            let name = random.name(colons: false)
            let isTaken = others.contains { $0.name == name } || name == "le" || name == "quantile"
            if !isTaken, !name.hasPrefix("__") { return name }
        }
    }

    @Test(arguments: formats, Array<UInt64>(1...40))
    func whatIsShownReadsBackTheSame(_ formats: Formats, _ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let registry = try Self.registry(&random)
        let parsed = try ParsedExposition(parsing: registry.expose(formats.shown), format: formats.read)
        let told = registry.snapshot().filter { !$0.series.isEmpty }
        #expect(parsed.families.count == told.count)
        for (read, told) in zip(parsed.families, told) { expect(read, told, formats.read) }
        #expect(try ParsedExposition(parsing: parsed.canonical, format: formats.read) == parsed)
    }

    private func expect(_ read: ParsedExposition.Family, _ told: MetricFamily, _ format: TextFormat) {
        let isTotal = format == .openMetrics100 && told.type == .counter
        #expect(read.name == (isTotal ? String(told.name.dropLast("_total".count)) : told.name))
        #expect(read.type.rawValue == told.type.rawValue)
        #expect(Array((read.help ?? "").utf8) == help(told.help, format))
        let points = read.points(in: format)
        #expect(points.count == told.series.count)
        for (point, series) in zip(points, told.series) {
            #expect(point.labels.map { Array($0.name.utf8) } == series.labels.map { Array($0.name.utf8) })
            #expect(point.labels.map { Array($0.value.utf8) } == series.labels.map { Array($0.value.utf8) })
            #expect(isSame(point.reading, series, format), "\(point) is not \(series)")
        }
    }

    /// Text takes blanks around a help text for those that part the words of a line.
    private func help(_ help: String, _ format: TextFormat) -> [UInt8] {
        if format == .openMetrics100 { return Array(help.utf8) }
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        return Array(help.utf8.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    private func isSame(
        _ point: ParsedExposition.PointReading, _ series: MetricFamily.Series, _ format: TextFormat
    ) -> Bool {
        switch (point, series.reading) {
        case (.number(let read), .number(let told)): return isSame(read, told)
        case (.counter(let read), .number(let told)): return read.total.map { isSame($0, told) } ?? false
        case (.histogram(let read), .histogram(let told)):
            let isShown = format != .openMetrics100 || told.buckets[0].upperBound >= 0 && told.sum >= 0
            return read.buckets.map(\.upperBound) == told.buckets.map(\.upperBound)
                && read.buckets.map(\.count) == told.buckets.map { .natural($0.count) }
                && (isShown ? read.count == .natural(told.count) : read.count == nil)
                && (isShown ? read.sum.map { isSame($0, told.sum) } ?? false : read.sum == nil)
        default: return false
        }
    }

    /// Bit by bit, but for what a NaN carries.
    private func isSame(_ read: ParsedExposition.Number, _ told: Double) -> Bool {
        read.double.bitPattern == told.bitPattern || read.double.isNaN && told.isNaN
    }

    /// Names in quotes, written by hand: our encoder is not asked.
    @Test(arguments: Array<UInt64>(1...200))
    func anyNameCanBeQuoted(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let quoted = { (text: String) in
            let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\"": "\\\"", "\n": "\\n"]
            return "\"\(text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined())\""
        }
        let name = "a\(random.text())"
        let labels = (0..<3).map { (name: "\($0)\(random.text())", value: random.text()) }
        let value = random.double()
        var text = "# TYPE \(quoted(name)) gauge\n{\(quoted(name))"
        for label in labels { text += ",\(quoted(label.name))=\(quoted(label.value))" }
        let parsed = try ParsedExposition(
            parsing: "\(text)} \(value.isNaN ? "NaN" : "\(value)")\n".utf8, format: .text100)
        let family = try #require(parsed.families.first)
        #expect(parsed.families.count == 1)
        #expect(family.type == .gauge)
        #expect(family.samples.count == 1)
        #expect(Array(family.name.utf8) == Array(name.utf8))
        #expect(family.samples[0].labels.map { Array($0.name.utf8) } == labels.map { Array($0.name.utf8) })
        #expect(family.samples[0].labels.map { Array($0.value.utf8) } == labels.map { Array($0.value.utf8) })
        #expect(isSame(family.samples[0].value, value))
        #expect(try ParsedExposition(parsing: parsed.canonical, format: .text100) == parsed)
    }

    /// Every sequence of two bytes between those that end a quoted text, in both places where a value stands.
    @Test func noBytesInALabelValueMakeASeries() throws {
        let registry = Registry()
        let level = try registry.gauge("level", help: "", labels: [Label("a", .declared), Label("b", .declared)])
        var values: Set<[UInt8]> = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let value = String(decoding: [first, second] + Array("\"} 1\ninjected{a=\"".utf8), as: UTF8.self)
                level.with(value, String(value.reversed())).set(1)
                values.insert(Array(value.utf8))
            }
        }
        for formats in Self.formats {
            let parsed = try ParsedExposition(parsing: registry.expose(formats.shown), format: formats.read)
            #expect(parsed.families.filter { !$0.samples.isEmpty }.map(\.name) == ["level"])
            let samples = parsed.families.flatMap(\.samples)
            #expect(samples.count == values.count)
            #expect(Set(samples.map { Array($0.labels[0].value.utf8) }) == values)
            #expect(samples.allSatisfy { $0.name == "level" && $0.labels.count == 2 })
        }
    }

    @Test(arguments: formats)
    func whatIsCutOrFlippedNeverTraps(_ formats: Formats) throws {
        var random = SeededGenerator(seed: 7)
        let whole = try Self.registry(&random).expose(formats.shown)
        for _ in 0..<500 {
            var bytes = whole[Int.random(in: 0...whole.count, using: &random)...].prefix(4_000)
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: bytes.startIndex..<bytes.endIndex, using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(ExpositionError) {
                _ = try ParsedExposition(parsing: bytes, format: formats.read)
            } catch {
                #expect(0...bytes.count ~= error.offset)
            }
        }
    }
}
