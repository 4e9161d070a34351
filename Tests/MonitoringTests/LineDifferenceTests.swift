import DocumentSupport
import Documents
import TestSupport
import Testing

@testable import Monitoring

@Suite struct LineDifferenceTests {
    private static func difference(_ old: String, _ new: String) -> LineDifference {
        LineDifference(from: SourceFile(old, path: "a"), to: SourceFile(new, path: "a"))
    }

    @Test(arguments: [
        ("a\nb\nc", "a\nB\nc", "@@ -2 +2 @@\n-b\n+B"),
        ("a\nb\nc", "a\nc", "@@ -2 +1,0 @@\n-b"),
        ("a\nc", "a\nb\nb\nc", "@@ -1,0 +2,2 @@\n+b\n+b"),
        // What moves up does not count as changed.
        ("a\nb\nc\nd\ne", "a\nc\nD\ne", "@@ -2 +1,0 @@\n-b\n@@ -4 +3 @@\n-d\n+D"),
        ("", "x", "@@ -1 +1 @@\n-\n+x"),
        ("x\nx\ny\nx", "x\ny\nx\nx", "@@ -2 +1,0 @@\n-x\n@@ -4,0 +4 @@\n+x"),
    ])
    func texts(old: String, new: String, expected: String) {
        #expect(Self.difference(old, new).text == "--- a\n+++ a\n" + expected)
    }

    @Test func theSameHasNone() { #expect(Self.difference("a\nb\n", "a\nb\n").hunks.isEmpty) }

    /// Whatever the lines, the hunks make one version of the other.
    @Test(arguments: 0..<200) func patches(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        func lines() -> [String] {
            (0..<Int.random(in: 0...30, using: &generator)).map { _ in "\(Int.random(in: 0...6, using: &generator))" }
        }
        let (old, new) = (lines(), lines())
        let hunks = Self.difference(old.joined(separator: "\n"), new.joined(separator: "\n")).hunks
        let (first, second) = (old.isEmpty ? [""] : old, new.isEmpty ? [""] : new)
        var patched: [String] = []
        var position = 0
        for hunk in hunks {
            patched += first[position..<hunk.old.lowerBound] + second[hunk.new]
            position = hunk.old.upperBound
        }
        #expect(patched + first[position...] == second)
    }

    /// A file of which every line changes is compared in no time.
    @Test func large() {
        let old = (0..<20_000).map { "old \($0 % 7)" }.joined(separator: "\n")
        #expect(Self.difference(old, old.replacing("old", with: "new")).hunks.count == 1)
    }
}
