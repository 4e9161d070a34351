import Instruments
import Telemetry
import Testing
import Workflow

@testable import Runtime

/// What metrics say of calls to the outside.
@Suite struct IntegrationMetricsTests {
    static let definition = """
        workflow_id: shop
        trigger: {type: event, event: order.placed}
        steps:
          - id: call
            type: execute
            execute:
              - {type: http_request, url: "https://Orders.Example:443/orders/{{order.id}}"}
              - {type: http_request, url: "https://orders.example/orders", body: {a: 1}}
              - {type: http_request, method: "{{method}}", url: "http://stock.example:8080?x={{x}}"}
              - {type: http_request, url: "https://{{host}}/"}
              - {type: http_request, url: "https://api.example{{path}}"}
            compensate: [{type: http_request, method: delete, url: "https://orders.example/orders/1"}]
        """

    private static func read(_ yaml: String) throws -> Definition {
        try #require(DefinitionReader.read(Array(yaml.utf8)).definition)
    }

    private static func series(_ name: String, _ registry: Registry) -> [[String]: Double] {
        let family = registry.snapshot().first { $0.name == name }
        return (family?.series ?? []).reduce(into: [:]) { all, series in
            all[series.labels.map(\.value)] = series.value
        }
    }

    private static func metrics(
        _ configured: [IntegrationUse] = [], _ registry: Registry = Registry()
    ) throws -> (IntegrationMetrics, Registry) {
        let recorders = try Recorders(registry: registry, dialects: Dialect.shipped(["codeai", Dialect.own]))
        return (try IntegrationMetrics(recorders: recorders, configured: configured), registry)
    }

    private static func call(_ name: String?, _ operation: String, _ outcome: EgressOutcome = .success) -> EgressFact {
        .call(EgressCall(integration: name, operation: operation, outcome: outcome, duration: .seconds(2)))
    }

    @Test func whatIsConfiguredHasItsHostsNames() {
        var channels = NotificationChannels()
        channels.slack = ["ops": "https://hooks.slack.example/services/SECRET"]
        channels.slackForAll = "http://chat.example:8065/hooks/SECRET"
        #expect(
            Set(channels.uses) == [
                IntegrationUse(name: "hooks.slack.example", operation: "POST"),
                IntegrationUse(name: "chat.example:8065", operation: "POST"),
            ])
        let records = RecordResource(url: "https://crm.example/v1/tickets", update: .put)
        #expect(
            records.uses == [
                IntegrationUse(name: "crm.example", operation: "POST"),
                IntegrationUse(name: "crm.example", operation: "PUT"),
            ])
    }

    @Test func hostsAreThoseThatStandInADefinition() throws {
        let uses = try Self.read(Self.definition).integrationUses
        #expect(
            uses == [
                IntegrationUse(name: "orders.example", operation: "GET"),
                IntegrationUse(name: "orders.example", operation: "POST"),
                IntegrationUse(name: "orders.example", operation: "DELETE"),
                IntegrationUse(name: "stock.example:8080", operation: "other"),
            ])
    }

    @Test(
        arguments: [
            ("https://a.example", "a.example"), ("https://a.example/{{x}}", "a.example"),
            ("http://[2001:DB8::1]:81/", "[2001:db8::1]:81"), ("https://a.example?{{x}}", "a.example"),
            ("https://a.example{{x}}", nil), ("https://a.example:{{port}}/", nil), ("{{scheme}}://a.example/", nil),
            ("https://{{user}}@a.example/", nil), ("ftp://a.example/", nil), ("{{url}}", nil), ("", nil),
            ("https:///{{x}}", nil), ("https://a b/", nil),
        ] as [(String, String?)])
    func aHostThatIsMadeAtRunTimeIsNone(url: String, authority: String?) {
        #expect(EgressTarget.authority(ofTemplate: url) == authority)
    }

    @Test func whatNobodyNamesIsOther() throws {
        let (metrics, registry) = try Self.metrics([IntegrationUse(name: "orders")])
        metrics.show([try Self.read(Self.definition)])
        let expected: [(String?, String, [String])] = [
            ("orders.example", "GET", ["orders.example", "GET", "success"]),
            ("orders.example", "PUT", ["orders.example", "other", "success"]),
            ("orders", "GET", ["orders", "other", "success"]),
            ("a.made.up.host", "GET", ["other", "other", "success"]),
            (nil, "GET", ["other", "other", "success"]),
        ]
        for (name, operation, _) in expected { metrics.record(Self.call(name, operation)) }
        let calls = Self.series("codeai_integration_calls_total", registry)
        for (_, _, labels) in expected { #expect((calls[labels] ?? 0) > 0, "\(labels)") }
        #expect(calls[["other", "other", "success"]] == 2)
        // Those that can be known are there from the start.
        #expect(calls[["stock.example:8080", "other", "timeout"]] == 0)
        let durations = Self.series("codeai_integration_call_duration_seconds", registry)
        metrics.record(Self.call("orders", "GET", .rejected))
        #expect(Self.series("codeai_integration_call_duration_seconds", registry) == durations)
        #expect(Self.series("codeai_integration_calls_total", registry)[["orders", "other", "rejected"]] == 1)
    }

    @Test(arguments: [Dialect.own, "codeai"]) func theCatalogueCountsThem(dialect: String) throws {
        let definition = try Self.read(Self.definition)
        let (metrics, registry) = try Self.metrics([IntegrationUse(name: "orders")])
        metrics.show([definition])
        let census = EngineCensus.census(of: [definition], configured: [IntegrationUse(name: "orders")])
        let catalogue = try Catalogue(Dialect.shipped([dialect]), census: census)
        let names = catalogue.families.map(\.name).filter { $0.contains("integration") || $0.contains("circuit") }
        #expect(names.count == 3)
        for name in names {
            #expect(catalogue[name]?.maximumSeries == Self.series(name, registry).count, "\(name)")
        }
    }

    @Test func holdsAndBreakersAreShown() async throws {
        let (metrics, registry) = try Self.metrics([IntegrationUse(name: "orders")])
        for hold in EgressHold.allCases { metrics.record(.held(integration: "orders", hold)) }
        metrics.record(.held(integration: nil, .address))
        let held = Self.series("flowmeter_integration_calls_held_total", registry)
        for hold in EgressHold.allCases { #expect(held[["orders", hold.rawValue]] == 1) }
        #expect(held[["other", "address"]] == 1)
        #expect(Self.series("flowmeter_circuit_breaker_state", registry) == [["orders"]: 0, ["other"]: 0])

        var options = EgressOptions()
        options.breaker = try CircuitBreaker.Settings(
            failureRatio: 0.5, minimumCalls: 2, window: .seconds(10), openTime: .seconds(5), probes: 1)
        try await TestService.run({ _ in .status(503) }) { service in
            try await EgressBench.run(options: options) { bench in
                metrics.watch(bench.client)
                var request = EgressRequest(url: "http://a.test:\(service.port)/")
                for _ in 0..<2 { _ = try await bench.client.call(request) }
                #expect(Self.series("flowmeter_circuit_breaker_state", registry) == [["orders"]: 0, ["other"]: 1])
                request.integration = "orders"
                for _ in 0..<2 { _ = try await bench.client.call(request) }
                _ = try? await bench.client.call(request)
                #expect(bench.facts.contains(.held(integration: "orders", .circuit)))
                #expect(Self.series("flowmeter_circuit_breaker_state", registry) == [["orders"]: 1, ["other"]: 1])
                bench.clock.advance(by: .seconds(5))
                #expect(Self.series("flowmeter_circuit_breaker_state", registry) == [["orders"]: 2, ["other"]: 2])
            }
        }
    }

    @Test func aURLThatNamesNoHostIsHeldBack() async throws {
        try await EgressBench.run { bench in
            await #expect(throws: EgressError.self) { try await bench.get("http://u:p@a.test/") }
            #expect(bench.facts.contains(.held(integration: nil, .address)))
            #expect(bench.outcomes == [.rejected])
        }
    }
}
