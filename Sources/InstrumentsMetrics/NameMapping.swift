/// From the free names of swift-metrics to those that every exposition format can show.
///
/// What is no ASCII letter, digit or `_` becomes `_`; several in a row become one; one at the end goes; a digit at the
/// start gets one before it. Case stays. So `http.server/request-time` is `http_server_request_time`.
enum NameMapping {
    private static let total = "_total"
    private static let seconds = "_seconds"
    /// What a timer's label may say of its unit; the family is in seconds all the same.
    private static let timeUnits = [
        "_seconds", "_milliseconds", "_millis", "_ms", "_microseconds", "_micros", "_us", "_nanoseconds", "_nanos",
        "_ns",
    ]
    /// Label names that Prometheus keeps for itself.
    private static let reserved: Set<String> = ["le", "quantile"]

    /// A family's name, with the suffix of its type: `_total` for counters, `_seconds` for timers in place of any other
    /// unit of time; a histogram loses `_total`.
    static func family(_ key: MetricKey) -> String {
        let name = plain(key.label)
        switch key.kind {
        case .counter: return without([total], name) + total
        case .gauge: return name
        case .recorder: return without([total], name)
        case .timer: return without(timeUnits, without([total], name)) + seconds
        }
    }

    /// A label's name; a reserved one gets `_` at its end.
    static func label(_ key: String) -> String {
        let name = plain(key)
        return reserved.contains(name) ? name + "_" : name
    }

    /// Takes the first suffix that fits away, unless it is the whole name.
    private static func without(_ suffixes: [String], _ name: String) -> String {
        guard let suffix = suffixes.first(where: name.hasSuffix), name.utf8.count > suffix.utf8.count else {
            return name
        }
        return String(name.dropLast(suffix.count))
    }

    private static func plain(_ text: String) -> String {
        var name: [UInt8] = []
        for scalar in text.unicodeScalars {
            let byte = byte(of: scalar)
            if byte == UInt8(ascii: "_"), name.last == byte { continue }
            name.append(byte)
        }
        if name.count > 1, name.last == UInt8(ascii: "_") { name.removeLast() }
        guard let first = name.first else { return "_" }
        if isDigit(first) { name.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: name, as: UTF8.self)
    }

    private static func byte(of scalar: Unicode.Scalar) -> UInt8 {
        guard scalar.isASCII else { return UInt8(ascii: "_") }
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte
        default: return isDigit(byte) ? byte : UInt8(ascii: "_")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
