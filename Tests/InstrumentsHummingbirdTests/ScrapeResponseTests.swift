import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Instruments
import InstrumentsHummingbird
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(30))) struct ScrapeResponseTests {
    @Test(arguments: [TestingSetup.router, .live])
    func aScrapeIsAnswered(_ setup: TestingSetup) async throws {
        let registry = Registry()
        let calls = try registry.counter("calls_total", help: "Calls.", labels: [Label("key", .declared)])
        for key in 0..<20_000 { calls.with("\(key)").increment() }
        try registry.gauge("other", help: "").only.set(1)
        let router = Router()
        router.get("metrics") { request, _ in registry.response(to: request) }
        try await Application(router: router).test(setup) { client in
            try await client.execute(uri: "/metrics", method: .get) { response in
                #expect(response.headers[.contentType] == ExpositionFormat.text004.contentType)
                #expect(Array(buffer: response.body) == registry.expose(.text004))
            }
            let headers: HTTPFields = [.accept: "application/openmetrics-text", .acceptEncoding: "gzip"]
            try await client.execute(uri: "/metrics", method: .get, headers: headers) { response in
                #expect(
                    response.headers[.contentType]
                        == ExpositionFormat.openMetrics100.contentType + "; escaping=underscores")
                #expect(response.headers[.contentEncoding] == "gzip")
                #expect(Array(buffer: response.body).starts(with: [0x1f, 0x8b]))
            }
            try await client.execute(uri: "/metrics?name%5B%5D=other", method: .get) { response in
                #expect(String(buffer: response.body) == "# TYPE other gauge\nother 1\n")
            }
        }
    }
}
