import Instruments
import Synchronization

/// The families of a middleware: those of answered requests, and how many are in flight.
final class HTTPFamilies: Sendable {
    private let answered: RequestFamilies
    /// By method, in the order of ``RequestFamilies/methods``, then that of all others.
    private let inFlight: InFlightList

    init(registry: Registry, service: String, options: HTTPMetricsOptions) throws(RegistrationError) {
        answered = try RequestFamilies(
            registry: registry, service: service, statuses: options.statuses, durationBuckets: options.durationBuckets,
            sizeBuckets: options.sizeBuckets)
        let methods = RequestFamilies.methodValues
        let running = try registry.inFlight(
            "http_requests_in_flight", help: "Requests whose answer is not written yet.",
            labels: [Label("method", .closed(methods)), Label("service", .declared)])
        inFlight = InFlightList(methods.map { running.with($0, service) })
    }

    func began(_ method: Int) { inFlight.begin(method) }

    func ended(_ exchange: Exchange, sent: Int) {
        let duration = SystemTime.exactNanoseconds() &- exchange.start
        inFlight.end(exchange.method)
        answered.record(
            method: exchange.method, path: exchange.path, status: exchange.status, seconds: Double(duration) / 1e9,
            requestBytes: exchange.received?.value ?? 0, responseBytes: sent)
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
    var path = RequestFamilies.other
    var status = 500
}

/// A number of bytes that grows while others look.
final class ByteCount: Sendable {
    private let bytes = Atomic(0)

    var value: Int { bytes.load(ordering: .relaxed) }

    func add(_ count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }
}
