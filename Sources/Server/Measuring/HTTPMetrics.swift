import HTTPTypes
import Instruments
import Telemetry

/// The signals of HTTP.
///
/// Sizes are those of bodies. A request is counted when its answer is ready to be written.
struct HTTPMetrics: Sendable {
    /// Where no route was found.
    static let noRoute = RouteTemplate(Label.overflowValue)

    private let requests: Recorder<HTTPRequestAttributes>
    /// By method, found without a lookup.
    private let active: InFlightList
    private let service: DeclaredName

    init(recorders: Recorders, service: String) throws(RegistrationError) {
        requests = try recorders.recorder(of: Signals.httpServerRequest)
        let service = DeclaredName(service)
        self.service = service
        let active = try recorders.count(of: Signals.httpServerActive)
        self.active = InFlightList(
            HTTPMethod.allCases.map { active.count(of: HTTPActiveAttributes(method: $0, service: service)) })
    }

    /// To be followed by an ``end(_:route:status:seconds:requestBytes:responseBytes:)``.
    func begin(_ method: HTTPMethod) { active.begin(method.index) }

    func end(
        _ method: HTTPMethod, route: RouteTemplate, status: Int, seconds: Double, requestBytes: Int, responseBytes: Int
    ) {
        active.end(method.index)
        requests.record(
            HTTPRequestAttributes(method: method, route: route, status: HTTPStatus(status), service: service),
            seconds, Double(requestBytes), Double(responseBytes))
    }

    /// Shows the counters of a route from the start, at 0, for every status that it can answer with.
    func announce(_ route: Route) {
        for status in route.statuses {
            requests.announceCounts([
                "http.request.method": HTTPMethod(route.method).rawValue, "http.route": route.template,
                "http.response.status_code": String(status), "service.name": service.labelValue,
            ])
        }
    }
}

extension HTTPMethod {
    init(_ method: HTTPRequest.Method) {
        // Comparing strings that differ is dear, lengths are not.
        self =
            switch method.rawValue.utf8.count {
            case 3: method == .get ? .get : method == .put ? .put : .other
            case 4: method == .post ? .post : method == .head ? .head : .other
            case 5: method == .patch ? .patch : .other
            case 6: method == .delete ? .delete : .other
            case 7: method == .options ? .options : .other
            default: .other
            }
    }

    /// Its position among all.
    fileprivate var index: Int { Int(labelKey) }
}
