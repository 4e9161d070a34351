import HTTPTypes
public import Hummingbird
public import Instruments
import NIOHTTP1

/// Measures the requests of a Hummingbird application.
///
/// ```swift
/// router.middlewares.add(try HTTPMetricsMiddleware(registry: registry, service: "shop"))
/// ```
///
/// | family | type | labels |
/// |---|---|---|
/// | `http_requests_total` | counter | method, path, status, service |
/// | `http_request_duration_seconds` | histogram | method, path, status, service |
/// | `http_request_size_bytes` | histogram | method, path, service |
/// | `http_response_size_bytes` | histogram | method, path, status, service |
/// | `http_requests_in_flight` | gauge | method, service |
///
/// `path` is the template of the route (`/orders/{id}`), never the address of a request; requests that no route takes,
/// and routes that other middlewares answer for, are `other`, and so is a method that is none of the seven common ones.
/// Add it before the routes and before the other middlewares, as it sees those that come after it.
///
/// A request is recorded once, when its answer is written or cannot be written any more. Sizes are those of bodies, as
/// far as they were read and written; a thrown error counts with the response that Hummingbird makes of it. A request
/// without a streaming body allocates nothing here.
public struct HTTPMetricsMiddleware<Context: RequestContext>: RouterMiddleware {
    private let families: HTTPFamilies
    private let wholeBodyBytes: Int

    /// - Parameter service: the value of the label `service`.
    /// - Throws: when families of these names are registered otherwise. Two middlewares with equal options share them.
    public init(
        registry: Registry, service: String, options: HTTPMetricsOptions = HTTPMetricsOptions()
    ) throws(RegistrationError) {
        families = try HTTPFamilies(registry: registry, service: service, options: options)
        wholeBodyBytes = options.wholeBodyBytes
    }

    /// Answers as the next responder does, and records how that went: errors as they were thrown, a body when its last
    /// byte is sent or it fails.
    @concurrent
    public func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let received = Self.mayHaveBody(request) ? ByteCount() : nil
        var exchange = Exchange(
            method: RequestFamilies.index(of: request.method), start: SystemTime.exactNanoseconds(), received: received)
        families.began(exchange.method)
        do {
            // Copying a request is dear.
            var response =
                if let received {
                    try await next(Self.counting(request, received), context)
                } else {
                    try await next(request, context)
                }
            exchange.path = Self.template(context)
            exchange.status = response.status.code
            // What answers HEAD never sends its body, and Hummingbird may drop it unseen.
            let length = exchange.method == RequestFamilies.head ? 0 : response.body.contentLength
            if let length, length == 0 || length <= wholeBodyBytes {
                families.ended(exchange, sent: length)
            } else {
                response.body = WatchedExchange(exchange, families: families).watch(response.body)
            }
            return response
        } catch {
            exchange.path = Self.template(context)
            let sent: Int
            (exchange.status, sent) = Self.answer(to: error, request, context)
            families.ended(exchange, sent: sent)
            throw error
        }
    }

    private static func counting(_ request: Request, _ received: ByteCount) -> Request {
        var request = request
        request.body = RequestBody(asyncSequence: CountedBody(body: request.body, count: received))
        return request
    }

    /// Status and size of the response that Hummingbird makes of an error.
    private static func answer(to error: any Error, _ request: Request, _ context: Context) -> (Int, Int) {
        if let error = error as? any HTTPResponseError {
            let response = request.method == .head ? nil : try? error.response(from: request, context: context)
            return (error.status.code, response?.body.contentLength ?? 0)
        }
        return (error is HTTPParserError ? 400 : 500, 0)
    }

    /// The route's template, which starts with `/` as nothing does that Hummingbird notes in its place.
    private static func template(_ context: Context) -> String {
        guard let path = context.endpointPath, path.utf8.first == UInt8(ascii: "/") else {
            return RequestFamilies.other
        }
        return path
    }

    /// HTTP/1 announces a body by one of two headers; HTTP/2 need not, but hardly anyone sends one with GET or HEAD.
    private static func mayHaveBody(_ request: Request) -> Bool {
        // Whether there is a field costs less than its value.
        if request.headers.contains(.contentLength) { return request.headers[.contentLength] != "0" }
        if request.headers.contains(.transferEncoding) { return true }
        return request.method != .get && request.method != .head
    }
}
