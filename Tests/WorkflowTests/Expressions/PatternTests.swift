import Testing
import Workflow
import TestSupport

@Suite("Patterns")
struct PatternTests {
    @Test(
        "A pattern is found, or is not",
        arguments: [
            ("abc", "xabcx", "abx"), ("", "", nil), ("^$", "", "a"), ("a.c", "abc", "a\nc"), ("(?s)a.c", "a\nc", "ac"),
            ("^abc$", "abc", "abcd"), ("^a|b$", "xb", "xbx"), ("colou?r", "color", "colouur"),
            ("ab*c", "abbbc", "abdc"),
            ("^ab+c$", "abbc", "ac"), ("^a{3}$", "aaa", "aa"), ("^a{2,3}$", "aa", "aaaa"), ("^a{2,}$", "aaaaa", "a"),
            ("^a{0}b$", "b", "ab"), ("^a{,2}$", "a{,2}", "aa"), ("a{x}", "a{x}", "aax"), ("^[a-c]+$", "abcabc", "abd"),
            ("[^a-c]", "d", "abc"), ("[]]", nil, nil), ("[\\]]", "]", "["), ("[a-]", "-", "b"), ("[-a]", "-", "b"),
            ("[\\d-x]", "-", "y"), ("^[\\w.]+$", "a.b_1", "a b"), ("^\\d+$", "123", "12a"), ("^\\D+$", "abc", "a1"),
            ("^\\s$", "\t", "x"), ("^\\S+$", "xy", "x y"), ("^\\W$", "é", "e"), ("\\bcat\\b", "a cat!", "concat"),
            ("\\Bcat", "concat", "a cat"), ("(a|b)+c", "ababc", "abd"), ("^(?:ab)+$", "abab", "aba"),
            ("(?<word>x)y", "xy", "yx"), ("(?P<word>x)y", "xy", "yx"), ("(?i)hello", "HeLLo", "hell"),
            ("a(?i)b", "aB", "AB"), ("(?i:a)b", "Ab", "AB"), ("(?i)[a-c]x", "BX", "dx"),
            ("(?i)straße", "STRAßE", "strase"),
            ("(?i)É", "é", "e"), ("(?i)[^a]", "b", "A"), ("(?m)^b$", "a\nb\nc", "ab"), ("^b$", "b", "a\nb"),
            ("\\Ab\\z", "b", "b\n"),
            ("a+?b", "aab", "aa"), ("(a*)*b", "aab", "aac"), ("(a*)+$", "", nil), ("(|a)b", "b", "c"),
            ("a||b", "", nil),
            ("\\x41\\u0042\\x{43}", "ABC", "abc"), ("\\x{1F6D2}", "🛒", "x"), ("[\\x{1F600}-\\x{1F6FF}]", "🛒", "x"),
            ("^.$", "🛒", "ab"), ("\\.", ".", "a"), ("\\{\\}", "{}", "a"), ("}", "}", "a"), ("\\t\\n", "\t\n", "tn"),
            ("^[A-Z]{2}-\\d{4}$", "AB-1234", "A-1234"), ("^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "a.b@c.de", "a@b"),
            ("[\\D]", "a", "5"), ("[^\\D]", "5", "a"), ("é+", "éé", "e"),
        ] as [(String, String?, String?)])
    func finds(pattern: String, text: String?, other: String?) throws {
        guard let compiled = try? Pattern(parsing: pattern) else {
            #expect(text == nil && other == nil)
            return
        }
        if let text { #expect(compiled.matches(text)) }
        if let other { #expect(!compiled.matches(other)) }
    }

    @Test(
        "What takes unbounded time, or means nothing, is refused with the reason",
        arguments: [
            ("(a)\\1", .backReference), ("(?P=x)", .backReference), ("\\k<x>", .backReference), ("(?=a)", .lookAround),
            ("(?!a)", .lookAround), ("(?<=a)", .lookAround), ("(?<!a)", .lookAround), ("(?>a)", .atomicGroup),
            ("a++", .possessive), ("a**", .nothingToRepeat), ("*a", .nothingToRepeat), ("+", .nothingToRepeat),
            ("(?", .unclosedGroup), ("(?#x)", .unknownGroup), ("(?x)a", .unknownFlag("x")), ("(a", .unclosedGroup),
            ("a)", .unopenedGroup), ("[a", .unclosedClass), ("[", .unclosedClass), ("[]", .emptyClass),
            ("[z-a]", .badRange("z-a")),
            ("a{3,2}", .badRepeat("{3,2}")), ("a{1001}", .repeatTooLarge(limit: 1000)),
            ("a{99999999999999999999}", .repeatTooLarge(limit: 1000)), ("\\q", .unknownEscape("\\q")),
            ("\\pL", .unicodeProperty),
            ("[[:alpha:]]", .posixClass), ("\\", .trailingBackslash), ("[\\", .trailingBackslash), ("\\xZZ", .badHex),
            ("\\uD800", .badHex), ("\\x{110000}", .badHex), ("^*", .nothingToRepeat),
            ("((a{1000}){1000}){1000}", .tooLarge(limit: 2000)), ("(((){1000}){1000}){1000}", .tooLarge(limit: 2000)),
        ] as [(String, ExpressionError.PatternFault)])
    func refuses(pattern: String, fault: ExpressionError.PatternFault) throws {
        let error = try #require(#expect(throws: ExpressionError.self) { try Pattern(parsing: pattern) })
        #expect(error.reason == .pattern(fault), "\(error.reason)")
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }

    @Test("Groups nest 50 deep, patterns are 4 KiB long")
    func sizes() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + String(repeating: ")", count: depth)
        }
        _ = try Pattern(parsing: nested(50))
        #expect(throws: ExpressionError.self) { try Pattern(parsing: nested(51)) }
        #expect(throws: ExpressionError.self) { try Pattern(parsing: String(repeating: "[a-z]", count: 1000)) }
    }

    @Test(
        "Patterns that ruin a backtracking matcher come to an end", .timeLimit(.minutes(30)),
        arguments: [
            "(a+)+b", "(a|a)*b", "(a|aa)+b", "(a*)*b", "^(a?){50}a{50}b", "(.*)(.*)(.*)(.*)b", "([a-z]+)*[0-9]",
        ])
    func catastrophic(pattern: String) throws {
        let compiled = try Pattern(parsing: pattern)
        let text = String(repeating: "a", count: 50_000)
        #expect(!compiled.matches(text))
    }

    @Test("A text over 64 KiB never matches")
    func longText() throws {
        let compiled = try Pattern(parsing: "a")
        #expect(compiled.matches(String(repeating: "a", count: 64 << 10)))
        #expect(!compiled.matches(String(repeating: "a", count: (64 << 10) + 1)))
    }

    @Test("Random patterns are compiled or refused, and run", arguments: 1...5)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "a", "b", "(", ")", "|", "*", "+", "?", "[ab", "]", "{2,3}", "\\d", "^", "$", ".", "(?i)", "\\b", "[^a]",
        ]
        for _ in 0..<400 {
            let pattern = (0..<Int.random(in: 1...12, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let compiled = try? Pattern(parsing: pattern) else { continue }
            for text in ["", "a", "abab", "AB1"] { _ = compiled.matches(text) }
        }
    }
}
