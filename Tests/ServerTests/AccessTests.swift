import HTTPTypes
import HummingbirdTesting
import Runtime
import Testing
import Workflow

@testable import Server

/// Walks all routes: nobody gets in without a key, nor with one that lacks the permission.
@Suite(.timeLimit(.minutes(30))) struct AccessTests {
    static func path(_ template: String) -> String {
        template.replacing("{id}", with: "0000000000001").replacing("{source}", with: "github-prod")
    }

    static func request(_ route: Route, _ client: Client, isHead: Bool = false) async throws -> Answer {
        var type: String?
        var body: [UInt8]?
        switch route.body {
        case .refused: break
        case .json, .signed, .definition:
            type = "application/json"
            body = Array("{}".utf8)
        }
        return try await client.send(isHead ? .head : route.method, path(route.template), type: type, body: body)
    }

    /// A log tells of a service all that it holds.
    @Test func theTokenOfMonitoringIsNotTold() {
        let options = ServerOptions(monitoring: MonitoringOptions(path: "/metrics", token: "tell nobody"))
        #expect("\(options)".contains("/metrics") && !"\(options)".contains("tell nobody"))
        #expect(!String(reflecting: options).contains("tell nobody"))
    }

    @Test func everyRouteNeedsItsPermission() async throws {
        let verifier = try WebhookVerifier(.github, secrets: ["a secret"])
        let server = try await TestServer(webhooks: [WebhookSource(name: "github-prod", verifier: verifier)])
        try await server.run { client in
            for route in server.server.responder.table.routes {
                let anonymous = try await Self.request(route, client.with(key: nil))
                if route.access == .signature {
                    // A key is no signature.
                    let admin = try await Self.request(route, client)
                    #expect(anonymous.status == 401 && admin.status == 401, "\(route.operation)")
                    #expect(anonymous.isProblem && anonymous.headers[.wwwAuthenticate] == "Signature")
                    continue
                }
                let forged = try await Self.request(route, client.with(key: APIKey.generate().text))
                guard case .permission(let permission) = route.access else {
                    let isOpen = route.access == .open
                    #expect(isOpen == ["/health", "/ready", "/metrics"].contains(route.template))
                    #expect((anonymous.status == 401) == !isOpen, "\(route.operation)")
                    continue
                }
                #expect(anonymous.status == 401, "\(route.operation)")
                #expect(anonymous.headers[.wwwAuthenticate] == "Bearer")
                #expect(forged.status == 401, "\(route.operation)")
                #expect(forged.headers[.wwwAuthenticate] == "Bearer error=\"invalid_token\"")
                let others = Permission.allCases.filter { $0 != permission && $0 != .admin }
                let wrong = try await server.keys.create(name: "wrong", permissions: others).0.text
                let refused = try await Self.request(route, client.with(key: wrong))
                #expect(refused.status == 403 && refused.isProblem, "\(route.operation)")
                #expect(refused.json["detail"]?.string?.contains(permission.rawValue) == true)
                for right in [permission, .admin] {
                    let key = try await server.key(right)
                    // A stream would not end.
                    let allowed = try await Self.request(route, client.with(key: key), isHead: route.isStream)
                    #expect(![401, 403].contains(allowed.status), "\(route.operation) \(right)")
                }
            }
        }
    }

    @Test func everyPathNamesItsMethods() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let routes = server.server.responder.table.routes
            for template in Set(routes.map(\.template)) {
                let methods = routes.filter { $0.template == template }.map(\.method)
                for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .options, .init("BREW")!] {
                    guard !methods.contains(method) else { continue }
                    let answer = try await client.send(method, Self.path(template))
                    #expect(answer.status == 405 && answer.isProblem, "\(method) \(template)")
                    let allowed = answer.headers[.allow]?.split(separator: ", ").map(String.init) ?? []
                    let expected = methods.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }
                    #expect(Set(allowed) == Set(expected), "\(template)")
                }
            }
        }
    }

    @Test(arguments: [
        "/", "/nope", "/health/", "//health", "/api/v1/workflows/", "/api/v1/executions/a/b", "/api/v2/events",
    ])
    func unknownPathsAreNotFound(path: String) async throws {
        let server = try await TestServer()
        let answer = try await server.run { try await $0.with(key: nil).send(.get, path) }
        #expect(answer.status == 404 && answer.isProblem)
        #expect(answer.code == "not_found")
    }

    @Test(arguments: [
        "Basic abc", "Bearer", "Bearer ", "bearer", "Bearer fm_", "Bearer fm_0000000000000000000000000000000000",
        "Bearer \u{E9}", "Token x",
    ])
    func badCredentialsAreRefused(authorization: String) async throws {
        let server = try await TestServer()
        let answer = try await server.run { client in
            try await client.send(.get, "/api/v1/workflows", headers: [.authorization: authorization])
        }
        #expect(answer.status == 401 && answer.isProblem)
        #expect(!answer.text.contains("fm_0000"))
    }

    @Test func keysComeInTwoHeaders() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let anonymous = client.with(key: nil)
            let header = try await anonymous.send(
                .get, "/api/v1/workflows", headers: [HTTPField.Name("X-API-Key")!: server.admin])
            let lowerCase = try await anonymous.send(
                .get, "/api/v1/workflows", headers: [.authorization: "bEaReR   \(server.admin)"])
            #expect(header.status == 200)
            #expect(lowerCase.status == 200)
        }
    }

    @Test func headIsGetWithoutBody() async throws {
        let server = try await TestServer()
        try await server.run(.live) { client in
            let get = try await client.send(.get, "/health")
            let head = try await client.send(.head, "/health")
            #expect(head.status == 200 && head.text.isEmpty)
            #expect(head.headers[.contentLength] == get.headers[.contentLength])
        }
    }

    @Test func requestIDsGoInAndOut() async throws {
        let server = try await TestServer()
        let name = HTTPField.Name("X-Request-Id")!
        try await server.run { client in
            let given = try await client.send(.get, "/health", headers: [name: "a.B-3_x"])
            #expect(given.headers[name] == "a.B-3_x")
            var seen: Set<String> = []
            for bad in ["", "with space", "a\"b", String(repeating: "x", count: 129), "é"] {
                let answer = try await client.send(.get, "/health", headers: [name: bad])
                let id = try #require(answer.headers[name])
                #expect(id != bad && id.count == 16)
                seen.insert(id)
            }
            #expect(seen.count == 5)
        }
    }
}
