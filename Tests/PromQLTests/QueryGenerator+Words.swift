extension QueryGenerator {
    mutating func selector() -> String {
        let name = metric()
        guard chance(2) || name.isEmpty else { return name }
        var matchers = (0..<Int.random(in: 0...3, using: &random)).map { _ in matcher() }
        if chance(25) { matchers.insert(pick(["\"quoted.name\"", "'a b'", "`up`", "\"\""]), at: 0) }
        return "\(name){\(matchers.joined(separator: pick([",", ", ", " , "])))\(chance(10) ? "," : "")}"
    }

    private mutating func metric() -> String {
        switch Int.random(in: 0..<30, using: &random) {
        case 0...2: ""
        case 3: pick(Self.words)
        case 4: pick(["job:requests:rate5m", ":a", "a:", "_", "__name__", "UP", "été"])
        default: pick(["up", "http_requests_total", "node_cpu_seconds_total", "foo", "bar_bucket"])
        }
    }

    private mutating func matcher() -> String {
        let label =
            chance(15) ? pick(Self.words + ["__name__", "\"quoted label\"", "'x'", "a:b"]) : pick(["job", "le", "a"])
        let operation = chance(60) ? pick(["==", "~", "!", "<"]) : pick(["=", "!=", "=~", "!~"])
        return "\(label)\(chance(8) ? space() : "")\(operation)\(chance(8) ? space() : "")\(matchValue(operation))"
    }

    private mutating func matchValue(_ operation: String) -> String {
        guard operation.contains("~"), !chance(10) else { return string() }
        return "`\(pattern(3))`"
    }

    /// A regular expression, sometimes a broken one.
    mutating func pattern(_ depth: Int) -> String {
        let atoms = [
            "a", ".", "api", "5..", "\\d", "\\.", "[a-z]", "[^/]", "[]a]", "[[:alpha:]]", "^", "$", "\\pL",
            "\\p{Greek}",
            "\\Q.*\\E", "\\x41", "\\x{1F600}", "é", "\\b", "-", "{", "}", "]", "\\n", "\\101", "",
        ]
        let broken = [
            "(", ")", "[", "\\", "\\8", "\\e", "[z-a]", "(?=a)", "(?P<>a)", "\\p{No}", "\\pX", "a{2,1}", "a{1001}", "*",
            "[[:x:]]",
            "(?<n>a)", "(?z)", "\\_", "\\Z", "(?i-s:a)", "(?-)", "{1,2}", "[a-\\d]", "\\x{110000}", "(?i)", "a{,3}",
            "a{02}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let isGroup = depth > 0 && chance(4)
            let groups = ["(%)", "(?:%)", "(?i:%)", "(?P<n>%)", "(%|%)"]
            let group = isGroup ? pick(groups).split(separator: "%", omittingEmptySubsequences: false) : []
            text +=
                isGroup
                ? group.map(String.init).joined(separator: pattern(depth - 1)) : chance(25) ? pick(broken) : pick(atoms)
            if chance(3) { text += pick(["*", "+", "?", "*?", "{2}", "{2,}", "{0,3}", "{100}", "**"]) }
        }
        return chance(5) && depth > 0 ? text + "|" + pattern(depth - 1) : text
    }

    mutating func string() -> String {
        let texts = [
            "\"\"", "\"api\"", "'single'", "`raw \\ text`", "\"a\\\"b\"", "'it\\'s'",
            "\"\\n\\t\\x41\\101\\u00e9\\U0001F600\"",
            "\"é 日本\"", "\"\\\\d+\"", "\".*\"", "\".+\"", "\"label\"", "\"\\xff\"",
        ]
        let broken = [
            "\"\\d\"", "\"\\'\"", "'\\\"'", "\"\\ud800\"", "\"\\400\"", "\"a\nb\"", "\"\\x4\"", "\"\u{FFFD}\"",
            "\"open",
        ]
        return chance(40) ? pick(broken) : pick(texts)
    }

    mutating func number() -> String {
        let numbers = [
            "0", "1", "42", "3.14", ".5", "5.", "1e3", "1E-3", "1e+2", "0x1F", "0XaB", "017", "08", "Inf", "inf", "NaN",
            "1_000", "9223372036854775807", "9223372036854775808", "5m", "1h30m", "0.1",
        ]
        let broken = [
            "1e", "0x", "1.2.3", "1__0", "1_", "0x1.8", "1e999", "0xffffffffffffffffff", "1.5h", "5q", "0b1", "1e5e5",
        ]
        return chance(50) ? pick(broken) : pick(numbers)
    }

    mutating func duration() -> String {
        let durations = ["5m", "1h", "30s", "1d", "1w", "1y", "100ms", "1h30m", "1y2w3d4h5m6s7ms", "05m"]
        let others = [
            "0s", "300", "0.5", "-5m", "+5m", "5", "1m1h", "1s1s", "1.5h", "hs", "5hs", "300y", "", "1h 30m", "Inf",
            "5M", "0",
            "2d1y", "1_0", "0x1F", "5m_", "step()",
        ]
        return chance(25) ? pick(others) : pick(durations)
    }

    mutating func modifiers() -> String {
        var text = ""
        if chance(5) {
            text += space() + pick(["offset", "OFFSET"]) + space() + pick(["", "", "-", "- ", "+"]) + duration()
        }
        if chance(6) {
            let times = [
                "1", "-1", "+1.5", "start()", "end()", "START ( )", "1e3", "Inf", "9223372036854775808", "5m", "start",
                "1_0",
            ]
            text += space() + "@" + (chance(3) ? "" : " ") + pick(times)
        }
        if chance(40) { text += space() + pick(["anchored", "smoothed", "Anchored"]) }
        if chance(30) { text += modifiers() }
        return text
    }

    mutating func labels() -> String {
        var names = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            chance(12)
                ? pick(Self.words + ["\"quoted label\"", "`x`", "\"\"", "a:b", "5", "été"])
                : pick(["job", "instance", "a"])
        }
        if chance(60) { names.append("") }
        return "(" + names.joined(separator: pick([",", ", "])) + (chance(15) && !names.isEmpty ? "," : "") + ")"
    }

    /// Words that mean something elsewhere.
    static let words = [
        "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
        "limitk", "limit_ratio", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool",
        "and",
        "or", "unless", "atan2", "start", "end", "step", "range", "inf", "nan", "Inf", "anchored", "smoothed", "fill",
        "rate", "SUM", "By",
    ]
}
