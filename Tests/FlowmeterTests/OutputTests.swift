import Testing
import Workflow

@testable import flowmeter

@Suite struct OutputTests {
    @Test func columnsAreAsWideAsTheirWidestCell() {
        var table = Table("name", ">took", "note")
        table.add("a", "1 ms", "first")
        table.add("longer", "250 ms", nil)
        #expect(
            table.rendered() == """
                NAME      TOOK  NOTE
                a         1 ms  first
                longer  250 ms  -
                """)
    }

    @Test func widthIsThatOfTheTerminal() {
        var table = Table("name", "x")
        table.add("注文", "1")
        table.add("👩‍👩‍👧", "2")
        table.add("e\u{301}", "3")
        #expect(
            table.rendered() == """
                NAME  X
                注文  1
                👩‍👩‍👧    2
                e\u{301}     3
                """)
    }

    @Test func cellsCannotSteerTheTerminal() {
        var table = Table("name")
        table.add("a\u{1B}[2J\nb\u{202E}")
        #expect(table.rendered() == "NAME\na\\u{1b}[2J\\nb\\u{202e}")
    }

    @Test(arguments: [
        (0.0, "0.000 ms"), (0.0421, "0.042 ms"), (1.5, "1.50 ms"), (99.4, "99.40 ms"), (250.4, "250 ms"),
        (1500, "1.50 s"), (61_000, "1 m 1 s"), (7_260_000, "2 h 1 m"), (-1, "-"),
    ])
    func durationsAreForPeople(_ milliseconds: Double, _ text: String) {
        #expect(describe(milliseconds: milliseconds) == text)
    }

    @Test func aDecisionSaysWhatAndWhy() throws {
        let receipt = Receipt([
            "event_id": "e1", "duplicate": true,
            "executions": [
                [
                    "id": "x1", "workflow_id": "w", "version": "1", "status": "ended", "result": "blocked",
                    "reason": "too\nlarge", "duration_ms": 1.5,
                    "steps": [
                        [
                            "path": "check", "kind": "condition", "status": "completed", "attempts": 1,
                            "duration_ms": 0.5,
                        ]
                    ],
                ]
            ],
        ])
        #expect(
            receipt.headline(event: "order") == """
                event order accepted, id e1 (known already: nothing new was started)
                """)
        #expect(
            try #require(receipt.executions.first).decision(waited: "5s") == """
                BLOCKED  w 1  execution x1
                  reason  too\\nlarge
                  STEP   KIND       STATUS     ATTEMPTS      TOOK  ERROR
                  check  condition  completed         1  0.500 ms
                  total   1.50 ms
                """)
    }

    @Test func anExecutionThatGoesOnSaysHowToFollowIt() {
        let execution = ExecutionView(["id": "x1", "workflow_id": "w", "version": "1", "status": "waiting"])
        #expect(
            execution.decision(waited: "5s") == """
                WAITING  w 1  execution x1
                  it has not ended within 5s; follow it with `flowmeter execution show x1`
                """)
    }

    @Test(arguments: [("a b/ü", "a%20b%2F%C3%BC"), ("a-b_c.d~", "a-b_c.d~"), ("", "")])
    func pathSegmentsAreEscaped(_ text: String, _ escaped: String) {
        #expect(APIClient.escape(text) == escaped)
    }

    @Test(arguments: ["http://127.0.0.1:8080", "https://example.org/flow/"])
    func serversAreAddresses(_ text: String) throws {
        #expect(try !ClientOptions.checked(text).hasSuffix("/"))
    }

    @Test(arguments: ["127.0.0.1:8080", "ftp://a", "http://", "http://a?b", ""])
    func otherTextsAreNoServers(_ text: String) {
        #expect(throws: CommandError.self) { try ClientOptions.checked(text) }
    }

    @Test func aDeadLetterSaysWhy() {
        let dead = ExecutionView([
            "id": "x1", "workflow_id": "w", "status": "dead_letter", "set_aside_because": "it died",
        ])
        #expect(dead.details.contains("set aside  because it died"))
        #expect(ExecutionView.table([dead]).rendered().hasSuffix("  it died"))
        #expect(!ExecutionView.table([ExecutionView(["id": "x2"])]).rendered().contains("SET ASIDE"))
    }

    @Test(arguments: [
        (["--wait", "--json"], ["--wait=5s", "--json"]), (["--wait=1s", "--json"], ["--wait=1s", "--json"]),
        (["--wait", "1s", "x"], ["--wait", "1s", "x"]), (["--wait", "x"], ["--wait=5s", "x"]),
        (["--", "--wait"], ["--", "--wait"]), (["--wait"], ["--wait=5s"]),
    ])
    func aWaitAloneIsFiveSeconds(given: [String], parsed: [String]) {
        #expect(WaitOptions.complete(given) == parsed)
    }
}
