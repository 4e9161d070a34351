import HTTPTypes
import Instruments
import NIOCore

/// The scrape.
struct MetricsRoute: Sendable {
    let registry: Registry
    let options: MonitoringOptions

    var routes: [Route] {
        let token = options.token.map { Array($0.utf8) }
        return [
            Route(
                operation: "getMetrics", method: .get, template: options.path,
                access: token == nil ? .open : .token, query: .ignored, answers: [200]
            ) { call throws(APIProblem) in
                if let token { try Self.check(call, token: token) }
                return scrape(call)
            }
        ]
    }

    private static func check(_ call: Call, token: [UInt8]) throws(APIProblem) {
        let given = call.head.headerFields[.authorization].flatMap(Authentication.bearerToken)
        if let given, constantTimeEqual(Array(given.utf8), token) { return }
        var problem = Authentication.unauthorized(
            given == nil ? "missing_token" : "invalid_token", "metrics need the monitoring token",
            challenge: given == nil ? "Bearer" : "Bearer error=\"invalid_token\"")
        problem.remedy = "send Authorization: Bearer with the token of monitoring.token"
        throw problem
    }

    private func scrape(_ call: Call) -> Reply {
        let format = ExpositionFormat.negotiate(accept: call.head.headerFields[.accept])
        return Reply(.ok, contentType: format.contentType, bytes: registry.expose(format))
    }
}
