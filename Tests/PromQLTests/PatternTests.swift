import PromQL
import Testing

struct PatternTests {
    @Test(
        arguments: [
            ("", true), ("a", false), ("a*", true), ("a+", false), ("a?b?", true), ("a|", true), ("(a|b*)", true),
            (".*", true),
            (".+", false), ("^$", true), ("\\b", false), ("\\B", true), ("a{0}", true), ("a{0,2}", true),
            ("a{1,2}", false),
            ("(a*){3}", true), ("[^a]", false), ("(?i)", true), ("\\Q\\E", true), ("\\Qa\\E*", true),
            ("\\Qab\\E*", false),
            ("(?P<n>a)?", true), ("(?m:^)$", true), ("[a-z]?\\d*", true), ("()", true), ("(|a)+", true), ("{", false),
            ("x{,2}", false), ("a{02}", false),
        ])
    func theEmptyTextMatchesOrNot(_ source: String, _ allowsEmpty: Bool) throws {
        #expect(try Pattern(parsing: source).allowsEmpty == allowsEmpty)
    }

    @Test(
        arguments: [
            ("(", .missingParenthesis), ("a)", .unexpectedParenthesis), ("[a", .missingBracket),
            ("*", .missingOperand("*")),
            ("a|+", .missingOperand("+")), ("(?i)*", .missingOperand("*")), ("a**", .nestedRepetition("**")),
            ("a{2}{3}", .nestedRepetition("{2}{3}")), ("a{1001}", .repetitionSize("{1001}")),
            ("a{2,1}", .repetitionSize("{2,1}")), ("(a{100}){100}", .repetitionSize("{100}")),
            ("\\8", .unknownEscape("\\8")), ("\\", .trailingBackslash), ("[[:foo:]]", .unknownClass("[:foo:]")),
            ("\\p{Foo}", .unknownClass("\\p{Foo}")), ("\\pX", .unknownClass("\\pX")), ("[b-a]", .backwardRange("b-a")),
            ("(?=a)", .unknownGroup("(?=")), ("(?P<>a)", .unknownGroup("(?P<")), ("(?z)", .unknownGroup("(?z")),
            ("\\Qa", .openQuotation), ("[a-\\d]", .unknownEscape("\\d")),
            ("\\x{110000}", .unknownEscape("\\x{110000}")),
        ] as [(String, PatternError)])
    func whatGoRefusesIsRefused(_ source: String, _ error: PatternError) {
        #expect(throws: error) { try Pattern(parsing: source) }
    }

    @Test func depthIsBounded() {
        let deep = String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000)
        #expect(throws: PatternError.tooDeep) { try Pattern(parsing: deep) }
    }

    @Test(
        arguments: [
            ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "ab", false), ("a|ab", "ab", true),
            ("5..", "503", true),
            ("5..", "50", false), (".*", "a\nb", true), ("[a-c]+", "abcab", true), ("[^a]+", "bcd", true),
            ("[^a]", "a", false),
            ("(a|b)*c", "ababc", true), ("a{2,3}", "a", false), ("a{2,3}", "aaa", true), ("a{2,3}", "aaaa", false),
            ("(a*)*", "aaaa", true), ("(?i)get", "GeT", true), ("get", "GeT", false), ("\\d+", "123", true),
            ("\\D", "1", false),
            ("^a$", "a", true), ("a$b", "ab", false), ("(?m)a$\nb", "a\nb", true), ("\\bfoo\\b", "foo", true),
            ("a\\Bb", "ab", true), ("\\pL+", "né", true), ("\\p{Lu}", "n", false), ("[[:digit:]]", "7", true),
            ("[\\s]", " ", true), ("\\Q.*\\E", ".*", true), ("é+", "éé", true), ("\\x41\\102", "AB", true),
            ("\\p{Greek}", "a", nil), ("(.*.*.*.*)*x", String(repeating: "a", count: 5000), nil),
        ] as [(String, String, Bool?)])
    func aTextMatchesAsAWhole(_ source: String, _ text: String, _ matches: Bool?) throws {
        #expect(try Pattern(parsing: source).matches(text) == matches)
    }

    @Test(
        arguments: [
            ("GET|POST", ["GET", "POST"]), ("v[12]", ["v1", "v2"]), ("colou?r", ["color", "colour"]), ("", [""]),
            ("a(b|c|b)", ["ab", "ac"]), ("5..", nil), ("a*", nil), ("(?i)get", nil), ("[a-z]{2}", nil), ("[^a]", nil),
            ("[0-9][0-9]", (0..<100).map { ($0 < 10 ? "0" : "") + String($0) }), ("[0-9][0-9][01]", nil),
        ] as [(String, [String]?)])
    func fewValuesAreListed(_ source: String, _ values: [String]?) throws {
        let pattern = try Pattern(parsing: source)
        let found = pattern.values
        #expect(found?.sorted() == values?.sorted())
        #expect(found?.allSatisfy { pattern.matches($0) == true } ?? true)
    }
}
