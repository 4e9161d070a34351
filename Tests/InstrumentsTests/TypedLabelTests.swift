import Foundation
import Instruments
import Testing

private enum Method: String, CaseIterable, LabelValue {
    case get = "GET"
    case post = "POST"
}

private enum Only: String, CaseIterable, LabelValue { case one }

private struct RequestLabels: LabelSet {
    let method: Method
    let path: RouteTemplate
    let queue: DeclaredName

    static let labels = [
        Label("method", Method.self), Label("path", RouteTemplate.self), Label("queue", DeclaredName.self),
    ]

    func encode(to encoder: inout some LabelEncoder) {
        encoder.add(method)
        encoder.add(path)
        encoder.add(queue)
    }
}

/// Five labels, one more than fit a key.
private struct ManyLabels: LabelSet {
    let values: [DeclaredName]

    static let labels = (0..<5).map { Label("l\($0)", DeclaredName.self) }

    func encode(to encoder: inout some LabelEncoder) {
        for value in values { encoder.add(value) }
    }
}

private struct OneLabel: LabelSet {
    let only: Only

    static let labels = [Label("only", Only.self)]

    func encode(to encoder: inout some LabelEncoder) { encoder.add(only) }
}

@Suite struct TypedLabelTests {
    private let orders = RouteTemplate("/orders/{id}")
    private let customers = RouteTemplate("/customers/{id}")

    @Test func typedAndPlainLabelsMeetInOneSeries() throws {
        let registry = Registry()
        let requests = try registry.counter("requests_total", help: "", labels: RequestLabels.self)
        let labels = RequestLabels(method: .post, path: orders, queue: DeclaredName("fast"))
        for _ in 0..<3 { requests.record(labels) { $0.increment() } }
        requests.with(labels).increment()
        requests.family.with("POST", "/orders/{id}", "fast").increment()
        #expect(requests.family.with("POST", "/orders/{id}", "fast").value == 5)
        #expect(requests.family.with("POST", "/customers/{id}", "fast").value == 0)
    }

    @Test func eachCombinationHasASeriesOfItsOwn() throws {
        let registry = Registry()
        let requests = try registry.counter("requests_total", help: "", labels: RequestLabels.self)
        let queues = (0..<50).map { DeclaredName("queue \($0)") }
        for _ in 0..<2 {
            for (number, queue) in queues.enumerated() {
                for method in Method.allCases {
                    for path in [orders, customers] {
                        requests.record(RequestLabels(method: method, path: path, queue: queue)) {
                            $0.increment(by: UInt64(number))
                        }
                    }
                }
            }
        }
        let family = try #require(registry.snapshot().first { $0.name == "requests_total" })
        #expect(family.series.count == 200)
        for (number, _) in queues.enumerated() {
            #expect(family.series("GET", "/orders/{id}", "queue \(number)")?.value == Double(2 * number))
        }
    }

    @Test func aRemovedSeriesStartsAnew() throws {
        let registry = Registry()
        let requests = try registry.counter("requests_total", help: "", labels: RequestLabels.self)
        let labels = RequestLabels(method: .get, path: orders, queue: DeclaredName("fast"))
        requests.record(labels) { $0.increment(by: 7) }
        requests.record(labels) { $0.increment(by: 7) }
        #expect(requests.family.remove("GET", "/orders/{id}", "fast"))
        #expect(registry.snapshot().first { $0.name == "requests_total" }?.series == [])
        requests.record(labels) { $0.increment() }
        #expect(requests.with(labels).value == 1)
    }

    @Test func moreLabelsThanAKeyHolds() throws {
        let registry = Registry()
        let family = try registry.gauge("many", help: "", labels: ManyLabels.self)
        let names = ["a", "b", "c", "d", "e"].map { DeclaredName($0) }
        family.record(ManyLabels(values: names)) { $0.set(1) }
        // The same last four.
        family.record(ManyLabels(values: [DeclaredName("x")] + names.dropFirst())) { $0.set(2) }
        #expect(family.family.with("a", "b", "c", "d", "e").value == 1)
        #expect(family.family.with("x", "b", "c", "d", "e").value == 2)
    }

    @Test(arguments: [0, 1, 4, 6]) func aWrongCountOfValuesIsCounted(_ count: Int) throws {
        let registry = Registry()
        let family = try registry.counter("many_total", help: "", labels: ManyLabels.self)
        let labels = ManyLabels(values: (0..<count).map { DeclaredName("\($0)") })
        for _ in 0..<3 { family.record(labels) { $0.increment() } }
        let snapshot = registry.snapshot()
        #expect(snapshot.first { $0.name == "many_total" }?.series == [])
        #expect(snapshot.first { $0.name == Registry.overflowName }?.series("many_total", "*")?.value == 3)
    }

    @Test func anEnumOfOneCaseHasNoBits() throws {
        let registry = Registry()
        let family = try registry.histogram("one_seconds", help: "", labels: OneLabel.self, buckets: [1])
        family.record(OneLabel(only: .one)) { $0.observe(0.5) }
        #expect(registry.snapshot().first { $0.name == "one_seconds" }?.series("one")?.value == 1)
    }

    @Test func threadsFindTheSameSeries() throws {
        let registry = Registry()
        let requests = try registry.counter("requests_total", help: "", labels: RequestLabels.self)
        let queues = (0..<20).map { DeclaredName("queue \($0)") }
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            for turn in 0..<2_000 {
                requests.record(RequestLabels(method: .get, path: orders, queue: queues[turn % 20])) { $0.increment() }
            }
        }
        let series = registry.snapshot().first { $0.name == "requests_total" }?.series ?? []
        #expect(series.map(\.value).reduce(0, +) == 32_000)
    }
}
