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
                access: token == nil ? .open : .token, query: .lenient(["name[]"]), answers: [200]
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
        let fields = call.head.headerFields
        let scrape = registry.scrape(
            ScrapeRequest(
                accept: fields[.accept], acceptEncoding: fields[.acceptEncoding], names: call.query.all("name[]")))
        var body: [UInt8] = []
        while let bytes = scrape.next() { body += bytes }
        var reply = Reply(.ok, contentType: scrape.contentType, bytes: body)
        reply.headers.append((.vary, "Accept, Accept-Encoding"))
        if let coding = scrape.contentEncoding { reply.headers.append((.contentEncoding, coding)) }
        return reply
    }
}
