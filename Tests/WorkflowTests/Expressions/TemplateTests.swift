import Testing
import Workflow

@Suite("Templates")
struct TemplateTests {
    static let scope = Scope(context: [
        "a": 1, "b": 2.5, "s": "text", "t": true, "n": .null, "list": [1, "x"], "o": ["k": ["d": 1]],
        "odd": ["}}": "yes"],
    ])

    @Test(
        "A template gives its value",
        arguments: [
            ("plain", "plain"), ("", ""), ("{{a}}", 1), ("{{ a }}", 1), ("{{b}}", 2.5), ("{{s}}", "text"),
            ("{{t}}", true),
            ("{{n}}", .null), ("{{missing}}", .null), ("{{list}}", [1, "x"]), ("{{o}}", ["k": ["d": 1]]),
            ("{{list.length}}", 2), ("x{{a}}", "x1"), ("{{a}}{{b}}", "12.5"), ("{{s}}!", "text!"), ("<{{n}}>", "<>"),
            ("<{{missing.deep}}>", "<>"), ("<{{t}}>", "<true>"), ("<{{list}}>", "<[1,\"x\"]>"),
            ("<{{o}}>", "<{\"k\":{\"d\":1}}>"),
            ("\\{{a}}", "{{a}}"), ("\\\\{{a}}", "\\1"), ("\\\\\\{{a}}", "\\{{a}}"), ("\\n", "\\n"), ("a\\", "a\\"),
            ("}}", "}}"),
            ("{a}", "{a}"), ("{ {a}}", "{ {a}}"), ("{{odd[\"}}\"]}}", "yes"), (" {{a}}", " 1"), ("{{a}} {{", nil),
        ] as [(String, JSONValue?)])
    func renders(text: String, value: JSONValue?) throws {
        guard let value else {
            #expect(throws: ExpressionError.self) { try Template(parsing: text) }
            return
        }
        let template = try Template(parsing: text)
        #expect(try template.render(in: Self.scope) == value)
        #expect(try TemplateValue(.string(text)).render(in: Self.scope) == value)
        #expect(template.description == text)
    }

    @Test("As text a single placeholder is treated like one inside text")
    func rendersText() throws {
        #expect(try Template(parsing: "{{a}}").renderText(in: Self.scope) == "1")
        #expect(try Template(parsing: "{{missing}}").renderText(in: Self.scope) == "")
        #expect(try Template(parsing: "{{o}}").renderText(in: Self.scope) == "{\"k\":{\"d\":1}}")
    }

    @Test(
        "A malformed template is refused at its place",
        arguments: [
            ("{{", .unclosedPlaceholder, 0), ("ab {{a", .unclosedPlaceholder, 3), ("{{a}", .unclosedPlaceholder, 0),
            ("{{}}", .emptyPlaceholder, 0), ("x {{ }}", .emptyPlaceholder, 2),
            ("{{a} and {{b}}", .unclosedPlaceholder, 0),
            ("é{{a..b}}", .emptySegment, 5), ("{{a | upper}}", .characterInPath(" "), 3),
            ("{{{a}}}", .unclosedPlaceholder, 0),
        ] as [(String, ExpressionError.Reason, Int)])
    func refuses(text: String, reason: ExpressionError.Reason, offset: Int) throws {
        let error = try #require(#expect(throws: ExpressionError.self) { try Template(parsing: text) })
        #expect(error.reason == reason && error.offset == offset, "\(error.reason) \(error.offset)")
    }

    @Test("A tree of templates is filled in; its keys are not templates")
    func tree() throws {
        let source: JSONValue = ["{{a}}": ["{{a}}", "v{{a}}", 5, .null, ["x": "{{missing}}"]], "c": "\\{{a}}"]
        let value = try TemplateValue(source)
        #expect(try value.render(in: Self.scope) == ["{{a}}": [1, "v1", 5, .null, ["x": .null]], "c": "{{a}}"])
        #expect(value.paths.map(\.description) == ["a", "a", "missing"])
        #expect(value.source == source && value.constant == nil)
        #expect(value["c"]?.constant == "{{a}}")
        #expect(try TemplateValue(["a": [1, "x"]]).constant == ["a": [1, "x"]])
        #expect(try TemplateValue("{{a}}").wholePath?.description == "a")
    }

    @Test("What is rendered has a largest size and depth")
    func bounds() throws {
        let big = Scope(context: ["big": .string(String(repeating: "x", count: 600 << 10))])
        #expect(try Template(parsing: "{{big}}").render(in: big).string?.utf8.count == 600 << 10)
        for value in ["{{big}}{{big}}", ["{{big}}", "{{big}}"], ["a": "{{big}}", "b": "{{big}}"]] as [JSONValue] {
            let error = #expect(throws: ExpressionError.self) { try TemplateValue(value).render(in: big) }
            #expect(error?.reason == .resultTooLarge(limit: 1 << 20))
        }
        var deep: JSONValue = 1
        for _ in 0..<128 { deep = [deep] }
        let nested = Scope(context: ["deep": deep])
        _ = try Template(parsing: "{{deep}}").render(in: nested)
        let error = #expect(throws: ExpressionError.self) { try TemplateValue(["{{deep}}"]).render(in: nested) }
        #expect(error?.reason == .resultTooDeep(limit: 128))
    }

    @Test("The text of a template has a largest size")
    func length() throws {
        _ = try Template(parsing: String(repeating: "x", count: 16 << 10))
        #expect(throws: ExpressionError.self) { try Template(parsing: String(repeating: "x", count: (16 << 10) + 1)) }
    }
}
