import HTTPTypes
import Instruments
import Synchronization

/// The families of HTTP.
final class HTTPFamilies: Sendable {
    static let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .patch, .head, .options]
    /// The position of HEAD.
    static let head = 5
    static let other = "other"

    private let requests: Family<Counter>
    private let durations: Family<Histogram>
    private let requestSizes: Family<Histogram>
    private let responseSizes: Family<Histogram>
    /// By method, in the order of ``methods``, then that of all others.
    private let inFlight: [InFlight]
    /// The same, to be reached without counting references, which all threads would do at one place.
    private let unretained: [Unmanaged<InFlight>]
    private let service: String
    private let routes = RouteTable()

    init(registry: Registry, service: String, options: HTTPMetricsOptions) throws(RegistrationError) {
        self.service = service
        let methods = Self.methods.map(\.rawValue) + [Self.other]
        let method = Label("method", .closed(methods))
        let path = Label("path", .route)
        let status = Label("status", .closed(options.statuses.map(String.init)))
        let name = Label("service", .declared)
        requests = try registry.counter(
            "http_requests_total", help: "Requests answered.", labels: [method, path, status, name])
        durations = try registry.histogram(
            "http_request_duration_seconds", help: "Time from a request's head until its answer was written.",
            labels: [method, path, status, name], buckets: options.durationBuckets)
        requestSizes = try registry.histogram(
            "http_request_size_bytes", help: "Length of request bodies, as far as they were read.",
            labels: [method, path, name], buckets: options.sizeBuckets)
        responseSizes = try registry.histogram(
            "http_response_size_bytes", help: "Length of response bodies, as far as they were written.",
            labels: [method, path, status, name], buckets: options.sizeBuckets)
        let running = try registry.inFlight(
            "http_requests_in_flight", help: "Requests whose answer is not written yet.", labels: [method, name])
        inFlight = methods.map { running.with($0, service) }
        unretained = inFlight.map(Unmanaged.passUnretained)
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

    func began(_ method: Int) { unretained[method]._withUnsafeGuaranteedRef { $0.begin() } }

    func ended(_ exchange: Exchange, sent: Int) {
        let duration = SystemTime.exactNanoseconds() &- exchange.start
        unretained[exchange.method]._withUnsafeGuaranteedRef { $0.end() }
        let key = RouteTable.Key(method: exchange.method, status: exchange.status, path: exchange.path)
        routes.record(key, make: series) { series in
            series.requests.increment()
            series.duration.observe(Double(duration) / 1e9)
            series.requestSize.observe(Double(exchange.received?.value ?? 0))
            series.responseSize.observe(Double(sent))
        }
    }

    private func series(_ key: RouteTable.Key) -> RouteTable.Series {
        let method = key.method < Self.methods.count ? Self.methods[key.method].rawValue : Self.other
        let status = String(key.status)
        return RouteTable.Series(
            requests: requests.with(method, key.path, status, service),
            duration: durations.with(method, key.path, status, service),
            requestSize: requestSizes.with(method, key.path, service),
            responseSize: responseSizes.with(method, key.path, status, service))
    }
}

/// A request and what became of it.
struct Exchange: Sendable {
    let method: Int
    /// By ``SystemTime/exactNanoseconds()``.
    let start: UInt64
    /// Nil if there cannot be a body.
    let received: ByteCount?
    /// The route's template.
    var path = HTTPFamilies.other
    var status = 500
}

/// A number of bytes that grows while others look.
final class ByteCount: Sendable {
    private let bytes = Atomic(0)

    var value: Int { bytes.load(ordering: .relaxed) }

    func add(_ count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }
}
