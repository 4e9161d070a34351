import HTTPTypes
import Instruments
import Testing

@testable import InstrumentsHummingbird

@Suite struct HTTPFamiliesTests {
    @Test func methodsAreFoundAtTheirPositions() throws {
        #expect(RequestFamilies.methods.map(RequestFamilies.index) == Array(0..<RequestFamilies.methods.count))
        for name in ["get", "TRY", "LINK", "TRACE", "UNLINK", "CONNECT", "PROPFIND", "A"] {
            let method = try #require(HTTPRequest.Method(name))
            #expect(RequestFamilies.index(of: method) == RequestFamilies.methods.count)
        }
    }

    /// More routes, methods and statuses than the table has slots, first used by several threads at the same time.
    @Test func noRequestIsLostWhileRoutesAreNew() async throws {
        let shown = Shown(registry: Registry())
        let families = try HTTPFamilies(registry: shown.registry, service: "shop", options: HTTPMetricsOptions())
        let routes = 150
        let methods = RequestFamilies.methods.count + 1
        let statuses = [200, 404]
        let tasks = 4
        await withTaskGroup { group in
            for _ in 0..<tasks {
                group.addTask {
                    for route in 0..<routes {
                        for method in 0..<methods {
                            for status in statuses {
                                families.began(method)
                                var exchange = Exchange(
                                    method: method, start: SystemTime.exactNanoseconds(), received: nil)
                                exchange.path = "/route/\(route)"
                                exchange.status = status
                                families.ended(exchange, sent: 3)
                            }
                        }
                    }
                }
            }
        }
        let requests = try shown.values("http_requests_total")
        #expect(requests.count == routes * methods * statuses.count)
        #expect(requests.values.allSatisfy { $0 == Double(tasks) })
        #expect(try shown.sum("http_response_size_bytes", "other", "/route/149", "404") == Double(3 * tasks))
        #expect(try shown.values("http_request_duration_seconds").values.allSatisfy { $0 == Double(tasks) })
        #expect(try shown.inFlight == 0)
    }
}
