import HTTPTypes
import HummingbirdTesting
import Testing
import Yams

@testable import Server

/// The document and the router say the same.
@Suite struct OpenAPITests {
    private struct Operation: Hashable, CustomStringConvertible {
        var id: String
        var method: String
        var path: String
        var statuses: [Int]
        var query: Set<String>
        var contentTypes: Set<String>
        var permission: String

        var description: String {
            "\(id) \(method) \(path) \(statuses) \(query.sorted()) \(contentTypes.sorted()) \(permission)"
        }
    }

    private static let methods = ["get", "put", "post", "delete", "patch", "head", "options"]

    @Test func documentAndRouterAgree() async throws {
        var options = ServerOptions()
        options.monitoring.token = "a token, so that 401 is among the answers"
        let server = try await TestServer(options: options)
        let routed = Set(server.server.responder.table.routes.map(Self.operation))
        let documented = try Self.documented()
        #expect(routed.subtracting(documented).isEmpty, "not documented so")
        #expect(documented.subtracting(routed).isEmpty, "not routed so")
        #expect(routed.count == server.server.responder.table.routes.count)
    }

    @Test func theDocumentIsServed() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let answer = try await client.with(key: server.key(.eventsWrite)).send(.get, "/api/v1/docs/openapi.yaml")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/yaml")
            #expect(answer.text == Self.text)
        }
    }

    private static var text: String { String(decoding: PackageResources.openapi_yaml, as: UTF8.self) }

    private static func operation(_ route: Route) -> Operation {
        var query: Set<String> = []
        switch route.query {
        case .only(let names), .lenient(let names): query = Set(names.map { $0.replacing("*", with: "") })
        }
        let permission =
            switch route.access {
            case .open: "open"
            case .anyKey: "key"
            case .token: "token"
            case .signature: "signature"
            case .permission(let permission): permission.rawValue
            }
        return Operation(
            id: route.operation, method: route.method.rawValue.lowercased(), path: route.template,
            statuses: route.statuses, query: query, contentTypes: Set(route.body.contentTypes), permission: permission)
    }

    private static func documented() throws -> Set<Operation> {
        let root = try #require(try Yams.compose(yaml: text))
        var operations: Set<Operation> = []
        for (path, item) in try #require(root["paths"]?.mapping) {
            for (method, operation) in try #require(item.mapping) where methods.contains(method.string ?? "") {
                let parameters = (operation["parameters"]?.array() ?? []).map { resolved($0, root) }
                let body = operation["requestBody"].map { resolved($0, root) }
                operations.insert(
                    Operation(
                        id: try #require(operation["operationId"]?.string), method: try #require(method.string),
                        path: try #require(path.string),
                        statuses: (operation["responses"]?.mapping?.keys.compactMap { Int($0.string ?? "") } ?? [])
                            .sorted(),
                        query: Set(parameters.filter { $0["in"]?.string == "query" }.compactMap { $0["name"]?.string }),
                        contentTypes: Set(body?["content"]?.mapping?.keys.compactMap(\.string) ?? []),
                        permission: try permission(operation)))
            }
        }
        return operations
    }

    private static func resolved(_ node: Node, _ root: Node) -> Node {
        guard let reference = node["$ref"]?.string else { return node }
        return reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? Node("") }
    }

    private static func permission(_ operation: Node) throws -> String {
        let alternatives = try #require(operation["security"]?.array())
        if alternatives.isEmpty { return "open" }
        if alternatives.contains(where: { $0["monitoringToken"] != nil }) { return "token" }
        let names = Set(alternatives.flatMap { $0.mapping?.keys.compactMap(\.string) ?? [] })
        if names == ["gitHubSignature", "stripeSignature", "standardSignature"] { return "signature" }
        let scopes = alternatives.map { $0["bearerKey"]?.array() ?? $0["headerKey"]?.array() ?? [] }
        #expect(scopes.count == 2 && scopes[0] == scopes[1])
        return scopes[0].first?.string ?? "key"
    }
}
