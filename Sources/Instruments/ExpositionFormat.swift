/// A format in which Prometheus and its kin read metrics.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// The Prometheus text format, version 0.0.4, as
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/> describes it.
    ///
    /// It has no quoted names: where these are asked for, it shows names with underscores.
    case text004
    /// The Prometheus text format, version 1.0.0: the same with names in quotes, `{"my.name","a.b"="c"} 1`.
    case text100
    /// OpenMetrics text, version 1.0.0, as
    /// <https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md> describes it.
    ///
    /// A histogram whose sum is below 0, or could be as it has a bound below 0, shows its buckets without sum and count.
    /// The specification has no names in quotes; to those who ask for them, it shows them as text 1.0.0 does.
    case openMetrics100
    /// Messages `io.prometheus.client.MetricFamily`, each after its length, as
    /// <https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto> describes them. The
    /// only format that shows the buckets of native histograms.
    ///
    /// Infos and state sets are gauges there.
    case protobuf

    /// The value of the header `Content-Type`, but for the escaping of names.
    public var contentType: String {
        switch self {
        case .text004: "text/plain; version=0.0.4; charset=utf-8"
        case .text100: "text/plain; version=1.0.0; charset=utf-8"
        case .openMetrics100: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .protobuf:
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        }
    }

    /// The format that a client likes best.
    ///
    /// - Parameter accept: the value of the header `Accept`, RFC 9110, or nil. Of several headers, join the values by
    ///   commas.
    /// - Returns: the format with the greatest quality; of two alike, the one that is named rather than covered by a
    ///   wildcard, then the one named first. ``text004`` if the client accepts none, cannot be understood, or wants text
    ///   of any version: a body in a common format helps more than a refusal.
    public static func negotiate(accept: String?) -> ExpositionFormat { negotiated(accept).format }

    /// The format that a client likes best, and the escaping of names that it asks for there.
    static func negotiated(_ accept: String?) -> (format: ExpositionFormat, escaping: EscapingScheme) {
        let ranges = (accept ?? "").split(separator: ",").enumerated().compactMap { MediaRange($1, position: $0) }
        let offers = allCases.compactMap { format in
            ranges.filter { $0.covers(format) }.max { $0.specificity < $1.specificity }.map { (format, $0) }
        }
        let accepted = offers.filter { $0.1.quality > 0 }
        guard let (format, range) = accepted.max(by: { $1.1.isPreferred(to: $0.1) }) else {
            return (.text004, .underscores)
        }
        let asked = range.parameters["escaping"].flatMap { EscapingScheme(rawValue: String($0)) }
        return (format, format.possible(asked ?? .underscores))
    }

    /// How names are escaped if this is asked for.
    func possible(_ escaping: EscapingScheme) -> EscapingScheme {
        self == .text004 && escaping == .allowUTF8 ? .underscores : escaping
    }

    fileprivate var mediaType: (type: Substring, subtype: Substring) {
        switch self {
        case .text004, .text100: ("text", "plain")
        case .openMetrics100: ("application", "openmetrics-text")
        case .protobuf: ("application", "vnd.google.protobuf")
        }
    }

    /// Whether a range that names the media type, with these parameters, means this format.
    ///
    /// Without a version, any will do. Protobuf means anything, unless message and framing are said.
    fileprivate func matches(_ parameters: [Substring: Substring]) -> Bool {
        switch self {
        case .text004: parameters["version", default: "0.0.4"] == "0.0.4"
        case .text100, .openMetrics100: parameters["version", default: "1.0.0"] == "1.0.0"
        case .protobuf:
            parameters["proto"] == "io.prometheus.client.metricfamily" && parameters["encoding"] == "delimited"
        }
    }
}

/// One element of an `Accept` header.
private struct MediaRange {
    let type: Substring
    let subtype: Substring
    /// By name, in lower case; `q` is left out.
    let parameters: [Substring: Substring]
    let quality: Double
    let position: Int

    /// Nil if it is no media range, or its quality no number from 0 to 1.
    init?(_ text: Substring, position: Int) {
        let parts = text.lowercased().split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
        var parameters: [Substring: Substring] = [:]
        var quality = 1.0
        for parameter in parts.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard pair.count == 2 else { continue }
            if pair[0] == "q" {
                guard let number = Double(pair[1]), (0...1).contains(number) else { return nil }
                quality = number
            } else {
                parameters[pair[0]] = unquoted(pair[1])
            }
        }
        (type, subtype) = (names[0], names[1])
        self.parameters = parameters
        self.quality = quality
        self.position = position
    }

    /// How exactly it names a format: 0 for `*/*`.
    var specificity: Int {
        if type == "*" { return 0 }
        if subtype == "*" { return 1 }
        return parameters["version"] == nil ? 2 : 3
    }

    func covers(_ format: ExpositionFormat) -> Bool {
        let media = format.mediaType
        if type == "*" || subtype == "*" { return type == "*" && subtype == "*" || type == media.type }
        return type == media.type && subtype == media.subtype && format.matches(parameters)
    }

    func isPreferred(to other: MediaRange) -> Bool {
        if quality != other.quality { return quality > other.quality }
        let named = specificity > 1
        let otherNamed = other.specificity > 1
        if named != otherNamed { return named }
        return position < other.position
    }
}

extension StringProtocol {
    /// Without the blanks at either end.
    var trimmed: Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = Substring(self)
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }
}

private func unquoted(_ text: Substring) -> Substring {
    guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
    return text.dropFirst().dropLast()
}
