import DocumentSupport
import Testing

@testable import Documents

@Suite struct YAMLDocumentTests {
    private func root(_ yaml: String) throws -> DocumentNode {
        try #require(try Document(yaml: SourceFile(yaml)).roots.first)
    }

    @Test("Each document of a stream is a root; empty ones are nothing")
    func stream() throws {
        let document = try Document(yaml: SourceFile("# c\n---\na: 1\n---\n# nothing\n...\n---\n- b\n"))
        #expect(document.roots.map(\.kindName) == ["a map", "nothing", "a list"])
        #expect(try Document(yaml: SourceFile("# only a comment\n")).roots.isEmpty)
        #expect(try Document(yaml: SourceFile("")).roots.isEmpty)
    }

    @Test(
        "A plain scalar is what YAML 1.2 says",
        arguments: [
            ("yes", "a string"), ("true", "a boolean"), ("~", "nothing"), ("", "nothing"), ("12", "a number"),
            ("0x1F", "a number"), ("0x", "a string"), ("1e3", "a number"), ("1.2.3", "a string"), ("-.inf", "a number"),
            ("inf", "a string"), ("5m", "a string"), ("'12'", "a string"), ("!!str 12", "a string"), ("e", "a string"),
        ])
    func kinds(yaml: String, kind: String) throws {
        #expect(try root("k: \(yaml)")["k"]?.kindName == kind)
    }

    @Test("Places hold through all styles")
    func styles() throws {
        let yaml = """
            plain: sum(rate(x[5m]))
              > 3
            single: 'it''s
              sum'
            double: "a\\tb \\x41\\u00e9\\
               c
              d"
            literal: |
              sum(
                é rate
              )

            folded: >-
              one
              two

              three
                four
            keep: |+
              a

            indented: |2
                two more
            """
        let root = try root(yaml)
        #expect(root["plain"]?.text?.value == "sum(rate(x[5m])) > 3")
        #expect(root["plain"]?.text?.written("> 3") == "> 3")
        #expect(root["plain"]?.text?.written(") > ") == ")\n  > ")
        #expect(root["single"]?.text?.value == "it's sum")
        #expect(root["single"]?.text?.written("'s") == "''s")
        #expect(root["single"]?.text?.written("sum") == "sum")
        #expect(root["double"]?.text?.value == "a\tb Aéc d")
        #expect(root["double"]?.text?.written("\tb A") == #"\tb \x41"#)
        #expect(root["double"]?.text?.written("c d") == "c\n  d")
        #expect(root["literal"]?.text?.value == "sum(\n  é rate\n)\n")
        #expect(root["literal"]?.text?.written("rate") == "rate")
        #expect(root["literal"]?.text?.written("rate\n") == "rate\n  ")
        #expect(root["folded"]?.text?.value == "one two\nthree\n  four")
        #expect(root["folded"]?.text?.written("two\nthree") == "two\n\n  three")
        #expect(root["keep"]?.text?.value == "a\n\n")
        #expect(root["indented"]?.text?.value == "  two more")
        for scalar in try Document(yaml: SourceFile(yaml)).scalars { #expect(scalar.text.mapFault == nil) }
    }

    @Test("Properties, CR LF, byte order marks and other characters do not move places")
    func places() throws {
        let root = try root("\u{FEFF}a: &x\r\n  !!str 'é😀'\r\nb: # c\r\n  - *x\r\n  - |\r\n    one\r\n    two\r\n")
        #expect(root["a"]?.text?.place.text == "é😀")
        #expect(root["a"]?.place.text == "'é😀'")
        #expect(root["b"]?.elements.first?.place.text == "'é😀'")
        #expect(root["b"]?.elements.last?.text?.value == "one\ntwo\n")
        #expect(root["b"]?.elements.last?.text?.written("two") == "two")
    }

    @Test(
        "An anchor and a tag end where libyaml has it",
        arguments: [
            "&e:` )aa", "&tb?Yr$@u", "&a-b_1 :x", "! x", "!\u{85}tr x", "!a # b\n\u{FEFF}x", "&a \u{FEFF}x",
            "!!str &a 'x'",
        ])
    func properties(yaml: String) throws {
        let text = try #require(try Document(yaml: SourceFile(yaml)).scalars.first?.text)
        #expect(text.mapFault == nil, "\(text.value)")
        #expect(text.place.text == text.value)
    }

    @Test("A collection ends where its last part ends")
    func collections() throws {
        let root = try root("a:\n  b: [1, 2] # c\n  d: x\n\n# c\ne: 1\n")
        #expect(root["a"]?.place.text == "b: [1, 2] # c\n  d: x")
        #expect(root["a"]?["b"]?.place.text == "[1, 2]")
    }

    @Test("Merge keys bring what the map lacks, with places at the definition")
    func merging() throws {
        let root = try root(
            "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\none:\n  <<: [*base, *more]\n  a: own\n\"<<\": 5\n")
        #expect(root["one"]?.members.map { "\($0.key)=\($0.value.text?.value ?? "")" } == ["a=own", "b=2", "c=4"])
        #expect(root["one"]?.member("c")?.key.place.description == "file:2:20")
        #expect(root["<<"]?.text?.value == "5")
    }

    @Test(
        "What cannot be read is refused with its place",
        arguments: [
            ("a: *b", "file:1:4", "anchor"), ("a: &x [*x]", "file:1:8", "anchor"), ("? [a]\n: b", "file:1:3", "key"),
            ("<<: 1", "file:1:5", "merge"), ("a: b: c", "file:1:5", "YAML"), ("a:\n\t- b", "file:2:1", "tab"),
            ("a: \"b", "file:1:6", "YAML"), ("a: \u{1}", "file:1:4", "YAML"), ("é: 'a\nb: c", "file:2:5", "YAML"),
        ])
    func refused(yaml: String, place: String, message: String) {
        do {
            _ = try Document(yaml: SourceFile(yaml))
            Issue.record("accepted")
        } catch {
            #expect("\(error.place)" == place)
            #expect(error.message.contains(message), "\(error)")
            #expect(!error.remedy.isEmpty)
        }
    }

    @Test("Aliases cannot unfold without a bound")
    func bomb() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            yaml += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        #expect(throws: DocumentError.self) { try Document(yaml: SourceFile(yaml)) }
    }

    @Test("A text within a text has its places in the file")
    func nested() throws {
        let yaml = "data:\n  d.json: |\n    {\n      \"expr\": \"a{b=\\\"c\\\"}\"\n    }\n"
        let json = try #require(try root(yaml)["data"]?["d.json"]?.text)
        let text = try #require(try Document(jsonIn: json).roots.first?["expr"]?.text)
        #expect(text.value == #"a{b="c"}"#)
        #expect(text.written(#""c""#) == #"\"c\""#)
        #expect(text.place.description == "file:4:16")
        let part = text.part(2..<7)
        #expect(part.value == #"b="c""#)
        #expect(part.place.text == #"b=\"c\""#)
        #expect(part.part(2..<5).place.text == #"\"c\""#)
        do {
            _ = try Document(jsonIn: try #require(try root("a: |\n  {\n  \"b\": x}\n")["a"]?.text))
        } catch {
            #expect("\(error)".hasPrefix("file:3:8: \"x\" is not a JSON value"))
        }
    }
}
