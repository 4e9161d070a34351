import Instruments
import Testing

@Suite struct SnapshotTests {
    @Test func findsSeriesByTheirLabels() throws {
        let registry = Registry()
        let labels = [Label("method", .closed(["GET", "PUT"])), Label("path", .route)]
        let requests = try registry.counter("http_requests_total", help: "", labels: labels)
        requests.with("GET", "/a").increment(by: 3)
        requests.with("GET", "/b").increment(by: 4)
        requests.with("PUT", "/a").increment(by: 5)
        try registry.gauge("depth", help: "").only.set(2)
        let snapshot = registry.snapshot()
        #expect(snapshot["http_requests_total", ["method": "GET", "path": "/a"]] == 3)
        #expect(snapshot["http_requests_total", ["path": "/a", "method": "PUT"]] == 5)
        #expect(snapshot["http_requests_total", ["method": "GET"]] == nil)
        #expect(snapshot["http_requests_total"] == nil)
        #expect(snapshot["absent"] == nil)
        #expect(snapshot["depth"] == 2)
        #expect(snapshot["depth", ["method": "GET"]] == nil)
        #expect(snapshot.sum("http_requests_total") == 12)
        #expect(snapshot.sum("http_requests_total", where: ["method": "GET"]) == 7)
        #expect(snapshot.sum("http_requests_total", where: ["method": "POST"]) == 0)
        #expect(snapshot.sum("http_requests_total", where: ["verb": "GET"]) == 0)
        #expect(snapshot.sum("absent") == 0)
        #expect(snapshot.series("depth")?.reading == .number(2))
        #expect(snapshot.family("depth")?.type == .gauge)
    }
}
