import Testing

@testable import Workflow

@Suite("Tests of definitions")
struct TestCaseTests {
    private static let steps = """
        id: sample
        trigger: {type: event, event: order.placed}
        output: {booked: "{{room.id}}"}
        steps:
          - id: each
            type: foreach
            items: "{{rooms}}"
            steps:
              - id: book
                type: execute
                retry: {max_attempts: 2, initial_delay: 1h}
                execute: [{type: http_request, url: "https://rooms.example/", into: room}]
                compensate: [{type: http_request, url: "https://rooms.example/", method: DELETE}]
          - {id: rest, type: sleep, duration: 30d}
          - id: manager
            type: approval
            title: Rooms
            approvers: [alice]
            roles: [lead]
            quorum: 2
            expires: 8h
            reminder: {every: 3h, execute: [{type: http_request, url: "https://chat.example/"}]}
            on_expired: late
            into: said
          - id: both
            type: wait
            all: [{event: a.done, match: {n: 1}}, {event: b.done}]
            timeout: 1d
            on_timeout: late
          - {id: call, type: workflow, workflow: billing, into: bill}
          - {id: late, type: decision, decision: block, reason: "{{said.decision}}"}
        tests:

        """

    private func results(_ tests: String) throws -> [TestResult] {
        let reading = DefinitionReader.read(Self.steps + tests)
        let definition = try #require(reading.definition, "\(reading.rendered(file: "sample"))")
        let program = try Program(definition)
        return definition.tests.map { $0.run(on: program) }
    }

    private static let rest = """
        manager: {decision: approve}, both: [{event: b.done, data: {}}, {event: a.done, data: {n: 1}}],
              call: {result: {result: executed}}
        """

    @Test(
        "What is expected comes true",
        arguments: [
            """
            - name: all goes well
              given: {rooms: [1, 2]}
              activities: {book: [{result: {id: 7}}, {result: {id: 8}}], \(rest)}
              expect: {result: blocked, output: {booked: 8}, path: [each, "each[0].book", "each[1].book", rest, manager, both, call, late]}
            """,
            """
            - name: an attempt is made again
              given: {rooms: [1]}
              activities: {book: [{error: 503}, {result: {id: 7}}], \(rest)}
              expect: {result: blocked, output: {booked: 7}}
            """,
            """
            - name: what has been done is undone
              given: {rooms: [1, 2]}
              activities: {book: [{result: {id: 7}}, {error: invalid, message: no room}], book.compensate: {result: null}}
              expect:
                result: failed
                error_type: validation_error
                reason: "step `each`: book: no room"
                path: [each, "each[0].book", "each[1].book", "each[0].book.compensate"]
            """,
            """
            - name: nobody decides
              given: {rooms: []}
              activities: {manager: {error: timeout}, manager.reminder: {result: null}}
              expect: {result: blocked, reason: expired, path: [each, rest, manager, manager.reminder, manager.reminder, late]}
            """,
            """
            - name: somebody decides late
              given: {rooms: []}
              activities: {manager: {decision: reject, by: bob, after: 4h}, manager.reminder: {result: null}}
              expect: {result: failed, reason: "step `manager`: rejected by `bob`", path: [each, rest, manager, manager.reminder]}
            """,
            """
            - name: one of two events does not come
              given: {rooms: []}
              activities: {manager: {decision: approve}, both: [{event: b.done, data: {}}, {error: timeout}]}
              expect: {result: blocked, reason: approved, path: [each, rest, manager, both, late]}
            """,
            """
            - name: what is called fails
              given: {rooms: []}
              activities:
                manager: {decision: approve}
                both: [{event: a.done, data: {n: 1.0}}, {event: b.done, data: {}}]
                call: {result: {result: failed, reason: no money}}
              expect: {result: failed, reason: "step `call`: the workflow `billing` ended as failed: no money"}
            """,
        ])
    func passes(test: String) throws {
        let result = try #require(try results(test).first)
        #expect(result.differences == [], "\(result.path)")
    }

    @Test(
        "What is not as expected is said",
        arguments: [
            (
                "{name: x, given: {rooms: []}, expect: {result: allowed}}",
                ["step `manager` waits for a decision; give an answer under activities.manager"]
            ),
            (
                "{name: x, given: {rooms: [1]}, expect: {result: allowed}}",
                ["step `book`: http_request has no answer; give one under activities.book"]
            ),
            (
                "{name: x, given: {rooms: [1]}, activities: {book: [{error: timeout}]}, expect: {result: allowed}}",
                ["step `book`: http_request, attempt 2, has no answer: all of activities.book are used"]
            ),
            (
                "{name: x, given: {rooms: [1]}, activities: {book: {error: timeout}}, expect: {result: allowed, path: [each]}}",
                [
                    "result: expected allowed, was failed", "reason: step `each`: book: the test says timeout",
                    "path: expected each", "      was      each → each[0].book",
                ]
            ),
            (
                "{name: x, given: {}, expect: {result: failed, reason: no rooms, output: {booked: 7}}}",
                [
                    "reason: expected no rooms, was step `each`: `items` is null, not a list",
                    #"output: expected {"booked":7}, was {"booked":null}"#,
                ]
            ),
            (
                "{name: x, given: {rooms: []}, activities: {manager: {decision: approve, by: alice}}, expect: {result: allowed}}",
                ["step `manager`: `alice` has decided already, and others must too"]
            ),
            (
                "{name: x, given: {rooms: []}, activities: {manager: {decision: approve}, both: {data: {n: 2}}}, expect: {result: allowed}}",
                ["step `both`: the event `a.done` does not match: n must be 1, and is 2"]
            ),
            (
                "{name: x, given: {rooms: []}, activities: {manager: {decision: approve}, both: {event: b.done, data: {}}}, expect: {result: allowed}}",
                ["step `both` waits for `a.done`: nothing of activities.both ends it"]
            ),
            (
                "{name: x, given: {rooms: []}, activities: {manager: {decision: approve}, both: [{data: {n: 1}}, {data: {}}], call: {result: {}}}, expect: {result: allowed}}",
                [
                    "step `call`: its answer does not say how the workflow ends: {result: {result: executed, output: {…}}}"
                ]
            ),
        ])
    func fails(test: String, differences: [String]) throws {
        let result = try #require(try results("- \(test)").first)
        #expect(result.differences == differences)
        #expect(!result.hasPassed)
    }

    @Test(
        "What no step can be answered is an error at deployment",
        arguments: [
            ("activities: {boook: {result: 1}}, expect: {result: allowed}", "unknown-target", "did you mean book?"),
            ("activities: {rest: {result: 1}}, expect: {result: allowed}", "nothing-to-answer", "leave it out"),
            ("activities: {book.undo: {result: 1}}, expect: {result: allowed}", "nothing-to-answer", "leave it out"),
            ("activities: {book: {data: {}}}, expect: {result: allowed}", "unknown-key", "use"),
            ("activities: {book: {}}, expect: {result: allowed}", "missing-key", "add result or error"),
            ("activities: {book: {error: 99}}, expect: {result: allowed}", "unknown-error", "use"),
            ("activities: {both: {error: connection}}, expect: {result: allowed}", "unknown-error", "use timeout"),
            ("activities: {manager: {decision: yes}}, expect: {result: allowed}", "unknown-decision", "use"),
            ("activities: {book: {result: 1, error: 500}}, expect: {result: allowed}", "conflicting-keys", "keep one"),
            ("activities: [book], expect: {result: allowed}", "wrong-type", "write a map"),
            ("expect: {result: refused}", "unknown-result", "use"),
            ("expect: {result: allowed, path: [each, \"each[0].boook\"]}", "unknown-target", "did you mean book?"),
            ("expect: {result: allowed, path: each}", "wrong-type", "write a list"),
            ("expect: {}", "missing-key", "add result"),
            ("given: [1], expect: {result: allowed}", "wrong-type", "write a map"),
            ("gives: {}, expect: {result: allowed}", "unknown-key", "did you mean given?"),
        ])
    func refused(test: String, code: String, remedy: String) {
        let reading = DefinitionReader.read(Self.steps + "- {name: x, \(test)}")
        #expect(reading.definition == nil)
        #expect(
            reading.errors.contains { $0.code == code && $0.remedy.hasPrefix(remedy) && $0.path.hasPrefix("tests[0]") },
            "\(reading.rendered(file: "sample"))")
    }

    @Test("A hundred tests are enough")
    func limit() {
        let tests = String(repeating: "- {name: x, expect: {result: allowed}}\n", count: 101)
        let reading = DefinitionReader.read(Self.steps + tests)
        #expect(reading.errors.map(\.code) == ["too-many"])
    }

    @Test("An execution that never ends by itself is given up")
    func endless() throws {
        let yaml = """
            id: endless
            trigger: {type: manual}
            steps:
              - {id: rest, type: sleep, duration: 1h, next: again}
              - {id: again, type: condition, condition: {field: x, operator: exists}, on_true: rest, on_false: rest}
            tests:
              - {name: x, given: {x: 1}, expect: {result: executed}}
            """
        let definition = try #require(DefinitionReader.read(yaml).definition)
        let result = definition.tests[0].run(on: try Program(definition))
        #expect(result.differences.first == "result: expected executed, was failed")
    }
}
