import Testing

@testable import flowmeter

@Suite struct EventStreamTests {
    /// However the bytes are cut, the events are the same.
    @Test(arguments: [1, 2, 7, 1_000]) func eventsArePutTogether(size: Int) {
        let text = ": open\n\nid: 3\nevent: voted\ndata: {\"é\":1}\n\n: alive\n\nevent: end\ndata: {}\n\nevent: cut"
        let bytes = Array(text.utf8)
        var lines = EventLines()
        let events = stride(from: 0, to: bytes.count, by: size).flatMap { start in
            lines.events(in: bytes[start..<min(start + size, bytes.count)])
        }
        #expect(events.map(\.name) == ["voted", "end"] && events.map(\.data) == ["{\"é\":1}", "{}"])
    }

    @Test func aChangeIsALine() {
        let data = #"""
            {"record":2,"at":"T","path":"pay","attempt":{"activity":"http_request","number":1,"error":"no\u001b[2J"}}
            """#
        let line = ChangeView(ServerEvent(name: "attempt_ended", data: data)).line
        #expect(line == #"T  attempt ended  pay  http_request 1  no\u{1b}[2J"#)
    }
}
