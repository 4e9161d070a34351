import DocumentSupport
import Testing

@testable import Documents

@Suite struct SourceFileTests {
    @Test("A place has a line and a column in scalars")
    func positions() {
        let file = SourceFile("ab\r\né😀x\n")
        #expect(file.lineCount == 3)
        #expect(file.line(1) == "ab")
        #expect(file.line(2) == "é😀x")
        #expect(file.line(3).isEmpty)
        #expect(file.line(4).isEmpty)
        #expect(file.line(0).isEmpty)
        #expect(file.position(at: 0) == SourcePosition(line: 1, column: 1, offset: 0))
        #expect(file.position(at: 10) == SourcePosition(line: 2, column: 3, offset: 10))
        #expect(file.position(at: 99) == SourcePosition(line: 3, column: 1, offset: 12))
        #expect(file.position(at: -1).offset == 0)
    }

    @Test("An excerpt has the caret under the place")
    func excerpt() {
        let file = SourceFile("one\n\ttwo é😀 three\n", path: "a.yaml")
        let place = SourcePlace(file: file, range: 16..<21)
        #expect(place.text == "three")
        #expect(place.description == "a.yaml:2:9")
        #expect(place.excerpt == "  2 |  two é😀 three\n    |         ^^^^^\n")
    }

    @Test("An excerpt of a long line is cut around the place, and ends with the first line")
    func longExcerpt() {
        let file = SourceFile(String(repeating: "a", count: 300) + "b" + String(repeating: "c", count: 300) + "\nd")
        let lines = SourcePlace(file: file, range: 300..<602).excerpt.split(separator: "\n")
        #expect(lines[0].contains("…" + String(repeating: "a", count: 60) + "b"))
        #expect(lines[1].prefix { $0 != "^" }.count == lines[0].prefix { $0 != "b" }.count)
        #expect(SourcePlace(file: file, range: 900..<901).excerpt == "  2 | d\n    |  ^\n")
    }
}
