import Documents

/// Units and thresholds of a panel, in the forms that they have had.
struct PanelReader {
    let node: DocumentNode

    var units: [PanelUnit] {
        let defaults =
            node["fieldConfig"]?["defaults"]?["unit"] ?? node["options"]?["fieldOptions"]?["defaults"]?["unit"]
        var texts = [defaults?.text, node["options"]?["fieldOptions"]?["unit"]?.text]
        texts += (node["yaxes"]?.elements ?? []).map { $0["format"]?.text }
        texts += (node["y_formats"]?.elements ?? []).map(\.text)
        texts += [node["format"]?.text, node["yAxis"]?["format"]?.text, node["xAxis"]?["format"]?.text]
        let units = texts.compactMap { $0 }.filter { !["", "none", "short"].contains($0.value) }
        return units.map { PanelUnit(unit: $0, series: nil) } + overrides
    }

    private var overrides: [PanelUnit] {
        (node["fieldConfig"]?["overrides"]?.elements ?? []).flatMap { override -> [PanelUnit] in
            let matcher = PanelUnit.Matcher(
                kind: override["matcher"]?["id"]?.text, option: override["matcher"]?["options"]?.text)
            return (override["properties"]?.elements ?? []).compactMap { property -> PanelUnit? in
                guard property["id"]?.text?.value == "unit" else { return nil }
                return property["value"]?.text.flatMap(\.nonEmpty).map { PanelUnit(unit: $0, series: matcher) }
            }
        }
    }

    var thresholds: [SourceText] {
        let config = node["fieldConfig"]?["defaults"]?["thresholds"]
        let field = (config?["mode"]?.text?.value == "percentage" ? nil : config)?["steps"]?.elements ?? []
        let old = node["thresholds"]
        let list = (field + (old?.elements ?? [])).compactMap { $0["value"]?.text ?? $0.text }
        return list.filter { Double($0.value) != nil } + (old?.text.map { $0.split(",") } ?? [])
    }
}

extension SourceText {
    /// The parts between separators, without the spaces around them; empty ones are left out.
    func split(_ separator: Character) -> [SourceText] {
        guard let byte = separator.asciiValue else { return [self] }
        let bytes = Array(value.utf8)
        var parts: [SourceText] = []
        var start = 0
        for end in bytes.indices.filter({ bytes[$0] == byte }) + [bytes.count] {
            if let part = part(start..<end).trimmed { parts.append(part) }
            start = end + 1
        }
        return parts
    }

    /// Without the spaces around it; nil when nothing is left.
    var trimmed: SourceText? {
        let bytes = Array(value.utf8)
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || 0x09...0x0D ~= $0 }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return nil }
        return first == 0 && last == bytes.count - 1 ? self : part(first..<last + 1)
    }
}
