public import Documents

/// What a check has found.
public struct Problem: Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable {
        /// Worth knowing.
        case information
        /// Likely not what was meant.
        case warning
        /// Wrong: it shows nothing, or nothing true.
        case error
    }

    /// The check, in kebab case: `unknown-metric`.
    public let check: String
    public let severity: Severity
    public let place: SourcePlace
    /// Where it stands, from the outside to the inside: `dashboard "API" › panel "Latency"`.
    public let context: String
    /// What is wrong, as a clause without a full stop.
    public let message: String
    /// What to write instead, as a clause without a full stop.
    public let remedy: String

    /// The page that explains the check; nil for what is wrong with the form of a file.
    public var page: String? { Checker.summaries[check] != nil ? "docs/checks/\(check).md" : nil }
}

extension Problem {
    /// For a terminal or a log: place and message, the line with a mark under the place, the remedy.
    public var rendered: String {
        let around = context.isEmpty ? "" : "  in: \(context)\n"
        let more = page.map { "  more: \($0)\n" } ?? ""
        return
            "\(place): \(severity.rawValue): \(message) [\(check)]\n\(place.excerpt)\(around)  help: \(remedy)\n\(more)"
    }
}
