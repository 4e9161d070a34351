/// A text format that ``ParsedExposition`` reads.
public enum TextFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text 0.0.4, as <https://prometheus.io/docs/instrumenting/exposition_formats/> describes it, without
    /// quoted names.
    case text004
    /// Prometheus text 1.0.0: the same with quoted names of metrics and labels, `{"my.metric","a.b"="c"} 1`, which may
    /// be any UTF-8.
    case text100
    /// OpenMetrics text 1.0.0, as
    /// <https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md> describes it, and with the
    /// quoted names of text 1.0.0, which `escaping=allow-utf-8` brings with it.
    case openMetrics100

    /// The format of a response with this header `Content-Type`; nil if it is none of these.
    ///
    /// Without a version, `text/plain` is the newest of its versions and OpenMetrics the oldest, as each specification
    /// asks. A character set other than UTF-8 is none of these; other parameters are ignored.
    public init?(contentType: String) {
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        var version: String?
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(Self.trimmed)
            guard pair.count == 2 else { continue }
            let value = pair[1].filter { $0 != "\"" }
            switch pair[0] {
            case "version": version = value
            case "charset" where value != "utf-8": return nil
            default: break
            }
        }
        switch (parts[0], version) {
        case ("text/plain", "0.0.4"): self = .text004
        case ("text/plain", nil), ("text/plain", "1.0.0"): self = .text100
        case ("application/openmetrics-text", nil), ("application/openmetrics-text", "1.0.0"): self = .openMetrics100
        default: return nil
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = text.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map(start.index(after:)) ?? start.startIndex
        return start[..<end].lowercased()
    }

    var isOpenMetrics: Bool { self == .openMetrics100 }
}

extension TextFormat: CustomStringConvertible {
    /// Its name and version, for people.
    public var description: String {
        switch self {
        case .text004: "Prometheus text 0.0.4"
        case .text100: "Prometheus text 1.0.0"
        case .openMetrics100: "OpenMetrics text 1.0.0"
        }
    }
}
