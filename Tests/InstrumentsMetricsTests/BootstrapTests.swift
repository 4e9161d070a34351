import CoreMetrics
import Hummingbird
import HummingbirdTesting
import Instruments
import InstrumentsMetrics
import Testing

/// A library that records through swift-metrics and knows nothing of registries.
@Suite struct BootstrapTests {
    @Test func aLibraryShowsUpInTheRegistry() async throws {
        let bridge = try Bridge()
        MetricsSystem.bootstrap(bridge.factory)
        let router = Router()
        router.middlewares.add(MetricsMiddleware())
        router.get("orders/{id}") { _, context in try context.parameters.require("id") }
        try await Application(router: router).test(.router) { client in
            for id in 0..<3 { try await client.execute(uri: "/orders/\(id)", method: .get) }
            try await client.execute(uri: "/nowhere", method: .get)
        }
        let requests = try bridge.family("hb_requests_total")
        #expect(
            requests.series.first?.labels.map(\.name)
                == ["http_request_method", "http_response_status_code", "http_route"])
        #expect(requests.series("GET", "200", "/orders/{id}")?.value == 3)
        let errors = try bridge.family("hb_request_errors_total")
        #expect(errors.series.map(\.value).reduce(0, +) == 1)
        let durations = try bridge.family("http_server_request_duration_seconds")
        #expect(durations.type == .histogram)
        #expect(durations.series("GET", "200", "/orders/{id}")?.value == 3)
        #expect(try bridge.family("http_server_active_requests").series("GET")?.value == 0)
        #expect(bridge.values("instruments_bridge_dropped_total").isEmpty)
    }
}
