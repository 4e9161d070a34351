import Testing

@testable import Workflow

/// What expressions cost at most, counted.
@Suite("The work of expressions")
struct WorkTests {
    private static let text = String(repeating: "a", count: 64 << 10)

    private static func condition(_ comparison: String, times: Int = 990) -> String {
        let list = String(repeating: "\(comparison), ", count: times)
        return """
            id: sample
            trigger: {type: manual}
            steps:
              - {id: ask, type: condition, condition: {or: [\(list)]}}
            """
    }

    private func execution(_ yaml: String, _ data: JSONObject) throws -> Execution {
        let reading = DefinitionReader.read(yaml)
        let definition = try #require(reading.definition, "\(reading.rendered(file: "sample"))")
        let origin = Execution.Origin(
            trigger: .manual, eventID: "e", eventName: "manual", data: data, startedAt: Timestamp(microseconds: 0))
        return Execution(id: ExecutionID(rawValue: 1), program: try Program(definition), origin: origin)
    }

    /// - Returns: how many steps were taken.
    private func settle(_ execution: inout Execution) -> Int {
        let start = execution.work
        var steps = 0
        while execution.isReady, execution.work - start < Execution.workWithoutPause {
            _ = execution.handle(.advance(at: Timestamp(microseconds: 1)))
            steps += 1
        }
        return steps
    }

    private static let numbers = JSONValue.array((0..<90_000).map { .integer(Int64($0)) })

    @Test(
        "A condition that takes too long fails its step",
        arguments: [
            ("{field: t, operator: matches, value: '(a?){400}b'}", 50, ["t": .string(text)]),
            ("{field: t, operator: contains, value: ab}", 990, ["t": .string(String(repeating: "a", count: 1 << 20))]),
            ("{field: t, operator: ends_with, value: '{{s}}'}", 990, ["t": .string(text), "s": .string("b" + text)]),
            ("{field: t.length, operator: lt, value: 1}", 990, ["t": .string(String(repeating: "a", count: 1 << 20))]),
            ("{field: t, operator: eq, value: 'x{{t}}'}", 990, ["t": .string(text)]),
            ("{field: t, operator: eq, value: '{{t.length}}{{t.length}}'}", 990, ["t": .string(text)]),
            ("{field: n, operator: in, value: '{{l}}'}", 990, ["l": numbers, "n": "none"]),
            ("{field: l, operator: contains, value: none}", 990, ["l": numbers]),
            ("{field: l, operator: neq, value: '{{m}}'}", 990, ["l": numbers, "m": numbers]),
        ] as [(String, Int, JSONObject)])
    func condition(comparison: String, times: Int, data: JSONObject) throws {
        var execution = try execution(Self.condition(comparison, times: times), data)
        #expect(settle(&execution) == 1)
        let outcome = try #require(execution.outcome)
        #expect(outcome.result == .failed && outcome.errorType == .validation)
        #expect(outcome.reason?.contains("takes too long") == true, "\(outcome)")
        #expect(execution.work <= 2 * Work.limit)
    }

    @Test("What is asked once of a large value is answered")
    func once() throws {
        for (comparison, data) in [
            ("{field: t, operator: matches, value: '(?i)a+b$'}", ["t": .string(Self.text)]),
            ("{field: n, operator: in, value: '{{l}}'}", ["l": Self.numbers, "n": "none"]),
            ("{field: l, operator: eq, value: '{{m}}'}", ["l": Self.numbers, "m": Self.numbers]),
        ] as [(String, JSONObject)] {
            var execution = try execution(Self.condition(comparison, times: 1), data)
            _ = settle(&execution)
            #expect(execution.outcome?.result == .executed, "\(comparison)")
        }
    }

    @Test("A pattern gives up, however dear its classes are")
    func pattern() throws {
        for (source, text) in [
            ("(a?){900}b", Self.text), ("(?i)([^é]?){900}b", String(repeating: "ß", count: 32 << 10)),
            ("([à-ïñ-üā-ďđ-ģĥ-ķ]?){300}b", String(repeating: "à", count: 32 << 10)),
        ] {
            var work = Work()
            #expect(try !Pattern(parsing: source).matches(text, &work))
            #expect(work.isOver, "\(source)")
        }
    }

    @Test("Case is looked up beyond ASCII as before")
    func folding() throws {
        #expect(try Pattern(parsing: "(?i)^ÀÉK$").matches("àék"))
        #expect(try Pattern(parsing: "(?i)^[à-ü]+$").matches("ÀÉÜ"))
        #expect(try Pattern(parsing: "(?i)^k$").matches("\u{212A}"))
        #expect(try !Pattern(parsing: "^[à-ü]+$").matches("À"))
    }

    @Test("Steps pause when they have done much, and go on where they were")
    func pausing() throws {
        let sets = (0..<50).map { "{type: set, values: {x\($0): '{{t}}{{t}}'}}" }.joined(separator: ", ")
        let yaml = """
            id: sample
            trigger: {type: manual}
            steps:
              - {id: fill, type: execute, execute: [\(sets)]}
              - {id: done, type: decision, decision: allow, reason: "{{x49.length}}"}
            """
        var execution = try execution(yaml, ["t": .string(String(repeating: "a", count: 100_000))])
        var pauses = 0
        while execution.outcome == nil, pauses < 100 {
            _ = settle(&execution)
            pauses += 1
            #expect(execution.isRecordDue || execution.outcome != nil)
            let record = execution.takeRecord()
            #expect(try #require(record).count < 4 * Work.limit)
            #expect(!execution.isRecordDue)
        }
        #expect(pauses > 3)
        #expect(execution.outcome?.reason == "200000")
    }

    @Test("What undoes steps is bounded")
    func undoing() throws {
        let yaml = """
            id: sample
            trigger: {type: manual}
            steps:
              - id: each
                type: foreach
                items: "{{l}}"
                steps:
                  - id: book
                    type: execute
                    execute: [{type: set, values: {x: 1}}]
                    compensate: [{type: log, message: "{{t}}{{item}}"}]
            """
        let data: JSONObject = [
            "l": .array((0..<100).map { .integer($0) }), "t": .string(String(repeating: "a", count: 900_000)),
        ]
        var execution = try execution(yaml, data)
        while execution.isReady, execution.ending == nil { _ = settle(&execution) }
        #expect(execution.ending?.reason?.hasPrefix("what the execution would need to undo") == true)
        #expect(execution.undos.count < 25)
    }

    @Test("A definition full of large patterns is refused")
    func patterns() {
        let reading = DefinitionReader.read(Self.condition("{field: t, operator: matches, value: '(a?){900}b'}"))
        #expect(reading.errors.map(\.code) == ["too-many"])
    }

    @Test("A text full of misspelt steps is not searched for each")
    func misspelt() {
        let steps = (0..<200).map { "  - {id: step\($0), type: sleep, duration: 1s, next: stepp\($0)}" }
        let reading = DefinitionReader.read("id: w\ntrigger: {type: manual}\nsteps:\n" + steps.joined(separator: "\n"))
        let unknown = reading.errors.filter { $0.code == "unknown-target" }
        #expect(unknown.count { $0.remedy.hasPrefix("did you mean") } == 5)
        #expect(unknown.count > 100)
    }
}
