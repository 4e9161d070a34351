import Testing
import Workflow

@Suite struct DefinitionDifferenceTests {
    static let old = """
        workflow_id: w
        version: 1.1
        trigger: {type: event, event: a}
        timeout: 2m
        steps:
          - {id: first, type: execute, execute: [{type: log, message: x}]}
          - id: checks
            type: parallel
            steps:
              - {id: fraud, type: execute, execute: [{type: log, message: y}]}
              - {id: stock, type: execute, execute: [{type: log, message: z}]}
          - {id: done, type: action, action: {type: allow}}
        """

    private func lines(_ new: String) throws -> [String] {
        let difference = try #require(DefinitionDifference(from: Self.old, to: new))
        return difference.entries.map { entry in
            let keys = entry.keys.isEmpty ? "" : ": " + entry.keys.joined(separator: ", ")
            return "\(entry.change) \(entry.setting ?? "step \(entry.step ?? "")")\(keys)"
        } + (difference.isReordered ? ["reordered"] : [])
    }

    @Test func theSameDiffersInNothing() throws {
        #expect(try lines(Self.old) == [])
        let other = """
            # The same in another layout.
            {"steps": [{"type": "execute", "id": "first", "execute": [{"message": "x", "type": "log"}]},
              {"id": "checks", "type": "parallel", "steps": [
                {"id": "fraud", "type": "execute", "execute": [{"type": "log", "message": "y"}]},
                {"id": "stock", "type": "execute", "execute": [{"type": "log", "message": "z"}]}]},
              {"id": "done", "type": "action", "action": {"type": "allow"}}],
             "id": "w", "version": "1.1", "trigger": {"type": "event", "event": "a"}, "timeout": "2m", "tags": null}
            """.split(separator: "\n").dropFirst().joined(separator: "\n")
        #expect(try lines(other) == [])
    }

    @Test(arguments: [
        ("version: 1.1", "version: 1.10", ["changed version"]),
        ("timeout: 2m\n", "", ["removed timeout"]),
        ("timeout: 2m", "timeout: 2m\nslo: {objective: 99}", ["added slo"]),
        ("event: a", "event: b", ["changed trigger"]),
        ("message: y", "message: yy", ["changed step checks.fraud: execute"]),
        ("message: x", "message: 'x'", []),
        ("{type: allow}", "{type: block}", ["changed step done: action"]),
        ("- {id: done,", "- {id: late, type: action, action: {type: allow}}\n  - {id: done,", ["added step late"]),
        ("{id: stock,", "{id: shop,", ["added step checks.shop", "removed step checks.stock"]),
        ("{id: first,", "{id: first, timeout: 1s, name: One,", ["changed step first: name, timeout"]),
    ])
    func whatDiffersIsTold(_ text: String, _ replacement: String, _ expected: [String]) throws {
        #expect(Self.old.contains(text))
        #expect(try lines(Self.old.replacing(text, with: replacement)) == expected)
    }

    @Test func theOrderOfStepsCounts() throws {
        let new = Self.old.replacing("id: fraud", with: "id: q").replacing("id: stock", with: "id: fraud")
            .replacing("id: q", with: "id: stock").replacing("message: y", with: "message: q")
            .replacing("message: z", with: "message: y").replacing("message: q", with: "message: z")
        #expect(try lines(new) == ["reordered"])
    }

    @Test(arguments: ["", "[1]", "text", "{", "a: [", "\u{0}"]) func whatIsNoDefinitionIsNotCompared(_ text: String) {
        #expect(DefinitionDifference(from: Self.old, to: text) == nil)
        #expect(DefinitionDifference(from: text, to: Self.old) == nil)
    }
}
