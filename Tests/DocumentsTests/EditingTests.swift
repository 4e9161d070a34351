import DocumentSupport
import Testing

@testable import Documents

@Suite struct EditingTests {
    private func edited(_ yaml: String, _ part: String, _ replacement: String) throws -> String {
        let file = SourceFile(yaml)
        let text = try #require(try Document(yaml: file).roots.first?["k"]?.text)
        let edit = TextEdit(text, try #require(text.range(of: part)), replacement)
        return String(decoding: try file.replacing([edit]), as: UTF8.self)
    }

    @Test(
        "A part is written as its style asks, and all else stays",
        arguments: [
            ("k: a{b='c'}  # d\n", "b", "x", "k: a{x='c'}  # d\n"), ("k: 'a''b'", "b", "it's", "k: 'a''it''s'"),
            (#"k: "a\tb""#, "b", "\"\n\u{7}é\u{2028}", #"k: "a\t\"\n\u0007é\u2028""#),
            ("k: |\n  a\n  b\n", "b", "c\nd", "k: |\n  a\n  c\n  d\n"),
            ("k: |\n  a\n  b\n", "a\nb", "c", "k: |\n  c\n"),
            ("k: >\n  a\n  b\n", "b", "c", "k: >\n  a\n  c\n"), ("k: >\n  a\n  b\n", "a b", "c", "k: >\n  c\n"),
            ("k: a\n  b\n", "a b", "c d", "k: c d\n"), ("[k: \"\\ud\"]", "", "", "[k: \"\\ud\"]"),
        ].dropLast())
    func styles(yaml: String, part: String, replacement: String, expected: String) throws {
        #expect(try edited(yaml, part, replacement) == expected)
    }

    @Test(
        "What a style cannot hold is refused",
        arguments: [
            ("k: ab", "b", ": c"), ("k: ab", "b", " #"), ("k: ab", "ab", "true"), ("k: ab", "ab", ""),
            ("k: ab", "a", "- "),
            ("{k: ab}", "b", "[x]"), ("k: ab", "b", "\n"), ("k: 'ab'", "b", "\n"), ("k: >\n  a\n", "a", " b"),
            ("k: |\n  a\n  b\n", "a", " a"), ("k: 12", "12", "x"), ("k: ab", "b", "b "), ("k: ab", "b", "\u{7}"),
            ("k: >\n  a\n  b\n", "b", "c\nd"), ("k: ab", "ab", "---"),
            ("{k: a:b}", "a", ""), ("k: &a:b", ":", ""), ("k: &-:b", ":", ""), ("k: >\n  a\u{2028}#", "a", "b"),
            ("{k: a?b}", "a", ""),
            ("k: a\u{85}  b", "a", ""),
            ("k: a\u{2028}  b", "b", ""),
        ])
    func refused(yaml: String, part: String, replacement: String) {
        #expect(throws: EditError.self) { try edited(yaml, part, replacement) }
    }

    @Test("Several edits, the same twice, and edits of texts within texts")
    func several() throws {
        let file = SourceFile("a: &a sum(x)\nb: *a\nd: |\n  {\"e\": \"y{l=\\\"v\\\"}\"}\nf: 'p q'\n")
        let root = try #require(try Document(yaml: file).roots.first)
        let inner = try #require(root["d"]?.text.map { try Document(jsonIn: $0) }?.roots.first?["e"]?.text)
        let first = try #require(root["a"]?.text)
        let second = try #require(root["b"]?.text)
        let last = try #require(root["f"]?.text)
        let edits = [
            TextEdit(last, 2..<3, "r"), TextEdit(inner, 4..<7, "\"w\\\""), TextEdit(first, 4..<5, "z"),
            TextEdit(second, 4..<5, "z"), TextEdit(last.part(0..<1), 0..<1, "s"), TextEdit(inner, 0..<1, "u"),
        ]
        let bytes = try file.replacing(edits)
        let expected = "a: &a sum(z)\nb: *a\nd: |\n  {\"e\": \"u{l=\\\"w\\\\\\\"}\"}\nf: 's r'\n"
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(try file.replacing([]) == file.bytes)
    }

    @Test("Edits that make no sense are refused with a reason")
    func senseless() throws {
        let file = SourceFile("k: 'aéb'\n")
        let text = try #require(try Document(yaml: file).roots.first?["k"]?.text)
        let other = SourceFile("k: b\n")
        func fault(_ file: SourceFile, _ edits: [TextEdit]) -> String? {
            do {
                _ = try file.replacing(edits)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(fault(other, [TextEdit(text, 0..<1, "x")])?.contains("another file") == true)
        #expect(fault(file, [TextEdit(text, 2..<3, "x")])?.contains("inside a character") == true)
        #expect(fault(file, [TextEdit(text, 0..<9, "x")])?.contains("lie in the text") == true)
        #expect(fault(file, [TextEdit(text, 0..<3, "x"), TextEdit(text, 1..<3, "y")])?.contains("overlap") == true)
        #expect(fault(file, [TextEdit(text, 0..<1, "\n")])?.hasPrefix("file:1:5: YAML in single quotes cannot") == true)
    }
}
