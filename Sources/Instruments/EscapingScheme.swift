/// How names that are not of the legacy character set are shown to a reader, as
/// <https://prometheus.io/docs/instrumenting/escaping_schemes/> describes it.
///
/// Legacy names match `[a-zA-Z_:][a-zA-Z0-9_:]*`, of labels without colons. Where that page and Prometheus's own
/// libraries differ, in what becomes of other characters under ``dots`` and in the case of hexadecimal digits, this is as
/// the libraries have it: so the same name is the same series whoever shows it.
public enum EscapingScheme: String, Sendable, Hashable, CaseIterable {
    /// Names are shown as they are; in the text formats, those that are no legacy names in quotes.
    case allowUTF8 = "allow-utf-8"
    /// Each character that a legacy name cannot have becomes `_`. What readers get that ask for nothing.
    case underscores
    /// `.` becomes `_dot_`; `_`, and each other character that a legacy name cannot have, `__`. The only scheme that
    /// changes legacy names.
    case dots
    /// `U__` in front; each character that a legacy name cannot have becomes its code point in hexadecimal between
    /// underscores (`.` is `_2e_`), and `_` becomes `__`.
    case values

    func metricName(_ name: String) -> String { escaped(name, colons: true) }

    func labelName(_ name: String) -> String { escaped(name, colons: false) }

    private func escaped(_ name: String, colons: Bool) -> String {
        if self == .allowUTF8 { return name }
        let isLegacy = colons ? NameRules.isMetricName(name) : NameRules.isLabelName(name)
        if isLegacy, self != .dots { return name }
        var text = self == .values ? "U__" : ""
        for (index, scalar) in name.unicodeScalars.enumerated() {
            let isKept = NameRules.isInName(scalar, first: index == 0, colons: colons)
            text += isKept && scalar != "_" ? String(scalar) : replacement(of: scalar)
        }
        return text
    }

    private func replacement(of scalar: Unicode.Scalar) -> String {
        switch (self, scalar) {
        case (.allowUTF8, _): String(scalar)
        case (.underscores, _): "_"
        case (.dots, "."): "_dot_"
        case (.dots, _), (.values, "_"): "__"
        case (.values, _): "_\(String(scalar.value, radix: 16))_"
        }
    }
}

/// A name that a family or its samples have where names are escaped in some way.
struct NameClaim: Hashable, Sendable, CustomStringConvertible {
    let scheme: EscapingScheme
    let name: String

    /// Such as `the name "a_b" where names are escaped (underscores)`.
    var description: String {
        "the name \"\(name)\"" + (scheme == .allowUTF8 ? "" : " where names are escaped (\(scheme.rawValue))")
    }
}

extension Definition {
    /// The same family with names as the scheme shows them.
    func escaped(_ scheme: EscapingScheme) -> Definition {
        guard scheme != .allowUTF8 else { return self }
        var escaped = self
        escaped.name = scheme.metricName(name)
        escaped.labels = labels.map { Label(scheme.labelName($0.name), $0.domain) }
        return escaped
    }

    /// Whether every name is a legacy name.
    var hasLegacyNames: Bool {
        NameRules.isMetricName(name) && labels.allSatisfy { NameRules.isLabelName($0.name) }
    }

    /// What no other family may have.
    func claims(in schemes: [EscapingScheme]) -> [NameClaim] {
        schemes.flatMap { scheme in escaped(scheme).claimedNames.map { NameClaim(scheme: scheme, name: $0) } }
    }
}
