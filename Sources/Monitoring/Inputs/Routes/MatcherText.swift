import Documents

/// Reads matchers as Alertmanager writes them: `severity="page"`, `team=~db|web`, also several between braces.
enum MatcherText {
    /// Nil when the text is no list of matchers.
    static func matchers(in text: SourceText) -> [AlertMatcher]? {
        guard var inner = text.trimmed else { return [] }
        // Alertmanager asks neither brace for the other.
        if inner.value.hasPrefix("{") { inner = inner.part(1..<inner.value.utf8.count) }
        if inner.value.hasSuffix("}") { inner = inner.part(0..<inner.value.utf8.count - 1) }
        var matchers: [AlertMatcher] = []
        var parts = parts(of: inner)[...]
        // A comma may stand behind the last one.
        if parts.last?.trimmed == nil { parts.removeLast() }
        for part in parts {
            guard let matcher = part.trimmed.flatMap(matcher) else { return nil }
            matchers.append(matcher)
        }
        return matchers
    }

    /// The parts between commas that stand outside quotes.
    private static func parts(of text: SourceText) -> [SourceText] {
        let bytes = Array(text.value.utf8)
        var parts: [SourceText] = []
        var start = 0
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                parts += [text.part(start..<index)]
                start = index + 1
            default: break
            }
            index += 1
        }
        return parts + [text.part(min(start, bytes.count)..<bytes.count)]
    }

    private static func matcher(_ text: SourceText) -> AlertMatcher? {
        let bytes = Array(text.value.utf8)
        let isQuoted = bytes.first == UInt8(ascii: "\"")
        let search = isQuoted ? (bytes.dropFirst().firstIndex(of: UInt8(ascii: "\"")) ?? bytes.count) : 0
        guard let start = bytes.indices[search...].first(where: { "=!".utf8.contains(bytes[$0]) }),
            let operation = operation(bytes[start...]),
            let name = text.part(0..<start).trimmed.flatMap(unquoted)
        else { return nil }
        let rest = text.part(start + operation.rawValue.utf8.count..<bytes.count)
        guard isQuoted || !name.value.utf8.contains(where: { "\"{}, ~".utf8.contains($0) }),
            let value = rest.trimmed.map(unquoted) ?? rest
        else { return nil }
        return AlertMatcher(name: name, operation: operation, value: value)
    }

    private static func operation(_ bytes: ArraySlice<UInt8>) -> AlertMatcher.Operation? {
        let operations: [AlertMatcher.Operation] = [.matches, .notMatches, .notEqual, .equal]
        return operations.first { bytes.starts(with: $0.rawValue.utf8) }
    }

    /// Decoded when it is in quotes; nil when they do not match.
    private static func unquoted(_ text: SourceText) -> SourceText? {
        guard text.value.hasPrefix("\"") else { return text.value.contains("\"") ? nil : text }
        guard text.value.utf8.count > 1, text.value.hasSuffix("\"") else { return nil }
        return text.inner(text.wholeRange, style: .goString)
    }
}
