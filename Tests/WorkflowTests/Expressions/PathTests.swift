import Testing
import Workflow

@Suite("Paths")
struct PathTests {
    static let scope = Scope(
        variables: [("item", ["sku": "outer"]), ("item", ["sku": "inner"])],
        system: ["event": ["id": "e1"]],
        context: [
            "order": [
                "id": "o1", "items": [["sku": "a"], ["sku": "b"]], "odd key": ["x.y": 1], "0": "zero", "nothing": .null,
                "größe": 5, "note": "né🛒",
            ], "box": ["length": 12], "event": "shadowed", "list": [[1, 2], [3]],
        ])

    @Test(
        "A path leads to its value",
        arguments: [
            ("order.id", "o1"), ("order.items.0.sku", "a"), ("order.items[1].sku", "b"), ("order.items.length", 2),
            ("order[\"odd key\"][\"x.y\"]", 1), ("[\"order\"].id", "o1"), ("order.0", "zero"), ("order[0]", "zero"),
            ("order[\"0\"]", "zero"), ("order.nothing", .null), ("order.größe", 5), ("order.note.length", 3),
            ("box.length", 12), ("order.length", 7), ("list.0.1", 2), ("list[1][0]", 3), ("item.sku", "inner"),
            ("event.id", "e1"), (" order.id ", "o1"),
            ("order.items.2", nil), ("order.items.-1", nil), ("order.items.01", nil), ("order.items[\"0\"]", nil),
            ("order.id.x", nil), ("order.nothing.x", nil), ("missing", nil), ("missing.length", nil), ("order.Id", nil),
            ("order.id.0", nil), ("order.items.99999999999999999999", nil),
        ] as [(String, JSONValue?)])
    func resolves(text: String, value: JSONValue?) throws {
        let path = try Path(parsing: text)
        #expect(path.resolve(in: Self.scope) == value)
        #expect(try Path(parsing: path.description) == path)
    }

    @Test("A path in an event's data does not see the scope")
    func resolvesInObject() throws {
        let path = try Path(parsing: "order.items.0")
        #expect(path.resolve(in: ["order": ["items": [7]]]) == 7)
        #expect(path.resolve(in: [:]) == nil)
    }

    @Test(
        "A path has one shortest spelling",
        arguments: [
            ("a[\"b\"].c", "a.b.c"), ("a[0]", "a.0"), ("a[\"0\"]", "a[\"0\"]"), ("a[\"b c\"]", "a[\"b c\"]"),
            (#"a["\"\\"]"#, #"a["\"\\"]"#), ("a[\"\"]", "a[\"\"]"), ("$x.@y:z-1", "$x.@y:z-1"),
        ])
    func spelling(text: String, spelling: String) throws {
        #expect(try Path(parsing: text).description == spelling)
    }

    @Test(
        "What is no path is refused at its place",
        arguments: [
            ("", .emptyPath, 0), ("  ", .emptyPath, 2), (".a", .emptySegment, 0), ("a.", .emptySegment, 2),
            ("a..b", .emptySegment, 2), ("0.a", .indexFirst, 0), ("[0].a", .indexFirst, 0),
            ("a b", .characterInPath(" "), 1),
            ("a|b", .characterInPath("|"), 1), ("a[", .unclosedBracket, 1), ("a[0", .unclosedBracket, 1),
            ("a[\"x", .unclosedBracket, 1), ("a[x]", .badBracket, 1), ("a[-1]", .badBracket, 1),
            ("a['x']", .badBracket, 1),
            ("a[0]b", .characterInPath("b"), 4), ("a(b)", .characterInPath("("), 1),
            ("a\0b", .characterInPath("\0"), 1),
        ] as [(String, ExpressionError.Reason, Int)])
    func refuses(text: String, reason: ExpressionError.Reason, offset: Int) throws {
        let error = try #require(#expect(throws: ExpressionError.self) { try Path(parsing: text) })
        #expect(error.reason == reason && error.offset == offset, "\(error.reason) \(error.offset)")
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }

    @Test("A path has at most 32 parts")
    func length() throws {
        _ = try Path(parsing: Array(repeating: "a", count: 32).joined(separator: "."))
        #expect(throws: ExpressionError.self) {
            try Path(parsing: Array(repeating: "a", count: 33).joined(separator: "."))
        }
    }
}
