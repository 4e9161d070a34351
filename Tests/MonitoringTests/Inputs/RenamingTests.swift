import DocumentSupport
import Documents
import Testing

@testable import Monitoring

@Suite struct RenamingTests {
    /// Every occurrence of a word in the queries of a file.
    private func edits(_ word: String, by replacement: String, in reading: InputReading) -> [TextEdit] {
        reading.inputs.flatMap(\.queries).flatMap { query in
            let value = Array(query.text.value.utf8)
            let wanted = Array(word.utf8)
            return value.indices.filter { value[$0...].starts(with: wanted) }.map {
                TextEdit(query.text, $0..<$0 + wanted.count, replacement)
            }
        }
    }

    @Test("A word is renamed in every query, and nothing else changes", arguments: Fixtures.names)
    func renaming(name: String) throws {
        let file = try Fixtures.file(name)
        let reading = InputReader.read(file)
        // A quote alone in a line would take the comment behind it along.
        let last = name.hasSuffix(".promql") ? "a\\é" : "a\"b\\é"
        for (word, replacement) in [("job", "task"), ("orders_total", "sales_total"), ("up", last)] {
            let edits = edits(word, by: replacement, in: reading)
            let bytes = try file.replacing(edits)
            let again = InputReader.read(SourceFile(path: name, bytes: bytes))
            let expected = reading.inputs.flatMap(\.queries).map { $0.text.value.replacing(word, with: replacement) }
            #expect(again.inputs.flatMap(\.queries).map(\.text.value) == expected)
            #expect(again.problems.map(\.code) == reading.problems.map(\.code))
            #expect(try SourceFile(path: name, bytes: bytes).replacing([]) == bytes)
        }
    }

    @Test("A line of a list stays one query", arguments: ["\"", "# c", "\n", "'"])
    func lines(replacement: String) throws {
        let file = try Fixtures.file("queries.promql")
        let edits = edits("up", by: replacement, in: InputReader.read(file))
        #expect(throws: EditError.self) { try file.replacing(edits) }
    }
}
