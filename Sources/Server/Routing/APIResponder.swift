import HTTPTypes
import Hummingbird
import Instruments
import Logging
import NIOCore
import Telemetry

/// What the responder knows of a connection: nothing, so that a request allocates no context.
struct ConnectionContext: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}

/// Answers every request: finds its route, checks it, runs the handler, measures and logs.
struct APIResponder: HTTPResponder {
    let table: RouteTable
    let authentication: Authentication
    let metrics: HTTPMetrics
    let log: AccessLog
    let limits: ServerLimits
    private let ids = RequestIDs()

    init(
        routes: [Route], keys: KeyStore, metrics: HTTPMetrics, logger: Logger, limits: ServerLimits
    ) {
        table = RouteTable(routes)
        authentication = Authentication(keys: keys)
        self.metrics = metrics
        self.limits = limits
        log = AccessLog(logger: logger)
        for route in routes { metrics.announce(route) }
    }

    /// What is known about a request when its answer is ready.
    private struct Outcome {
        var reply: Reply
        /// What of the path is known; nil when there is no such path.
        var endpoint: RouteTable.Endpoint?
        var requestBytes = 0
        var keyID: String?
        var waits = false
        var cause: String?

        init(_ problem: APIProblem, requestID: String) {
            reply = .problem(problem, requestID: requestID)
            cause = problem.cause ?? (problem.status.code >= 500 ? problem.detail : nil)
        }

        init(reply: Reply) { self.reply = reply }
    }

    func respond(to request: Request, context: ConnectionContext) async -> Response {
        let start = NIODeadline.now()
        metrics.begin(HTTPMethod(request.method))
        let requestID = ids.id(for: request.headers)
        let outcome = await outcome(of: request, requestID: requestID)
        let elapsed = NIODeadline.now() - start
        record(outcome, request.method, requestID: requestID, elapsed: elapsed)
        return response(outcome.reply, requestID: requestID, isHead: request.method == .head)
    }

    /// Whether a request, all of which has come, has taken too long to answer.
    func isLate(_ elapsed: TimeAmount, _ head: HTTPRequest) -> Bool {
        guard elapsed > TimeAmount(limits.requestTimeout) else { return false }
        let waits = head.path?.contains("wait=") == true
        return !waits || elapsed > TimeAmount(limits.requestTimeout + limits.maxWait)
    }

    private func outcome(of request: Request, requestID: String) async -> Outcome {
        let (path, query) = Self.target(request)
        switch table.match(path) {
        case .none: return Outcome(.notFound, requestID: requestID)
        case .undecodable(let endpoint):
            let problem = APIProblem(
                .badRequest, "invalid_path", "Invalid path", "the path is not percent-encoded UTF-8")
            var outcome = Outcome(problem, requestID: requestID)
            outcome.endpoint = endpoint
            return outcome
        case .found(let endpoint, let parameters):
            guard let route = endpoint.route(for: request.method) else {
                let problem = APIProblem.methodNotAllowed(request.method.rawValue, allowed: endpoint.allowed)
                var outcome = Outcome(problem, requestID: requestID)
                outcome.endpoint = endpoint
                return outcome
            }
            var outcome = await outcome(of: request, route, parameters, query, requestID: requestID)
            outcome.endpoint = endpoint
            return outcome
        }
    }

    private func outcome(
        of request: Request, _ route: Route, _ parameters: [String], _ query: Substring?, requestID: String
    ) async -> Outcome {
        var requestBytes = 0
        var keyID: String?
        var waits = false
        var outcome: Outcome
        do throws(APIProblem) {
            let caller = try authentication.caller(of: request.head, for: route.access)
            keyID = caller?.keyID
            let query = try Query(query, rule: route.query)
            waits = query["wait"] != nil
            let body = try await BodyIntake.read(request, for: route, parameters)
            requestBytes = body.readableBytes
            let call = Call(
                requestID: requestID, head: request.head, parameters: parameters, query: query, body: body,
                caller: caller)
            let start = NIODeadline.now()
            let reply = try await route.handler(call)
            // Too late: the guard has answered and closed the connection. It counts as what the client saw.
            if isLate(NIODeadline.now() - start, request.head) { throw APIProblem.answerTimeout }
            outcome = Outcome(reply: reply)
        } catch {
            outcome = Outcome(error, requestID: requestID)
        }
        outcome.requestBytes = requestBytes
        outcome.keyID = keyID
        outcome.waits = waits
        return outcome
    }

    /// Path and query of the request's target, also when it is an absolute URI.
    private static func target(_ request: Request) -> (path: Substring, query: Substring?) {
        guard let target = request.head.path, target.utf8.first == UInt8(ascii: "/") else {
            return (request.uri.path[...], request.uri.query.map { $0[...] })
        }
        let end = target.utf8.firstIndex(of: UInt8(ascii: "#")) ?? target.endIndex
        guard let mark = target.utf8[..<end].firstIndex(of: UInt8(ascii: "?")) else { return (target[..<end], nil) }
        return (target[..<mark], target[target.utf8.index(after: mark)..<end])
    }

    private func record(
        _ outcome: Outcome, _ method: HTTPRequest.Method, requestID: String, elapsed: TimeAmount
    ) {
        let status = outcome.reply.status.code
        metrics.end(
            HTTPMethod(method), route: outcome.endpoint?.name ?? HTTPMetrics.noRoute, status: status,
            seconds: Double(elapsed.nanoseconds) * 1e-9, requestBytes: outcome.requestBytes,
            responseBytes: method == .head ? 0 : outcome.reply.body.readableBytes)
        log.record(
            AccessLog.Entry(
                requestID: requestID, method: method, path: outcome.endpoint?.template ?? Label.overflowValue,
                status: status, elapsed: elapsed,
                keyID: outcome.keyID, waits: outcome.waits, cause: outcome.cause),
            status: status, elapsed: elapsed)
    }

    private func response(_ reply: Reply, requestID: String, isHead: Bool) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(4)
        if let contentType = reply.contentType { headers[.contentType] = contentType }
        headers[RequestIDs.header] = requestID
        for (name, value) in reply.headers { headers[name] = value }
        let response = Response(status: reply.status, headers: headers, body: body(of: reply))
        return isHead ? response.createHeadResponse() : response
    }

    private func body(of reply: Reply) -> ResponseBody {
        if let stream = reply.stream {
            return ResponseBody { writer in
                try await stream(&writer)
                try await writer.finish(nil)
            }
        }
        return reply.body.readableBytes == 0 ? ResponseBody() : ResponseBody(byteBuffer: reply.body)
    }
}

extension APIResponder {
    /// The answer to a request that could not be read, or took too long: for the connection, which writes it itself.
    func answer(_ problem: APIProblem, counting: Bool) -> (HTTPResponse, ByteBuffer) {
        let requestID = ids.id(for: [:])
        let reply = Reply.problem(problem, requestID: requestID)
        if counting {
            var outcome = Outcome(problem, requestID: requestID)
            outcome.reply = reply
            metrics.begin(.other)
            record(outcome, .init("OTHER")!, requestID: requestID, elapsed: .zero)
        }
        return (response(reply, requestID: requestID, isHead: false).head, reply.body)
    }
}
