import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Instruments
import MemoryJournal
import Logging
import NIOCore
import Runtime
import Telemetry
import Workflow

@testable import Server

/// A server over an engine over a journal in memory.
struct TestServer: Sendable {
    let engine: Engine
    let keys: KeyStore
    let registry: Registry
    let recorders: Recorders
    let server: APIServer
    let options: ServerOptions
    let logger: Logger
    /// Makes the calls of steps; whoever asked for it shuts it down.
    let egress: EgressClient?
    /// The text of a key with the permission admin.
    let admin: String

    static let definition = """
        workflow_id: guard
        version: "1"
        name: Guard "<é>"
        tags: [orders]
        trigger: {type: event, event: order.placed}
        steps:
          - {id: large, type: condition, condition: {field: order.total, operator: gt, value: 100}, on_true: refuse, on_false: accept}
          - {id: refuse, type: action, action: {type: block, reason: "over 100"}}
          - {id: accept, type: action, action: {type: allow}}
        """

    static let waiting = """
        workflow_id: waiter
        trigger: {type: event, event: order.placed.slowly}
        steps:
          - {id: confirm, type: wait, wait: {event: order.paid, timeout: 1h, on_timeout: late}}
          - {id: paid, type: action, action: {type: allow}}
          - {id: late, type: action, action: {type: block}}
        """

    /// Where time stands still: whatever has to come in time does. Short pauses end.
    static let still: Runtime.Environment = {
        let now = Runtime.Environment.system.now()
        return Runtime.Environment(
            now: { now },
            sleep: { until in
                let isShort = until < now + .seconds(1)
                repeat {
                    try? await Task.sleep(for: isShort ? .milliseconds(10) : .seconds(3_600))
                } while !isShort && !Task.isCancelled
            },
            random: { 0.5 })
    }()

    /// Requests may take as long as a machine that is busy needs.
    static func patient(maxWait: Duration = ServerLimits().maxWait) -> ServerOptions {
        ServerOptions(port: 0, limits: ServerLimits(maxWait: maxWait, requestTimeout: .seconds(3_600)))
    }

    init(
        options: ServerOptions = patient(), webhooks: [WebhookSource] = [],
        dialects: [String] = [Dialect.own, Dialect.standard], environment: Runtime.Environment = .system,
        context: [ContextSource]? = nil,
        egress make: ((_ observe: @escaping @Sendable (EgressFact) -> Void) -> EgressClient)? = nil
    ) async throws {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        self.logger = logger
        self.options = options
        registry = Registry()
        recorders = try Recorders(registry: registry, dialects: Dialect.shipped(dialects))
        let journal = MemoryJournal()
        let integrations = make == nil ? nil : try IntegrationMetrics(recorders: recorders)
        let egress = integrations.flatMap { integrations in make?(integrations.record) }
        self.egress = egress
        var configured = ConfiguredNames()
        configured.contextSources = context?.map(\.name)
        engine = try await Engine(
            journal: journal, recorders: recorders,
            options: EngineOptions(holder: "test", isSoleProcess: true, configured: configured),
            logger: logger, activities: try Self.activities(context ?? [], egress, recorders, logger),
            integrations: integrations, environment: environment)
        keys = try await KeyStore(journal: journal)
        admin = try await keys.ensureAdminKey()?.text ?? ""
        server = try APIServer(
            engine: engine, keys: keys, webhooks: webhooks, registry: registry, recorders: recorders, options: options,
            logger: logger)
    }

    private static func activities(
        _ context: [ContextSource], _ egress: EgressClient?, _ recorders: Recorders, _ logger: Logger
    ) throws -> [ActivityKind: any Activity] {
        guard let egress else { return [:] }
        let cache = try ContextCache(sources: context.map(\.name), recorders: recorders)
        let requests = HTTPRequestActivity(egress: egress)
        return [
            .httpRequest: requests,
            .load: LoadActivity(sources: context, cache: cache, requests: requests, logger: logger),
        ]
    }

    var application: Application<APIResponder> {
        APIServer.application(
            server.responder, address: .hostname("localhost", port: 0), limits: options.limits, logger: logger)
    }

    func key(_ permissions: Permission...) async throws -> String {
        try await keys.create(name: "test", permissions: permissions).0.text
    }

    /// Runs the engine and the test, and stops the engine afterwards.
    func run<Value: Sendable>(
        _ setup: TestingSetup = .router, _ body: @Sendable (Client) async throws -> Value
    ) async throws -> Value {
        let running = Task { try await engine.run() }
        defer { running.cancel() }
        return try await application.test(setup) { client in
            try await body(Client(client: client, key: admin))
        }
    }
}

/// Sends requests with a key.
struct Client: Sendable {
    let client: any TestClientProtocol
    var key: String?

    func send(
        _ method: HTTPRequest.Method, _ uri: String, headers: HTTPFields = [:], type: String? = nil,
        body: [UInt8]? = nil
    ) async throws -> Answer {
        var headers = headers
        if let key, headers[.authorization] == nil { headers[.authorization] = "Bearer \(key)" }
        if let type { headers[.contentType] = type }
        let response = try await client.executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        return Answer(response)
    }

    func send(_ method: HTTPRequest.Method, _ uri: String, json: String) async throws -> Answer {
        try await send(method, uri, type: "application/json", body: Array(json.utf8))
    }

    func deploy(_ definition: String) async throws -> Answer {
        try await send(.post, "/api/v1/workflows", type: "application/yaml", body: Array(definition.utf8))
    }

    func with(key: String?) -> Client { Client(client: client, key: key) }
}

struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    var json: JSONObject { (try? JSONValue(parsing: Array(text.utf8), limits: .trusted))?.object ?? [:] }
    var code: String? { json["code"]?.string }
    var isProblem: Bool {
        headers[.contentType] == "application/problem+json" && json["status"]?.integer == Int64(status)
            && json["title"]?.string?.isEmpty == false && json["detail"]?.string?.isEmpty == false
            && json["instance"]?.string == headers[HTTPField.Name("X-Request-Id")!]
    }
}
