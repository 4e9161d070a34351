import HTTPTypes
import HummingbirdTesting
import Instruments
import Telemetry
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(30))) struct MetricsTests {
    private func family(_ name: String, _ server: TestServer) throws -> MetricFamily {
        try #require(server.registry.snapshot().first { $0.name == name })
    }

    @Test func requestsMoveTheFourFamilies() async throws {
        var options = ServerOptions()
        options.serviceName = "shop"
        let server = try await TestServer(options: options)
        try await server.run { client in
            _ = try await client.send(.get, "/api/v1/workflows/a")
            _ = try await client.send(.get, "/api/v1/workflows/b")
            _ = try await client.send(.post, "/api/v1/events", json: #"{"event": "x"}"#)
            _ = try await client.send(.get, "/nope/123")
            _ = try await client.send(.init("BREW")!, "/health")
            _ = try await client.send(.head, "/health")
            _ = try await client.send(.get, "/api/v1/workflows?x=1")
        }
        let requests = try family("http_requests_total", server)
        #expect(requests.type == .counter)
        #expect(requests.series.allSatisfy { $0.labels.map(\.name) == ["method", "path", "status", "service"] })
        #expect(requests.series("GET", "/api/v1/workflows/{id}", "404", "shop")?.value == 2)
        #expect(requests.series("POST", "/api/v1/events", "202", "shop")?.value == 1)
        #expect(requests.series("GET", "other", "404", "shop")?.value == 1)
        #expect(requests.series("other", "/health", "405", "shop")?.value == 1)
        #expect(requests.series("HEAD", "/health", "200", "shop")?.value == 1)
        #expect(requests.series("GET", "/api/v1/workflows", "400", "shop")?.value == 1)

        let durations = try family("http_request_duration_seconds", server)
        #expect(durations.type == .histogram)
        #expect(durations.series("GET", "/api/v1/workflows/{id}", "404", "shop")?.value == 2)
        #expect(durations.series.allSatisfy { $0.labels.map(\.name) == ["method", "path", "status", "service"] })

        let sent = try family("http_request_size_bytes", server)
        #expect(sent.series.allSatisfy { $0.labels.map(\.name) == ["method", "path", "service"] })
        guard case .histogram(let size)? = sent.series("POST", "/api/v1/events", "shop")?.reading else {
            Issue.record("no size")
            return
        }
        #expect(size.sum == 14)
        let answered = try family("http_response_size_bytes", server)
        #expect(answered.series.allSatisfy { $0.labels.map(\.name) == ["method", "path", "status", "service"] })
        guard case .histogram(let head)? = answered.series("HEAD", "/health", "200", "shop")?.reading else {
            Issue.record("no size")
            return
        }
        #expect(head.sum == 0 && head.count == 1)
    }

    @Test func countersOfRoutesAreThereFromTheStart() async throws {
        let server = try await TestServer()
        let requests = try family("http_requests_total", server)
        for route in server.server.responder.table.routes {
            for status in route.statuses {
                #expect(requests.series(route.method.rawValue, route.template, String(status), "flowmeter")?.value == 0)
                #expect(HTTPStatus.known.contains(status))
            }
        }
    }

    @Test func scrapesAreServedAndCounted() async throws {
        var options = ServerOptions()
        options.monitoring.path = "/internal/metrics"
        let server = try await TestServer(options: options)
        try await server.run { client in
            let anonymous = client.with(key: nil)
            let text = try await anonymous.send(.get, "/internal/metrics?x=1")
            #expect(text.status == 200)
            #expect(text.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let open = try await anonymous.send(
                .get, "/internal/metrics", headers: [.accept: "application/openmetrics-text;version=1.0.0"])
            #expect(open.headers[.contentType]?.hasPrefix("application/openmetrics-text") == true)
            #expect(open.text.hasSuffix("# EOF\n"))
            #expect(
                open.text.contains(
                    #"http_requests_total{method="GET",path="/internal/metrics",status="200",service="flowmeter"} 1"#))
            #expect(try await anonymous.send(.get, "/metrics").status == 404)
        }
    }

    @Test func aScrapeIsCompressedAndChosen() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let anonymous = client.with(key: nil)
            let all = try await anonymous.send(.get, "/metrics", headers: [.acceptEncoding: "gzip"])
            #expect(all.headers[.contentEncoding] == "gzip")
            #expect(all.headers[.vary] == "Accept, Accept-Encoding")
            let plain = try await anonymous.send(.get, "/metrics?name%5B%5D=http_requests_total&%zz&x=1")
            #expect(plain.headers[.contentEncoding] == nil)
            let names = plain.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
            #expect(names == ["# TYPE http_requests_total counter"])
            let none = try await anonymous.send(.get, "/metrics?name[]=nothing")
            #expect(none.status == 200 && none.text.isEmpty)
            let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
            let binary = try await anonymous.send(.get, "/metrics", headers: [.accept: protobuf])
            #expect(binary.headers[.contentType]?.hasPrefix("application/vnd.google.protobuf") == true)
        }
    }

    @Test func aTokenGuardsTheScrape() async throws {
        var options = ServerOptions()
        options.monitoring.token = "s3cret"
        let server = try await TestServer(options: options)
        try await server.run { client in
            let anonymous = client.with(key: nil)
            let missing = try await anonymous.send(.get, "/metrics")
            #expect(missing.status == 401 && missing.code == "missing_token" && missing.isProblem)
            let wrong = try await anonymous.send(.get, "/metrics", headers: [.authorization: "Bearer s3creT"])
            #expect(wrong.status == 401 && wrong.code == "invalid_token")
            #expect(try await client.send(.get, "/metrics").status == 401)
            let right = try await anonymous.send(.get, "/metrics", headers: [.authorization: "Bearer s3cret"])
            #expect(right.status == 200)
        }
    }

    @Test func disabledMetricsAreNowhere() async throws {
        var options = ServerOptions()
        options.monitoring.enabled = false
        let server = try await TestServer(options: options)
        #expect(try await server.run { try await $0.send(.get, "/metrics").status } == 404)
        #expect(server.server.metricsResponder == nil)
    }
}
