import DocumentSupport
import Testing

@testable import Documents

@Suite struct JSONDocumentTests {
    @Test("Members keep their order and places")
    func tree() throws {
        let root = try #require(try Document(json: SourceFile(#"{"b": [1, true, null, "x"], "a": {}}"#)).roots.first)
        #expect(root.members.map(\.key.value) == ["b", "a"])
        #expect(root["b"]?.elements.map(\.kindName) == ["a number", "a boolean", "nothing", "a string"])
        #expect(root["b"]?.place.text == #"[1, true, null, "x"]"#)
        #expect(root["b"]?.elements.last?.text?.place.text == "x")
        #expect(root.member("a")?.key.place.description == "file:1:30")
        #expect(root["c"] == nil)
    }

    @Test("An escape is the place of what it decodes to")
    func escapes() throws {
        let json = #"["a\"b\u00e9\ud83d\ude00c\n\/é"]"#
        let text = try #require(try Document(json: SourceFile(json)).roots.first?.elements.first?.text)
        #expect(text.value == "a\"bé😀c\n/é")
        #expect(text.mapFault == nil)
        #expect(text.written("\"b") == #"\"b"#)
        #expect(text.written("é") == #"\u00e9"#)
        #expect(text.written("😀c") == #"\ud83d\ude00c"#)
        #expect(text.written("/é") == #"\/é"#)
        #expect(text.place.text == #"a\"b\u00e9\ud83d\ude00c\n\/é"#)
    }

    @Test("A key that stands twice is kept once and reported")
    func repeatedKeys() throws {
        let document = try Document(json: SourceFile(#"{"a": 1, "a": 2}"#))
        #expect(document.roots.first?["a"]?.text?.value == "1")
        #expect(document.repeatedKeys.map { $0.place.description } == ["file:1:11"])
    }

    @Test(
        "What is not JSON is refused with its place",
        arguments: [
            ("", "file:1:1", "empty"), ("{", "file:1:2", "end"), (#"{"a" 1}"#, "file:1:6", "colon"),
            ("[1,]", "file:1:3", "comma"), ("[01]", "file:1:2", "number"), ("[1.]", "file:1:2", "number"),
            ("[NaN]", "file:1:2", "JSON value"), ("// c\n1", "file:1:1", "comments"), ("[1] x", "file:1:5", "follows"),
            ("[\"a\nb\"]", "file:1:4", "control"), (#"["\x"]"#, "file:1:3", "escape"),
            (#"["\ud83d"]"#, "file:1:3", "surrogate"), (#"["\ud83d\u0041"]"#, "file:1:3", "surrogate"),
            (#"["\u12"]"#, "file:1:5", "hex"), ("\u{FEFF}{}", "file:1:1", "byte order"), ("{a: 1}", "file:1:2", "key"),
            (#"["\"#, "file:1:4", "quote"), ("[-]", "file:1:2", "number"), ("[1e5x]", "file:1:2", "number"),
        ])
    func refused(json: String, place: String, message: String) {
        do {
            _ = try Document(json: SourceFile(json))
            Issue.record("accepted")
        } catch {
            #expect("\(error.place)" == place)
            #expect("\(error.message)".contains(message) || error.code.contains(message), "\(error)")
        }
    }

    @Test("Depth, number and length are bounded, and bytes that are not UTF-8 are found")
    func limits() throws {
        let deep = String(repeating: "[", count: 5000)
        #expect(throws: DocumentError.self) { try Document(json: SourceFile(deep)) }
        #expect(throws: DocumentError.self) { try Document(yaml: SourceFile(deep)) }
        let deepest = DocumentLimits(depth: .max)
        let nested = String(repeating: "[", count: deepest.depth) + String(repeating: "]", count: deepest.depth)
        #expect(try Document(json: SourceFile(nested), limits: deepest).roots.count == 1)
        let few = DocumentLimits(bytes: 10, nodes: 3)
        #expect(throws: DocumentError.self) { try Document(json: SourceFile("[1,2,3]"), limits: few) }
        #expect(throws: DocumentError.self) { try Document(yaml: SourceFile("[1,2,3]"), limits: few) }
        #expect(throws: DocumentError.self) { try Document(json: SourceFile("[        ]  "), limits: few) }
        for start in [0, 1, 2, 3, 4, 5, 6, 7, 8] {
            var bytes = Array("aé😀b".utf8)
            bytes.insert(0xFF, at: start)
            do {
                _ = try Document(yaml: SourceFile(path: "file", bytes: bytes))
                Issue.record("accepted")
            } catch {
                // A character that the byte cuts is wrong from its beginning.
                #expect([0, 1, 1, 3, 3, 3, 3, 7, 8][start] == error.place.range.lowerBound)
            }
        }
    }
}
