public import Instruments

extension Signals {
    /// A request that has been answered. Duration: from its head until the answer was ready. Sizes: those of the bodies.
    public static let httpServerRequest = Signal<HTTPRequestAttributes>(
        "http.server.request", .occurrence,
        measures: [Measure("duration", .seconds), Measure("request_size", .bytes), Measure("response_size", .bytes)],
        "A request that has been answered.")

    /// A request from its head until its answer is ready.
    public static let httpServerActive = Signal<HTTPActiveAttributes>(
        "http.server.active_request", .activity, "A request whose answer is not ready yet.")
}

/// What tells requests apart.
public struct HTTPRequestAttributes: LabelSet {
    @usableFromInline let method: HTTPMethod
    @usableFromInline let route: RouteTemplate
    @usableFromInline let status: HTTPStatus
    @usableFromInline let service: DeclaredName

    /// - Parameters:
    ///   - route: the template, or `other` where none was found.
    ///   - service: the name under which the server runs.
    @inlinable
    public init(method: HTTPMethod, route: RouteTemplate, status: HTTPStatus, service: DeclaredName) {
        (self.method, self.route, self.status, self.service) = (method, route, status, service)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("http.request.method", HTTPMethod.self), Label("http.route", RouteTemplate.self),
            Label("http.response.status_code", HTTPStatus.self), Label("service.name", DeclaredName.self),
        ]
    }

    /// Adds them, in order.
    @inlinable
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(method)
        encoder.add(route)
        encoder.add(status)
        encoder.add(service)
    }
}

/// What tells requests apart that are not answered yet.
public struct HTTPActiveAttributes: LabelSet {
    let method: HTTPMethod
    let service: DeclaredName

    /// - Parameter service: the name under which the server runs.
    public init(method: HTTPMethod, service: DeclaredName) {
        (self.method, self.service) = (method, service)
    }

    /// Their names.
    public static var labels: [Label] {
        [Label("http.request.method", HTTPMethod.self), Label("service.name", DeclaredName.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(method)
        encoder.add(service)
    }
}

/// The method of a request.
public enum HTTPMethod: String, CaseIterable, LabelValue {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case patch = "PATCH"
    case head = "HEAD"
    case options = "OPTIONS"
    /// Any other.
    case other
}

/// The status of an answer.
public struct HTTPStatus: LabelValue, Hashable {
    /// Those that Flowmeter's server answers with.
    public static let known = [
        200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503,
    ]

    @usableFromInline let code: UInt16

    /// One that is not ``known`` is shown as `other`.
    @inlinable
    public init(_ code: Int) { self.code = UInt16(clamping: code) }

    /// The ``known`` ones.
    public static var domain: Label.Domain { .closed(known.map(String.init)) }
    /// The code in decimal.
    public var labelValue: String { String(code) }
    /// The code.
    @inlinable public var labelKey: UInt32 { UInt32(code) }
}
