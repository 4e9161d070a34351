import Documents
import Instruments
import Testing

@testable import Telemetry

/// What is wrong with a dialect is said where it is wrong.
struct DialectTests {
    private static func file(_ family: String) -> String {
        "dialect: ours\nsummary: Ours.\nsince: 1.0.0\nfamilies:\n  - " + family
    }

    @Test(arguments: [
        (
            "name: a_total\n    help: A.\n    signal: http.server.requst\n    counter: count", "5:11",
            "http.server.request"
        ),
        (
            "name: a_total\n    help: A.\n    signal: workflow.start\n    countr: count", "8:5",
            "did you mean \"counter\"?"
        ),
        ("name: a_total\n    help: A.\n    signal: workflow.start", "5:5", "just one of counter, gauge and histogram"),
        (
            "name: a_bytes\n    help: A.\n    signal: activity\n    histogram: duration\n    buckets: [1]", "5:11",
            "must end in _seconds"
        ),
        (
            "name: a_seconds\n    help: A.\n    signal: activity\n    histogram: duration\n    buckets: [1, 1]", "9:18",
            "each greater than the one before"
        ),
        (
            "name: a_total\n    help: A.\n    signal: activity\n    counter: count\n    labels: {a: activity.typ}",
            "5:11", "did you mean \"activity.type\"?"
        ),
        (
            "name: a_total\n    help: A.\n    signal: activity\n    counter: count\n    where: {activity.outcome: [sucess]}",
            "5:11", "did you mean \"success\"?"
        ),
        (
            "name: a\n    help: A.\n    signal: activity\n    gauge: count", "5:11",
            "a gauge of how many there are cannot be had"
        ),
        ("name: a\n    help: [A]\n    signal: activity\n    gauge: count", "6:11", "a text must stand here"),
    ])
    func mistakesAreFound(family: String, place: String, message: String) throws {
        let bytes = Array(Self.file(family).utf8)
        let error = #expect(throws: DialectError.self) {
            try Dialect(yaml: SourceFile(path: "ours.yaml", bytes: bytes))
        }
        #expect(error?.description.hasPrefix("ours.yaml:\(place): ") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func usersWriteTheirOwn() throws {
        let text = Self.file(
            """
            name: shop_answers_total
                help: Answers.
                signal: http.server.request
                counter: count
                labels:
                  result: {attribute: http.response.status_code, rename: {"200": fine}, values: [fine, "404"]}
                  where: {constant: shop}
            """)
        let dialect = try Dialect(yaml: SourceFile(path: "ours.yaml", bytes: Array(text.utf8)))
        let view = try Recorders.bind([dialect])[0]
        #expect(view.labels.map(\.description) == ["result (closed: fine, 404)", "where (closed: shop)"])
        #expect(view.values(of: ["GET", "/", "200", "x"]) == ["fine", "shop"])
        #expect(view.view.since == "1.0.0")
    }
}
