import HTTPTypes
import Hummingbird
import HummingbirdRouter
import HummingbirdTesting
import Instruments
import InstrumentsHummingbird
import NIOCore
import Synchronization
import Testing

/// What a registry shows of the requests.
struct Shown {
    let registry: Registry

    func family(_ name: String) throws -> MetricFamily {
        try #require(registry.snapshot().first { $0.name == name }, "\(name)")
    }

    /// The values of all series by label values, the service left out.
    func values(_ name: String) throws -> [[String]: Double] {
        Dictionary(uniqueKeysWithValues: try family(name).series.map { ($0.labels.dropLast().map(\.value), $0.value) })
    }

    func sum(_ name: String, _ labels: String...) throws -> Double? {
        let series = try family(name).series.first { $0.labels.dropLast().map(\.value) == labels }
        guard case .histogram(let reading)? = series?.reading else { return nil }
        return reading.sum
    }

    var inFlight: Double {
        get throws { try family("http_requests_in_flight").series.reduce(0) { $0 + $1.value } }
    }
}

@Suite(.timeLimit(.minutes(30))) struct HTTPMetricsMiddlewareTests {
    let shown = Shown(registry: Registry())

    func middleware(_ options: HTTPMetricsOptions = HTTPMetricsOptions()) throws -> HTTPMetricsMiddleware<
        BasicRequestContext
    > {
        try HTTPMetricsMiddleware(registry: shown.registry, service: "shop", options: options)
    }

    func router(options: RouterOptions = []) throws -> Router<BasicRequestContext> {
        let router = Router(options: options)
        router.middlewares.add(try middleware())
        return router
    }

    @Test(arguments: [TestingSetup.router, .live])
    func requestsMoveTheFamilies(_ setup: TestingSetup) async throws {
        let router = try router()
        router.get("orders/{id}") { _, context in try context.parameters.require("id") }
        router.post("orders") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            return Response(status: .created, body: .init(byteBuffer: ByteBuffer(string: "\(body.readableBytes)")))
        }
        try await Application(router: router).test(setup) { client in
            for id in ["a", "bc", "def"] { try await client.execute(uri: "/orders/\(id)?x=\(id)", method: .get) }
            try await client.execute(uri: "/orders", method: .post, body: ByteBuffer(string: "twelve bytes"))
            try await client.execute(uri: "/orders", method: .delete)
            try await client.execute(uri: "/wp-login.php", method: .get)
            try await client.execute(uri: "/orders/1", method: .trace)
        }
        #expect(
            try shown.values("http_requests_total") == [
                ["GET", "/orders/{id}", "200"]: 3, ["POST", "/orders", "201"]: 1, ["DELETE", "other", "404"]: 1,
                ["GET", "other", "404"]: 1, ["other", "other", "404"]: 1,
            ])
        #expect(try shown.values("http_request_duration_seconds").values.reduce(0, +) == 7)
        #expect(try shown.sum("http_request_size_bytes", "POST", "/orders") == 12)
        #expect(try shown.sum("http_request_size_bytes", "GET", "/orders/{id}") == 0)
        #expect(try shown.sum("http_response_size_bytes", "POST", "/orders", "201") == 2)
        #expect(try shown.sum("http_response_size_bytes", "GET", "/orders/{id}", "200") == 1 + 2 + 3)
        #expect(try shown.inFlight == 0)
        for name in ["http_requests_total", "http_request_duration_seconds", "http_response_size_bytes"] {
            let family = try shown.family(name)
            #expect(family.series.allSatisfy { $0.labels.map(\.name) == ["method", "path", "status", "service"] })
            #expect(family.series.allSatisfy { $0["service"] == "shop" })
        }
        let sizes = try shown.family("http_request_size_bytes")
        #expect(sizes.series.allSatisfy { $0.labels.map(\.name) == ["method", "path", "service"] })
    }

    @Test func thrownErrorsCountWithTheirStatus() async throws {
        struct Oops: Error {}
        let router = try router()
        router.get("tea") { _, _ -> String in throw HTTPError(.conflict, message: "out of leaves") }
        router.get("broken") { _, _ -> String in throw Oops() }
        let sent = try await Application(router: router).test(.router) { client in
            try await client.execute(uri: "/broken", method: .get)
            return try await client.execute(uri: "/tea", method: .get).body.readableBytes
        }
        #expect(
            try shown.values("http_requests_total") == [["GET", "/tea", "409"]: 1, ["GET", "/broken", "500"]: 1])
        #expect(sent > 0)
        #expect(try shown.sum("http_response_size_bytes", "GET", "/tea", "409") == Double(sent))
        #expect(try shown.inFlight == 0)
    }

    @Test func aStatusOutsideTheListIsOther() async throws {
        let router = try router()
        router.get("odd") { _, _ in HTTPResponse.Status(code: 599) }
        _ = try await Application(router: router).test(.router) { try await $0.execute(uri: "/odd", method: .get) }
        #expect(try shown.values("http_requests_total") == [["GET", "/odd", "other"]: 1])
    }

    @Test func aStreamCountsWhenItEnds() async throws {
        let router = try router()
        let seen = Mutex<[Double]>([])
        router.get("stream") { [shown] _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "12345"))
                    let requests = try shown.values("http_requests_total").count
                    let running = try shown.inFlight
                    seen.withLock { $0 += [Double(requests), running] }
                    try await writer.write(contentsOf: [ByteBuffer(string: "67"), ByteBuffer(string: "8")])
                    try await writer.finish(nil)
                })
        }
        try await Application(router: router).test(.router) { client in
            let response = try await client.execute(uri: "/stream", method: .get)
            #expect(String(buffer: response.body) == "12345678")
        }
        #expect(seen.withLock { $0 } == [0, 1])
        #expect(try shown.values("http_requests_total") == [["GET", "/stream", "200"]: 1])
        #expect(try shown.sum("http_response_size_bytes", "GET", "/stream", "200") == 8)
        #expect(try shown.inFlight == 0)
    }

    @Test func aLargeBodyOfKnownLengthIsWatched() async throws {
        var options = HTTPMetricsOptions()
        options.wholeBodyBytes = 0
        let router = Router()
        router.middlewares.add(try middleware(options))
        router.get("file") { _, _ in ByteBuffer(repeating: 0, count: 1000) }
        try await Application(router: router).test(.router) { client in
            let response = try await client.execute(uri: "/file", method: .get)
            #expect(response.body.readableBytes == 1000)
            #expect(response.headers[.contentLength] == "1000")
        }
        #expect(try shown.sum("http_response_size_bytes", "GET", "/file", "200") == 1000)
    }

    @Test func aStreamThatBreaksCountsWhatWasWritten() async throws {
        struct Broken: Error {}
        let router = try router()
        router.get("stream") { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "123"))
                    throw Broken()
                })
        }
        try await Application(router: router).test(.router) { client in
            _ = try? await client.execute(uri: "/stream", method: .get)
        }
        #expect(try shown.values("http_requests_total") == [["GET", "/stream", "200"]: 1])
        #expect(try shown.sum("http_response_size_bytes", "GET", "/stream", "200") == 3)
        #expect(try shown.inFlight == 0)
    }

    @Test func aBodyThatNobodyWritesStillEnds() async throws {
        struct Replacing: RouterMiddleware {
            typealias Context = BasicRequestContext
            @concurrent
            func handle(
                _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
            ) async throws -> Response {
                _ = try await next(request, context)
                return Response(status: .noContent)
            }
        }
        let router = Router()
        router.middlewares.add(Replacing())
        router.middlewares.add(try middleware())
        router.get("stream") { _, _ in
            Response(status: .ok, body: .init { try await $0.finish(nil) })
        }
        try await Application(router: router).test(.router) { client in
            let response = try await client.execute(uri: "/stream", method: .get)
            #expect(response.status == .noContent)
        }
        #expect(try shown.values("http_requests_total") == [["GET", "/stream", "200"]: 1])
        #expect(try shown.inFlight == 0)
    }

    @Test func headHasNoBody() async throws {
        let router = try router(options: .autoGenerateHeadEndpoints)
        router.get("stream") { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "123"))
                    try await writer.finish(nil)
                })
        }
        _ = try await Application(router: router).test(.router) { try await $0.execute(uri: "/stream", method: .head) }
        #expect(try shown.values("http_requests_total") == [["HEAD", "/stream", "200"]: 1])
        #expect(try shown.sum("http_response_size_bytes", "HEAD", "/stream", "200") == 0)
        #expect(try shown.inFlight == 0)
    }

    @Test func aRequestBodyCountsAsFarAsItIsRead() async throws {
        let router = try router()
        router.post("echo") { request, _ in
            Response(status: .ok, body: .init(asyncSequence: request.body))
        }
        router.post("ignored") { _, _ in HTTPResponse.Status.ok }
        try await Application(router: router).test(.router) { client in
            let body = ByteBuffer(repeating: 7, count: 100_000)
            let response = try await client.execute(uri: "/echo", method: .post, body: body)
            #expect(response.body == body)
            try await client.execute(uri: "/ignored", method: .post, body: body)
        }
        #expect(try shown.sum("http_request_size_bytes", "POST", "/echo") == 100_000)
        #expect(try shown.sum("http_response_size_bytes", "POST", "/echo", "200") == 100_000)
        #expect(try shown.sum("http_request_size_bytes", "POST", "/ignored") == 0)
    }

    @Test func routesOfTheResultBuilderHaveTemplatesToo() async throws {
        let metrics = try HTTPMetricsMiddleware<BasicRouterRequestContext>(registry: shown.registry, service: "shop")
        let router = RouterBuilder(context: BasicRouterRequestContext.self) {
            metrics
            RouteGroup("orders") {
                Get(":id") { _, context in try context.parameters.require("id") }
            }
        }
        try await Application(router: router).test(.router) { client in
            for id in 0..<3 { try await client.execute(uri: "/orders/\(id)", method: .get) }
            try await client.execute(uri: "/orders/1/2/3", method: .get)
        }
        #expect(
            try shown.values("http_requests_total") == [
                ["GET", "/orders/{id}", "200"]: 3, ["GET", "other", "404"]: 1,
            ])
    }

    @Test func whatAMiddlewareServesIsNoRoute() async throws {
        struct Serving: RouterMiddleware {
            typealias Context = BasicRequestContext
            @concurrent
            func handle(
                _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
            ) async throws -> Response {
                do { return try await next(request, context) } catch { return Response(status: .ok) }
            }
        }
        let router = try router()
        router.middlewares.add(Serving())
        _ = try await Application(router: router).test(.router) { try await $0.execute(uri: "/logo.png", method: .get) }
        #expect(try shown.values("http_requests_total") == [["GET", "other", "200"]: 1])
    }

    @Test func familiesAreSharedOrRefused() throws {
        _ = try middleware()
        _ = try middleware()
        var options = HTTPMetricsOptions()
        options.sizeBuckets = [1]
        let error = #expect(throws: RegistrationError.self) { _ = try middleware(options) }
        #expect(error?.code == .conflict)
    }
}
