import Instruments
import Telemetry
import Testing
import Workflow

@testable import Runtime

/// Metrics that definitions declare.
@Suite(.timeLimit(.minutes(30))) struct BusinessMetricTests {
    typealias Bench = EngineTests.Bench

    private static func shop(
        id: String = "shop", version: String = "1", metric: String = "{type: counter, labels: {country: [de, fr]}}",
        record: String = #"metric: orders, value: "{{order.count}}", labels: {country: "{{order.country}}"}"#
    ) -> String {
        """
        workflow_id: \(id)
        version: \(version)
        trigger: {type: event, event: order.placed}
        metrics: {orders: \(metric)}
        steps:
          - {id: record, type: metric, \(record)}
          - {id: done, type: decision, decision: allow, reason: "{{steps.record.output}}"}
        """
    }

    private func send(_ bench: Bench, _ count: JSONValue, _ country: JSONValue) async throws -> Outcome? {
        let data: JSONObject = ["order": ["count": count, "country": country]]
        return try await bench.send(data, wait: .seconds(10)).executions.first?.summary.outcome
    }

    @Test func stepsRecord() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.shop())
        #expect(bench.value("business_orders_total", ["country": "fr"]) == 0)
        try await bench.running {
            #expect(try await send(bench, 2, "de")?.reason == #"{"recorded":true}"#)
            _ = try await send(bench, "3.5", "de")
            _ = try await send(bench, 1, "it")
        }
        #expect(bench.value("business_orders_total", ["country": "de"]) == 5.5)
        #expect(bench.value("business_orders_total", ["country": "other"]) == 1)
    }

    @Test(arguments: [
        (-1 as JSONValue, "de" as JSONValue, "`value` is -1.0; a counter only goes up"),
        (.string("many"), "de", "`value` is a string, not a number"),
        (1, .array([1]), "the label `country` is a list, not a text"),
    ]) func whatCannotBeRecordedFailsTheStep(count: JSONValue, country: JSONValue, reason: String) async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.shop())
        try await bench.running {
            let outcome = try await send(bench, count, country)
            #expect(outcome?.result == .failed)
            #expect(outcome?.reason == "step `record`: \(reason)")
        }
    }

    @Test func definitionsMustDeclareAlike() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.shop())
        try await bench.deploy(Self.shop(id: "same"))
        let error = await #expect(throws: EngineError.self) {
            try await bench.deploy(Self.shop(id: "other", metric: "{type: counter, labels: {country: [de]}}"))
        }
        #expect(error?.code == .invalidDefinition)
        #expect(error?.message == "the metric `orders` is declared otherwise by the workflow `same`")
        #expect(bench.engine.workflow("other") == nil)
    }

    @Test func aNewVersionMayDeclareAnew() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.shop())
        try await bench.running {
            _ = try await send(bench, 2, "de")
            try await bench.deploy(Self.shop(version: "2", metric: "{type: gauge}", record: "metric: orders, value: 7"))
            #expect(bench.value("business_orders_total") == nil)
            _ = try await send(bench, 2, "de")
        }
        #expect(bench.value("business_orders") == 7)
        try await bench.engine.update(workflow: "shop", .delete)
        #expect(bench.value("business_orders") == nil)
    }

    @Test func anOlderExecutionSaysThatItIsNotRecorded() async throws {
        let bench = try await Bench()
        let waiting = Self.shop().replacing(
            "steps:", with: "steps:\n  - {id: pause, type: wait, wait: {event: order.paid}}")
        try await bench.deploy(waiting)
        try await bench.running {
            let data: JSONObject = ["order": ["count": 1, "country": "de"]]
            _ = try await bench.send(data, id: "first")
            try await bench.deploy(Self.shop(version: "2", metric: "{type: gauge}", record: "metric: orders, value: 7"))
            _ = try await bench.send([:], as: "order.paid")
            let ended = try await bench.send(data, id: "first", wait: .seconds(10))
            #expect(ended.executions.first?.summary.outcome?.reason?.contains(#""recorded":false"#) == true)
        }
    }

    @Test func theCatalogueHasThemInEachDialect() async throws {
        let definition = try #require(DefinitionReader.read(Array(Self.shop().utf8)).definition)
        let census = EngineCensus.census(of: [definition])
        let catalogue = try Catalogue(Dialect.shipped(Dialect.choices), census: census)
        for name in ["business_orders_total", "compozy_business_orders_total", "codeai_business_orders_total"] {
            let family = try #require(catalogue[name])
            #expect(family.type == "counter")
            #expect(family.labels == [.init(name: "country", domain: .closed, values: ["de", "fr", "other"])])
            #expect(family.maximumSeries == 3)
        }
    }
}
