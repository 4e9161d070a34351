import HTTPTypes
import Instruments
import InstrumentsHummingbird

/// The families of HTTP.
///
/// Sizes are those of bodies. A request is counted when its answer is ready to be written.
struct HTTPMetrics: Sendable {
    static let other = RequestFamilies.other
    /// Every status that this server can answer with.
    static let statuses = [
        200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503,
    ]

    private let families: RequestFamilies

    init(registry: Registry, service: String) throws(RegistrationError) {
        families = try RequestFamilies(
            registry: registry, service: service, statuses: Self.statuses,
            helps: RequestFamilies.Helps(
                duration: "Time from a request's head until its answer was ready.",
                requestSize: "Length of request bodies.", responseSize: "Length of response bodies."))
    }

    /// - Parameter path: the route's template, or ``other``.
    func record(
        _ method: HTTPRequest.Method, path: String, status: Int, seconds: Double, requestBytes: Int, responseBytes: Int
    ) {
        families.record(
            method: RequestFamilies.index(of: method), path: path, status: status, seconds: seconds,
            requestBytes: requestBytes, responseBytes: responseBytes)
    }

    /// Shows the counters of a route from the start, at 0, for every status that it can answer with.
    func announce(_ route: Route) {
        for status in route.statuses {
            families.announce(
                method: RequestFamilies.index(of: route.method), path: route.template, status: status)
        }
    }
}
