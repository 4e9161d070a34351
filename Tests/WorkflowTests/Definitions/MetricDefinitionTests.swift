import Testing
import Workflow

/// Metrics that definitions declare, and the steps that record them.
@Suite struct MetricDefinitionTests {
    private static func file(_ metrics: String, _ record: String = "metric: orders") -> String {
        let lines = metrics.split(separator: "\n").map { "  \($0)\n" }.joined()
        return """
            workflow_id: shop
            trigger: {type: manual}
            metrics:
            \(lines)steps:
              - {id: count, type: metric, \(record)}
            """
    }

    private func problems(_ source: String) -> [String] {
        DefinitionReader.read(Array(source.utf8)).problems.map { "\($0.code) \($0.path)" }
    }

    @Test func everyKey() throws {
        let source = Self.file(
            """
            orders_total: {type: counter, help: Orders taken., labels: {country: [de, fr], campaign: {limit: 20}}}
            stock: {type: gauge}
            value_euros: {type: histogram, buckets: [1, 2.5, 10]}
            """, "metric: orders, value: 2, labels: {country: \"{{order.country}}\", campaign: spring}")
        let reading = DefinitionReader.read(Array(source.utf8))
        #expect(reading.problems.isEmpty, "\(reading.rendered(file: "x"))")
        let metrics = try #require(reading.definition?.metrics)
        #expect(metrics.map(\.name) == ["orders", "stock", "value_euros"])
        #expect(metrics.map(\.kind) == [.counter, .gauge, .histogram(buckets: [1, 2.5, 10])])
        #expect(metrics[0].help == "Orders taken.")
        #expect(
            metrics[0].labels == [
                .init(name: "country", values: .listed(["de", "fr"])), .init(name: "campaign", values: .limited(20)),
            ])
        #expect(metrics[0].maximumSeries == 63)
        guard case .execute(let calls)? = reading.definition?.steps.first?.kind else {
            Issue.record("no activities")
            return
        }
        #expect(calls.map(\.kind) == [.metric])
    }

    @Test(arguments: [
        ("orders: {type: counter, buckets: [1]}", "misplaced-key metrics.orders.buckets"),
        ("orders: {type: summary}", "unknown-metric-type metrics.orders.type"),
        ("orders: {help: x}", "missing-key metrics.orders"),
        ("orders: {type: histogram}", "missing-key metrics.orders"),
        ("orders: {type: histogram, buckets: [2, 1]}", "wrong-type metrics.orders.buckets"),
        ("orders: {type: histogram, buckets: []}", "empty-list metrics.orders.buckets"),
        ("Orders: {type: counter}", "bad-name metrics.Orders"),
        ("orders_count: {type: gauge}", "bad-name metrics.orders_count"),
        ("orders_total: {type: gauge}", "bad-name metrics.orders_total"),
        ("orders: {type: counter, labels: {le: [a]}}", "bad-name metrics.orders.labels.le"),
        ("orders: {type: counter, labels: {__x: [a]}}", "bad-name metrics.orders.labels.__x"),
        ("orders: {type: counter, labels: {a: open}}", "wrong-type metrics.orders.labels.a"),
        ("orders: {type: counter, labels: {a: [x, x]}}", "duplicate-key metrics.orders.labels.a[1]"),
        ("orders: {type: counter, labels: {a: {limit: 0}}}", "out-of-range metrics.orders.labels.a.limit"),
        (
            "orders: {type: counter, labels: {a: {limit: 100}, b: {limit: 100}}}",
            "too-many metrics.orders"
        ),
        ("orders: {type: counter, colour: red}", "unknown-key metrics.orders.colour"),
    ]) func badDeclarations(metrics: String, problem: String) {
        #expect(problems(Self.file(metrics)).contains(problem))
    }

    @Test(arguments: [
        ("metric: order", "unknown-metric steps[0].metric"),
        ("value: 1", "missing-key steps[0]"),
        ("metric: orders", "missing-key steps[0]"),
        ("metric: orders, labels: {country: de, city: x}", "unknown-key steps[0].labels.city"),
        ("metric: orders, labels: {}", "missing-key steps[0].labels"),
        ("metric: orders, value: -1, labels: {country: de}", "out-of-range steps[0].value"),
        ("metric: orders, value: many, labels: {country: de}", "wrong-type steps[0].value"),
        ("metric: stock, labels: {}", "missing-key steps[0]"),
    ]) func badRecords(record: String, problem: String) {
        let metrics = "orders: {type: counter, labels: {country: [de]}}\nstock: {type: gauge}"
        #expect(problems(Self.file(metrics, record)).contains(problem))
    }

    @Test(arguments: [
        ("{}", "orders", ["declare it under metrics"]), ("{stock: {type: gauge}}", "orders", ["use stock"]),
        ("{stock: {type: gauge}}", "stock_total", ["use stock"]),
        // What is wrong with the declaration is enough.
        ("{orders: {type: counter, buckets: []}}", "orders", ["it is a key of a histogram"]),
        ("{orders_total: {type: countr}}", "orders", ["did you mean counter?"]),
    ]) func remedies(metrics: String, record: String, remedies: [String]) {
        let source = """
            workflow_id: shop
            trigger: {type: manual}
            metrics: \(metrics)
            steps: [{id: count, type: metric, metric: \(record), value: 1}]
            """
        #expect(DefinitionReader.read(Array(source.utf8)).problems.map(\.remedy) == remedies)
    }

    @Test func anActivityIsCheckedAlike() {
        let source = """
            workflow_id: shop
            trigger: {type: manual}
            metrics: {orders: {type: counter}}
            steps: [{id: count, type: execute, execute: [{type: metric, metric: ordres}]}]
            """
        #expect(problems(source) == ["unknown-metric steps[0].execute[0].metric"])
    }
}
