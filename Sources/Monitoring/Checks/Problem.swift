public import Documents

/// What a check has found.
public struct Problem: Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Worth knowing.
        case information
        /// Likely not what was meant.
        case warning
        /// Wrong: it shows nothing, or nothing true.
        case error

        public static func < (left: Self, right: Self) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
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

    /// The page that explains the check.
    public var page: String { "docs/checks/\(check).md" }
}

extension Problem {
    /// For a terminal or a log: place and message, the line with a mark under the place, the remedy.
    public var rendered: String {
        let where_ = context.isEmpty ? "" : "  in: \(context)\n"
        return "\(place): \(severity.rawValue): \(message) [\(check)]\n\(place.excerpt)\(where_)  help: \(remedy)\n"
    }
}
