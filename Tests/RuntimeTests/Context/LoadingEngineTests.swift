import Instruments
import MemoryJournal
import Logging
import NIOHTTP1
import Synchronization
import Telemetry
import Testing
import Workflow

@testable import Runtime

/// From the event over the source's service into the context, and over a restart.
@Suite(.timeLimit(.minutes(30))) struct LoadingEngineTests {
    static let definition = """
        workflow_id: guard
        trigger: {type: event, event: order.placed}
        context: {load: [order.details]}
        steps:
          - {id: large, type: condition, condition: {field: order.total, operator: gt, value: 100}, on_true: no_, on_false: yes_}
          - {id: yes_, type: action, action: {type: allow}}
          - {id: no_, type: action, action: {type: block, reason: "{{order.total}}"}}
        """

    /// An engine whose context comes from a service on this machine.
    private static func run(
        _ journal: any Journal = MemoryJournal(), port: Int, optional: Bool = false, ttl: Duration = .zero,
        _ body: @escaping @Sendable (Engine) async throws -> Void
    ) async throws {
        var options = EgressOptions()
        (options.connectTimeout, options.timeout) = (.seconds(3_600), .seconds(3_600))
        options.rules = try EgressRules(allow: ["127.0.0.1"])
        let egress = EgressClient(options: options)
        var source = try ContextSource(
            name: "order.details", url: "http://127.0.0.1:\(port)/orders/{{order.id}}",
            headers: ["Authorization": "Bearer s"])
        (source.isOptional, source.ttl) = (optional, ttl)
        let recorders = try Recorders(registry: Registry(), dialects: Dialect.shipped())
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configured = ConfiguredNames()
        configured.contextSources = [source.name]
        let cache = try ContextCache(sources: [source.name], recorders: recorders)
        let engine = try await Engine(
            journal: journal, recorders: recorders,
            options: EngineOptions(
                holder: "test", isSoleProcess: true, drainTimeout: .seconds(1),
                configured: configured),
            logger: logger,
            activities: [
                .load: LoadActivity(
                    sources: [source], cache: cache, requests: HTTPRequestActivity(egress: egress), logger: logger)
            ])
        let service = Task { try await engine.run() }
        let result = await Task { try await body(engine) }.result
        service.cancel()
        try await service.value
        await egress.shutDown()
        try result.get()
    }

    private static func send(_ engine: Engine, id: JSONValue? = "o/1") async throws -> ExecutionReport {
        let order: JSONValue = id.map { ["id": $0] } ?? [:]
        let event = IncomingEvent(name: "order.placed", data: ["order": order])
        return try #require(try await engine.ingest(event, wait: .seconds(300)).executions.first)
    }

    @Test func decidesOnWhatWasLoaded() async throws {
        try await TestService.run({ _ in .status(200, body: #"{"id": 9, "total": 500}"#) }) { service in
            let port = service.port
            try await Self.run(port: port) { engine in
                _ = try await engine.deploy(Array(Self.definition.utf8))
                let report = try await Self.send(engine)
                #expect(report.summary.outcome?.result == .blocked)
                #expect(report.summary.outcome?.reason == "500")
                let load = try #require(report.trace?.first)
                #expect(load.path == "context.load.order.details" && load.output == ["id": 9, "total": 500])
            }
            let request = try #require(service.received.first)
            #expect(request.head.uri == "/orders/o%2F1" && request["Authorization"] == "Bearer s")
            #expect(service.received.count == 1)
        }
    }

    @Test(arguments: [
        (404, #"{}"#, "the answer was 404 Not Found"), (200, "[1]", "the answer is a list"), (200, "x", "no JSON"),
    ])
    func whatCannotBeLoadedFailsTheExecution(status: Int, body: String, reason: String) async throws {
        try await TestService.run({ _ in .status(status, body: body) }) { service in
            let port = service.port
            for optional in [false, true] {
                try await Self.run(port: port, optional: optional) { engine in
                    _ = try await engine.deploy(Array(Self.definition.utf8))
                    let outcome = try await Self.send(engine).summary.outcome
                    #expect(outcome?.result == (optional ? .allowed : .failed))
                    if optional { return }
                    #expect(outcome?.errorType == .contextBuild)
                    #expect(outcome?.reason?.contains(reason) == true, "\(outcome?.reason ?? "")")
                    let missing = try await Self.send(engine, id: nil).summary.outcome
                    #expect(missing?.errorType == .contextBuild)
                    #expect(missing?.reason?.contains("`order.id`") == true, "\(missing?.reason ?? "")")
                }
            }
        }
    }

    /// What was on its way when the process ended is asked for again; what had come is not.
    @Test func goesOnAfterARestart() async throws {
        let journal = MemoryJournal()
        let answers = Mutex(false)
        try await TestService.run({ _ in
            answers.withLock { $0 } ? .status(200, body: #"{"total": 500}"#) : .nothing
        }) { service in
            let port = service.port
            try await Self.run(journal, port: port) { engine in
                _ = try await engine.deploy(Array(Self.definition.utf8))
                let event = IncomingEvent(id: "e-1", name: "order.placed", data: ["order": ["id": 1]])
                let receipt = try await engine.ingest(event, wait: nil)
                #expect(receipt.executions.first?.summary.status == .running)
                await service.receives(1)
            }
            answers.withLock { $0 = true }
            try await Self.run(journal, port: port) { engine in
                let event = IncomingEvent(id: "e-1", name: "order.placed", data: ["order": ["id": 1]])
                let receipt = try await engine.ingest(event, wait: .seconds(300))
                #expect(receipt.duplicate && receipt.executions.first?.summary.outcome?.result == .blocked)
            }
            #expect(service.received.count == 2)
            try await Self.run(journal, port: port) { engine in
                let event = IncomingEvent(id: "e-1", name: "order.placed", data: ["order": ["id": 1]])
                _ = try await engine.ingest(event, wait: .seconds(300))
            }
            #expect(service.received.count == 2)
        }
    }

    @Test func executionsShareOneAnswer() async throws {
        try await TestService.run({ _ in .status(200, body: #"{"total": 5}"#) }) { service in
            let port = service.port
            try await Self.run(port: port, ttl: .seconds(60)) { engine in
                _ = try await engine.deploy(Array(Self.definition.utf8))
                try await withThrowingTaskGroup { group in
                    for _ in 0..<50 { group.addTask { try await Self.send(engine).summary.outcome?.result } }
                    for try await result in group { #expect(result == .allowed) }
                }
            }
            #expect(service.received.count == 1)
        }
    }

    @Test func whatNoSourceLoadsMustBeInTheEvent() async throws {
        try await Self.run(port: 1) { engine in
            let source = Self.definition.replacing("order.details", with: "order.detials")
            let receipt = try await engine.deploy(Array(source.utf8))
            #expect(receipt.warnings.map(\.code) == ["not-configured"])
            #expect(try await Self.send(engine).summary.outcome?.result == .allowed)
            let event = IncomingEvent(name: "order.placed", data: [:])
            let outcome = try await engine.ingest(event, wait: .seconds(300)).executions.first?.summary.outcome
            #expect(outcome?.errorType == .contextBuild)
            #expect(outcome?.reason?.contains("context.file") == true, "\(outcome?.reason ?? "")")
        }
    }
}
