import HTTPTypes
import Instruments

/// The families that tell of requests that have been answered: how many, how long they took, how large they were.
final class RequestFamilies: Sendable {
    /// The methods that have series of their own; each other is ``other``.
    static let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .patch, .head, .options]
    /// The position of HEAD.
    static let head = 5
    static let other = "other"
    /// The values of the label `method`.
    static let methodValues = methods.map(\.rawValue) + [other]

    static let durationBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    static let sizeBuckets: [Double] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]

    private let requests: Family<Counter>
    private let durations: Family<Histogram>
    private let requestSizes: Family<Histogram>
    private let responseSizes: Family<Histogram>
    private let service: String
    private let routes = RouteTable()

    /// - Parameters:
    ///   - statuses: those that have series of their own.
    ///   - durationBuckets: upper bounds in seconds.
    ///   - sizeBuckets: upper bounds in bytes.
    init(
        registry: Registry, service: String, statuses: [Int], durationBuckets: [Double] = durationBuckets,
        sizeBuckets: [Double] = sizeBuckets
    ) throws(RegistrationError) {
        self.service = service
        let method = Label("method", .closed(Self.methodValues))
        let path = Label("path", .route)
        let status = Label("status", .closed(statuses.map(String.init)))
        let name = Label("service", .declared)
        requests = try registry.counter(
            "http_requests_total", help: "Requests answered.", labels: [method, path, status, name])
        durations = try registry.histogram(
            "http_request_duration_seconds", help: "Time from a request's head until its answer was written.",
            labels: [method, path, status, name],
            buckets: durationBuckets)
        requestSizes = try registry.histogram(
            "http_request_size_bytes", help: "Length of request bodies, as far as they were read.",
            labels: [method, path, name], buckets: sizeBuckets)
        responseSizes = try registry.histogram(
            "http_response_size_bytes", help: "Length of response bodies, as far as they were written.",
            labels: [method, path, status, name],
            buckets: sizeBuckets)
    }

    /// The position of a method in ``methods``; of all others, the one after.
    static func index(of method: HTTPRequest.Method) -> Int {
        // Comparing strings that differ is dear, lengths are not.
        switch method.rawValue.utf8.count {
        case 3: method == .get ? 0 : method == .put ? 2 : methods.count
        case 4: method == .post ? 1 : method == .head ? head : methods.count
        case 5: method == .patch ? 4 : methods.count
        case 6: method == .delete ? 3 : methods.count
        case 7: method == .options ? 6 : methods.count
        default: methods.count
        }
    }

    /// Records a request that has been answered.
    ///
    /// - Parameters:
    ///   - method: by ``index(of:)``.
    ///   - path: the route's template, or ``other``.
    func record(
        method: Int, path: String, status: Int, seconds: Double, requestBytes: Int, responseBytes: Int
    ) {
        routes.record(RouteTable.Key(method: method, status: status, path: path), make: series) { series in
            series.requests.increment()
            series.duration.observe(seconds)
            series.requestSize.observe(Double(requestBytes))
            series.responseSize.observe(Double(responseBytes))
        }
    }

    private func series(_ key: RouteTable.Key) -> RouteTable.Series {
        let method = Self.methodValues[key.method]
        let status = String(key.status)
        return RouteTable.Series(
            requests: requests.with(method, key.path, status, service),
            duration: durations.with(method, key.path, status, service),
            requestSize: requestSizes.with(method, key.path, service),
            responseSize: responseSizes.with(method, key.path, status, service))
    }
}
