import Documents
import PromQL
import Telemetry

/// What is measured and neither shown nor alerted on may be left out, or is what somebody will look for one day.
enum NotShownCheck {
    static let name = "not-shown"
    static let summary = "with `--coverage`: nothing reads the family"

    static func problems(_ queries: [ParsedQuery], _ catalogue: Catalogue, _ places: CataloguePlaces) -> [Problem] {
        let names = queries.flatMap(\.readNames)
        let read = Set(names.compactMap(\.whole))
        let parts = names.filter { $0.whole == nil }
        return catalogue.families.filter { family in
            let samples = MetricIndex.sampleNames(of: family) + [family.name]
            return family.deprecatedBy == nil
                && !samples.contains { name in read.contains(name) || parts.contains { $0.matches(name) } }
        }.map { family in
            Problem(
                check: name, severity: .information, place: places.place(of: family), context: "",
                message: "no query of these files reads \(family.name)",
                remedy: "show it in a panel, or do without it")
        }
    }
}

/// The name of a metric as far as it is written: what stands before, between and after variables, or a pattern.
private enum ReadName {
    case parts([String])
    case pattern(Pattern)

    /// Nil if some of it is left open.
    var whole: String? {
        if case .parts(let parts) = self, parts.count == 1 { parts[0] } else { nil }
    }

    func matches(_ name: String) -> Bool {
        switch self {
        case .pattern(let pattern): return pattern.matches(name) ?? true
        case .parts(let parts):
            // A variable alone names nothing.
            guard let first = parts.first, let last = parts.last, parts.contains(where: { !$0.isEmpty }),
                name.hasPrefix(first), name.hasSuffix(last)
            else { return false }
            return name.utf8.count >= first.utf8.count + last.utf8.count
        }
    }
}

extension ParsedQuery {
    /// The names of metrics in it, also in one that Prometheus would refuse.
    fileprivate var readNames: [ReadName] {
        (expression?.selectors ?? []).flatMap { selector -> [ReadName] in
            if let name = selector.name { return [.parts(parts(name.text, name.range))] }
            return selector.matchers.filter { $0.label.text == "__name__" }.compactMap { matcher in
                switch matcher.operation {
                case .equal: .parts(parts(matcher.value.value, matcher.value.range))
                case .matches: (try? Pattern(parsing: matcher.value.value)).map { .pattern($0) }
                case .notEqual, .notMatches: nil
                }
            }
        }
    }

    /// What stands before, between and after variables.
    private func parts(_ name: String, _ range: SourceRange) -> [String] {
        var parts = [name]
        for placeholder in substituted.placeholders(in: range.offsets) {
            let written = "_var_\(placeholder.use.name)"
            guard let last = parts.popLast(), let found = last.firstRange(of: written) else { return ["", ""] }
            parts += [String(last[..<found.lowerBound]), String(last[found.upperBound...])]
        }
        return parts
    }
}
