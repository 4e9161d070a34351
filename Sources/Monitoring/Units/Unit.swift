import PromQL
import Telemetry

/// What the values of an expression are measured in, as far as it is certain.
struct Unit: Sendable, Hashable {
    /// What is measured.
    enum Quantity: Sendable, Hashable {
        case time
        case bytes
        /// Things, such as requests.
        case count
        /// A part of a whole; 1 is all of it.
        case ratio
        /// What only this metric has: nothing is known of it but that it is the same as itself.
        case own(String)
        /// The value of an info metric, which is always 1.
        case one
    }

    var quantity: Quantity
    /// How many seconds, bytes or wholes a value of 1 is.
    var scale = 1.0
    /// Whether it is how much of it there is in a second.
    var isPerSecond = false
    /// Whether the query multiplies by a number, which may have a unit of its own.
    var isScaled = false
    /// Whether a count may be something else: what a counter counts that nobody described.
    var isGuess = false

    static let seconds = Unit(quantity: .time)
    static let bytes = Unit(quantity: .bytes)
    static let count = Unit(quantity: .count)
    static let ratio = Unit(quantity: .ratio)

    /// Whether values of both can be compared and added.
    func isLike(_ other: Unit) -> Bool {
        quantity == other.quantity && isPerSecond == other.isPerSecond && Self.isClose(scale, other.scale)
    }

    /// Whether two scales are one, those of 1000 and 1024 included.
    static func isClose(_ one: Double, _ other: Double) -> Bool { (0.75...1.33).contains(one / other) }

    /// For messages; nil where there is no word for it.
    var words: String? {
        let known = Self.names.first { $0.quantity == quantity && Self.isClose($0.scale, scale) }
        return known.map { isPerSecond ? $0.words + " per second" : $0.words }
    }

    private static let names: [(words: String, quantity: Quantity, scale: Double)] = [
        ("seconds", .time, 1), ("milliseconds", .time, 1e-3), ("microseconds", .time, 1e-6),
        ("nanoseconds", .time, 1e-9), ("minutes", .time, 60), ("hours", .time, 3600), ("days", .time, 86400),
        ("bytes", .bytes, 1), ("kilobytes", .bytes, 1e3), ("megabytes", .bytes, 1e6), ("gigabytes", .bytes, 1e9),
        ("terabytes", .bytes, 1e12), ("bits", .bytes, 0.125), ("a count", .count, 1),
        ("a ratio from 0 to 1", .ratio, 1), ("a percentage", .ratio, 0.01),
    ]
}

extension Unit {
    /// The unit that a name's last words tell.
    init?(suffixOf name: String) {
        var words = name.lowercased().split(separator: "_")
        if let last = words.last, ["total", "sum", "max", "min"].contains(last) { words.removeLast() }
        guard words.count > 1, let last = words.popLast(), let unit = Self.suffixes[String(last)],
            // Such as byte_seconds and per_second.
            let before = words.last.map(String.init), before != "per", Self.suffixes[before] == nil,
            Self.suffixes[before + "s"] == nil
        else { return nil }
        self = unit
    }

    fileprivate static let suffixes: [String: Unit] = [
        "seconds": .seconds, "milliseconds": Unit(quantity: .time, scale: 1e-3),
        "ms": Unit(quantity: .time, scale: 1e-3), "microseconds": Unit(quantity: .time, scale: 1e-6),
        "nanoseconds": Unit(quantity: .time, scale: 1e-9), "minutes": Unit(quantity: .time, scale: 60),
        "hours": Unit(quantity: .time, scale: 3600), "bytes": .bytes, "bits": Unit(quantity: .bytes, scale: 0.125),
        "kilobytes": Unit(quantity: .bytes, scale: 1e3), "megabytes": Unit(quantity: .bytes, scale: 1e6),
        "gigabytes": Unit(quantity: .bytes, scale: 1e9),
    ]
}

extension MetricIndex.Metric {
    /// The unit of the samples of a name.
    func unit(of name: String) -> Unit {
        switch part {
        case .bucket, .count: .count
        case .sum: family.valueUnit ?? .own(name)
        case .whole: family.type == "summary" ? family.valueUnit ?? .own(name) : wholeUnit(name)
        }
    }

    private func wholeUnit(_ name: String) -> Unit {
        if family.type == "info" || name.hasSuffix("_info") { return Unit(quantity: .one) }
        if family.type == "unknown", name.hasSuffix("_count") { return Unit(quantity: .count, isGuess: true) }
        if let unit = family.valueUnit { return unit }
        guard family.type == "counter" else { return .own(name) }
        if family.isOurs { return .count }
        return Self.countsThings(name) ? Unit(quantity: .count, isGuess: true) : .own(name)
    }

    /// Whether nothing in a counter's name speaks of time, bytes or the like.
    private static func countsThings(_ name: String) -> Bool {
        name.hasSuffix("_total")
            && name.lowercased().split(separator: "_").allSatisfy { word in
                !measures.contains { word.contains($0) }
            }
    }

    private static let measures = [
        "second", "sec", "time", "duration", "latency", "delay", "lag", "wait", "pause", "elapsed", "age", "minute",
        "hour", "day", "byte", "bit", "octet", "size", "memory", "mem", "traffic", "throughput", "volume", "energy",
        "joule", "watt", "power", "load", "length", "ratio", "percent", "cpu", "core", "usage", "used", "usec", "nsec",
        "jiffies", "tick", "cycle", "cost", "data", "network", "receive", "sent", "read", "writ", "transmit", "rx",
        "tx", "sum", "ms", "ns", "us", "kb", "mb", "gb", "celsius", "meter", "weight", "score", "value",
    ]
}

extension Catalogue.Family {
    /// The unit of what is measured, not of how many times.
    var valueUnit: Unit? {
        if name.hasSuffix("_created") { return .seconds }
        // Elsewhere a ratio may well be a percentage.
        if unit == "ratio" { return isOurs ? .ratio : nil }
        // What the catalogue says comes from the program, and a name may be older than that.
        return Unit(suffixOf: name).map { named in unit.flatMap { Unit.suffixes[$0] } ?? named }
    }

    /// Whether the project's own rules of naming hold for it.
    var isOurs: Bool { since != nil || dialect != nil }
}

extension Unit {
    fileprivate static func own(_ name: String) -> Unit { Unit(quantity: .own(name)) }
}
