import PromQL

/// What Prometheus has learned since 2.42, which is the release of Debian's promtool: the only reasons for which a query
/// may be taken here and refused there.
struct NewerLanguage {
    let feature: String
    let since: Release

    static func quotedName(_ kind: String) -> Self { Self(feature: "quoted name of a \(kind)", since: Release(3, 0)) }
    static let edges = Self(feature: "anchored and smoothed", since: Release(3, 7))
    static let fill = Self(feature: "fill modifiers", since: Release(3, 10))
    static let colonInLabel = Self(feature: "colon in a label of a grouping", since: Release(3, 0))
    static let durationAsNumber = Self(feature: "duration where a number stands", since: Release(2, 54))
    static let numberAsDuration = Self(feature: "number of seconds where a duration stands", since: Release(2, 54))
    static let signedDuration = Self(feature: "plus, or several signs, before a duration", since: Release(3, 4))
    static let zeroOffset = Self(feature: "offset of 0", since: Release(3, 0))
    static let underscores = Self(feature: "underscores in a number", since: Release(2, 51))
    static let namedGroup = Self(feature: "group (?<name>…) in a regular expression", since: Release(2, 51))
    static let unicode15 = Self(feature: "scripts of Unicode 15 in a regular expression", since: Release(2, 48))

    /// All that a query has of it.
    static func inside(_ expression: Expression, text: String) -> [Self] {
        let bytes = Array(text.utf8)
        var found: [Self] = []
        expression.walk { expression in
            found += features(of: expression, Source(bytes))
            return true
        }
        return found
    }

    /// What stands at the ranges of a tree.
    private struct Source {
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func text(_ range: SourceRange) -> Substring { Substring(decoding: bytes[range.offsets], as: UTF8.self) }

        func isQuoted(_ range: SourceRange) -> Bool { text(range).first.map { "\"'`".contains($0) } ?? false }
    }

    private static func features(of expression: Expression, _ source: Source) -> [Self] {
        switch expression {
        case .number(let node):
            (node.nanoseconds == nil ? [] : [durationAsNumber])
                + (source.text(node.range).contains("_") ? [underscores] : [])
        case .string, .unary, .parentheses: []
        case .selector(let node): features(of: node, source)
        case .range(let node): features(of: node.duration, source) + features(of: node.selector, source)
        case .subquery(let node):
            features(of: node.duration, source) + (node.step.map { features(of: $0, source) } ?? [])
                + modifiers(node.offset, node.timestamp, source)
        case .call(let node):
            Function.named(node.function.text)?.since.map { [Self(feature: node.function.text, since: $0)] } ?? []
        case .aggregation(let node):
            (node.operation.since.map { [Self(feature: node.operation.rawValue, since: $0)] } ?? [])
                + labels(node.grouping?.labels ?? [], source)
        case .binary(let node):
            (node.fill == nil ? [] : [fill])
                + labels((node.matching?.labels ?? []) + (node.matching?.group?.include ?? []), source)
        }
    }

    private static func features(of selector: VectorSelector, _ source: Source) -> [Self] {
        var found = modifiers(selector.offset, selector.timestamp, source)
        if selector.edges != nil { found.append(edges) }
        if let name = selector.name, source.isQuoted(name.range) { found.append(quotedName("metric")) }
        for matcher in selector.matchers {
            if source.isQuoted(matcher.label.range) { found.append(quotedName("label")) }
            guard matcher.operation.isRegex else { continue }
            if matcher.value.value.contains("(?<") { found.append(namedGroup) }
            let scripts = ["Cypro_Minoan", "Old_Uyghur", "Tangsa", "Toto", "Vithkuqi", "Kawi", "Nag_Mundari"]
            if scripts.contains(where: matcher.value.value.contains) { found.append(unicode15) }
        }
        return found
    }

    private static func modifiers(
        _ offset: Offset?, _ timestamp: TimestampModifier?, _ source: Source
    ) -> [Self] {
        var found: [Self] = []
        if let offset {
            found += features(of: offset.duration, source)
            if offset.duration.nanoseconds == 0 { found.append(zeroOffset) }
        }
        if let timestamp, case .seconds = timestamp.time {
            let text = source.text(timestamp.range)
            if text.contains("_") { found.append(underscores) }
            if let last = text.last, "smhdwy".contains(last) { found.append(durationAsNumber) }
        }
        return found
    }

    private static func features(of duration: DurationLiteral, _ source: Source) -> [Self] {
        let text = source.text(duration.range)
        var found: [Self] = []
        if let last = text.last, !"smhdwy".contains(last) { found.append(numberAsDuration) }
        if text.contains("+") || text.count(where: { $0 == "-" }) > 1 { found.append(signedDuration) }
        return found
    }

    private static func labels(_ labels: [Name], _ source: Source) -> [Self] {
        labels.flatMap { label in
            (source.isQuoted(label.range) ? [quotedName("label")] : [])
                + (!source.isQuoted(label.range) && label.text.contains(":") ? [colonInLabel] : [])
        }
    }
}
