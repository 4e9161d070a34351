import HTTPTypes
import NIOCore
import Runtime

/// Whether the process lives, whether it serves, and what its API looks like.
struct HealthRoutes: Sendable {
    let engine: Engine

    var routes: [Route] {
        [
            Route(
                operation: "getHealth", method: .get, template: "/health", access: .open, query: .lenient([]),
                answers: [200]
            ) { _ in Self.alive },
            Route(
                operation: "getReadiness", method: .get, template: "/ready", access: .open, query: .lenient([]),
                answers: [200, 503]
            ) { _ in engine.isReady ? Self.ready : Self.starting },
            Route(
                operation: "getOpenAPI", method: .get, template: "/api/v1/docs/openapi.yaml", access: .anyKey,
                answers: [200]
            ) { _ in Self.document },
        ]
    }

    private static let alive = Reply.json { $0.object { $0.field("status", "ok") } }
    private static let ready = Reply.json { $0.object { $0.field("status", "ready") } }
    /// Also while it takes a lost lease anew, or shuts down.
    private static let starting = Reply.json(.serviceUnavailable) { $0.object { $0.field("status", "starting") } }
    private static let document = Reply(
        .ok, contentType: "application/yaml", bytes: PackageResources.openapi_yaml)
}
