import HTTPTypes
import Instruments
import Synchronization

/// The four families of HTTP, with the handles of all series that requests have used so far.
///
/// Sizes are those of bodies. A request is counted when its answer is ready to be written.
final class HTTPMetrics: Sendable {
    /// The methods that have a series of their own; each other is `other`.
    static let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
    static let other = "other"
    /// Every status that this server can answer with.
    static let statuses = [
        200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503,
    ]
    static let durationBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    static let sizeBuckets: [Double] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]

    private let requests: Family<Counter>
    private let durations: Family<Histogram>
    private let requestSizes: Family<Histogram>
    private let responseSizes: Family<Histogram>
    private let service: String
    private let cache = Mutex<[Key: Series]>([:])

    private struct Key: Hashable {
        let method: String
        let path: String
        let status: Int
    }

    /// The series that one request moves.
    final class Series: Sendable {
        let requests: Counter
        let duration: Histogram
        let requestSize: Histogram
        let responseSize: Histogram

        init(requests: Counter, duration: Histogram, requestSize: Histogram, responseSize: Histogram) {
            self.requests = requests
            self.duration = duration
            self.requestSize = requestSize
            self.responseSize = responseSize
        }

        func record(seconds: Double, requestBytes: Int, responseBytes: Int) {
            requests.increment()
            duration.observe(seconds)
            requestSize.observe(Double(requestBytes))
            responseSize.observe(Double(responseBytes))
        }
    }

    init(registry: Registry, service: String) throws(RegistrationError) {
        self.service = service
        let method = Label("method", .closed(Self.methods + [Self.other]))
        let path = Label("path", .route)
        let status = Label("status", .closed(Self.statuses.map(String.init)))
        let name = Label("service", .declared)
        requests = try registry.counter(
            "http_requests_total", help: "Requests answered.", labels: [method, path, status, name])
        durations = try registry.histogram(
            "http_request_duration_seconds", help: "Time from a request's head until its answer was ready.",
            labels: [method, path, status, name], buckets: Self.durationBuckets)
        requestSizes = try registry.histogram(
            "http_request_size_bytes", help: "Length of request bodies.", labels: [method, path, name],
            buckets: Self.sizeBuckets)
        responseSizes = try registry.histogram(
            "http_response_size_bytes", help: "Length of response bodies.", labels: [method, path, status, name],
            buckets: Self.sizeBuckets)
    }

    /// Any series, by way of a table under a lock.
    func series(method: HTTPRequest.Method, path: String, status: Int) -> Series {
        let method = Self.methods.contains(method.rawValue) ? method.rawValue : Self.other
        return cache.withLock { cache in
            let key = Key(method: method, path: path, status: status)
            if let series = cache[key] { return series }
            let series = make(method, path, String(status))
            cache[key] = series
            return series
        }
    }

    private func make(_ method: String, _ path: String, _ status: String) -> Series {
        Series(
            requests: requests.with(method, path, status, service),
            duration: durations.with(method, path, status, service),
            requestSize: requestSizes.with(method, path, service),
            responseSize: responseSizes.with(method, path, status, service))
    }

    /// Shows the counters of a route from the start, at 0, for every status that it can answer with.
    func announce(_ route: Route) {
        for status in route.statuses {
            _ = requests.with(route.method.rawValue, route.template, String(status), service)
        }
    }
}

/// The series of one route by status, found without a lock once they have been used.
final class RouteSeries: Sendable {
    private let statuses: [Int]
    private let slots: [Slot]

    private final class Slot: Sendable {
        let series = AtomicLazyReference<HTTPMetrics.Series>()
    }

    init(statuses: [Int]) {
        self.statuses = statuses
        slots = statuses.map { _ in Slot() }
    }

    func series(_ status: Int, _ make: () -> HTTPMetrics.Series) -> HTTPMetrics.Series {
        guard let index = statuses.firstIndex(of: status) else { return make() }
        return slots[index].series.load() ?? slots[index].series.storeIfNil(make())
    }
}
