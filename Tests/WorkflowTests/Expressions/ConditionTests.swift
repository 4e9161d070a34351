import Testing
import Workflow

@Suite("Conditions")
struct ConditionTests {
    static let scope = Scope(context: [
        "i": 5, "d": 5.0, "f": 5.5, "big": 9_007_199_254_740_993, "bigd": .number(9_007_199_254_740_992), "s": "banana",
        "e": "", "t": true, "n": .null, "list": [1, "gold", [2.0], ["k": 1.0]], "o": ["k": 1], "limit": ["max": 5],
        "tiers": ["gold", "silver"], "tier": "gold", "min": .integer(.min), "max": .integer(.max), "composed": "\u{E9}",
        "decomposed": "e\u{301}", "huge": .number(1e300),
    ])

    private func ask(_ field: String, _ comparison: Condition.Operator, _ value: JSONValue) throws -> Bool {
        let condition = Condition.compare(
            try Path(parsing: field), comparison, .value(try TemplateValue(value)))
        return condition.evaluate(in: Self.scope)
    }

    @Test(
        "eq, and neq as its exact negation",
        arguments: [
            ("i", 5, true), ("i", 5.0, true), ("d", 5, true), ("i", 6, false), ("i", "5", false), ("t", true, true),
            ("t", 1, false), ("n", .null, true), ("missing", .null, false), ("i", .null, false), ("s", "banana", true),
            ("s", "Banana", false), ("big", 9_007_199_254_740_993, true),
            ("big", .number(9_007_199_254_740_992), false),
            ("bigd", 9_007_199_254_740_992, true), ("bigd", 9_007_199_254_740_993, false),
            ("max", .number(0x1p63), false), ("min", .number(-0x1p63), true), ("o", ["k": 1.0], true),
            ("o", ["k": 2], false),
            ("list", [1.0, "gold", [2], ["k": 1]], true), ("list", [1], false), ("i", "{{limit.max}}", true),
            ("i", "{{missing}}", false), ("n", "{{missing}}", false), ("missing", "{{missing}}", false),
            ("s", "ba{{missing}}nana", true), ("composed", "\u{E9}", true), ("composed", "e\u{301}", false),
            ("e", "", true),
        ] as [(String, JSONValue, Bool)])
    func equality(field: String, value: JSONValue, result: Bool) throws {
        #expect(try ask(field, .eq, value) == result)
        #expect(try ask(field, .neq, value) == !result)
    }

    @Test(
        "Order",
        arguments: [
            ("i", 4, "gt gte"), ("i", 5, "gte lte"), ("i", 6, "lt lte"), ("i", 5.5, "lt lte"), ("f", 5, "gt gte"),
            ("big", .number(9_007_199_254_740_992), "gt gte"), ("bigd", 9_007_199_254_740_993, "lt lte"),
            ("max", .number(0x1p63), "lt lte"), ("min", .number(-0x1p63), "gte lte"),
            ("min", .number(-1e300), "gt gte"),
            ("huge", .integer(.max), "gt gte"), ("s", "banana", "gte lte"), ("s", "apple", "gt gte"),
            ("s", "b", "gt gte"),
            ("s", "\u{FFFF}", "lt lte"), ("s", "Z", "gt gte"), ("i", "5", ""), ("s", 5, ""), ("t", true, ""),
            ("n", .null, ""),
            ("list", [1], ""), ("missing", 5, ""), ("i", "{{limit.max}}", "gte lte"), ("i", "{{missing}}", ""),
        ] as [(String, JSONValue, String)])
    func order(field: String, value: JSONValue, results: String) throws {
        let hold = try [Condition.Operator.gt, .gte, .lt, .lte].filter { try ask(field, $0, value) }
        #expect(hold.map(\.rawValue).joined(separator: " ") == results)
    }

    @Test(
        "in, and not_in as its exact negation",
        arguments: [
            ("tier", ["gold", "silver"], true), ("tier", ["silver"], false), ("tier", "{{tiers}}", true),
            ("tier", ["{{tiers.0}}"], true), ("tier", "{{tier}}", false), ("tier", [], false), ("i", [4, 5.0], true),
            ("i", ["5"], false), ("missing", [.null], false), ("n", [.null], true), ("tier", "{{missing}}", false),
        ] as [(String, JSONValue, Bool)])
    func membership(field: String, value: JSONValue, result: Bool) throws {
        #expect(try ask(field, .in, value) == result)
        #expect(try ask(field, .notIn, value) == !result)
    }

    @Test(
        "contains, starts_with, ends_with",
        arguments: [
            ("s", .contains, "nan", true), ("s", .contains, "", true), ("s", .contains, "nab", false),
            ("s", .contains, 1, false),
            ("list", .contains, 1.0, true), ("list", .contains, "gold", true), ("list", .contains, [2], true),
            ("list", .contains, "gol", false), ("o", .contains, "k", false), ("missing", .contains, "", false),
            ("s", .startsWith, "ban", true), ("s", .startsWith, "nan", false), ("s", .startsWith, "", true),
            ("s", .endsWith, "ana", true), ("s", .endsWith, "ban", false), ("s", .endsWith, "xbanana", false),
            ("i", .startsWith, "5", false), ("s", .startsWith, "{{s}}", true), ("e", .endsWith, "a", false),
        ] as [(String, Condition.Operator, JSONValue, Bool)])
    func text(field: String, comparison: Condition.Operator, value: JSONValue, result: Bool) throws {
        #expect(try ask(field, comparison, value) == result)
    }

    @Test(
        "exists",
        arguments: [
            ("i", true, true), ("i", false, false), ("n", true, true), ("missing", true, false),
            ("missing", false, true),
            ("i.x", false, true), ("i", 1, false), ("missing", .null, false),
        ] as [(String, JSONValue, Bool)])
    func existence(field: String, value: JSONValue, result: Bool) throws {
        #expect(try ask(field, .exists, value) == result)
    }

    @Test("matches takes strings only")
    func matches() throws {
        func ask(_ field: String, _ pattern: String) throws -> Bool {
            Condition.compare(try Path(parsing: field), .matches, .pattern(try Pattern(parsing: pattern)))
                .evaluate(in: Self.scope)
        }
        #expect(try ask("s", "^b.*a$") && ask("s", "nan"))
        #expect(try !ask("s", "^nan") && !ask("i", "5") && !ask("missing", ".*") && !ask("n", ".*"))
    }

    @Test("and, or, not", arguments: [(true, true), (true, false), (false, true), (false, false)])
    func logic(left: Bool, right: Bool) throws {
        func plain(_ value: Bool) throws -> Condition {
            .compare(try Path(parsing: "t"), .eq, .value(try TemplateValue(.bool(value))))
        }
        let (one, other) = (try plain(left), try plain(right))
        #expect(Condition.and([one, other]).evaluate(in: Self.scope) == (left && right))
        #expect(Condition.or([one, other]).evaluate(in: Self.scope) == (left || right))
        #expect(Condition.not(one).evaluate(in: Self.scope) == !left)
        #expect(Condition.and([]).evaluate(in: Self.scope) && !Condition.or([]).evaluate(in: Self.scope))
    }

    /// The square of these lengths takes hours.
    @Test("Looking for a long text in a long text takes no square of time", .timeLimit(.minutes(30)))
    func longTexts() throws {
        let scope = Scope(context: [
            "text": .string(String(repeating: "a", count: 900_000)),
            "part": .string(String(repeating: "a", count: 450_000) + "b"),
        ])
        let condition = Condition.compare(
            try Path(parsing: "text"), .contains, .value(try TemplateValue("{{part}}")))
        #expect(!condition.evaluate(in: scope))
    }
}
