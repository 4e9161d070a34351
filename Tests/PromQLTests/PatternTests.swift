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
}
