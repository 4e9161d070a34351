import Foundation
import Instruments
import Synchronization

// Threads that register, record, remove and scrape at once; run with the thread sanitizer by `make stress`. Ends with 1
// if what was scraped in the end is not what was recorded.
//
// Usage: InstrumentsStress [threads [turns]]

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let threads = arguments.first ?? 1_000
let turns = arguments.dropFirst().first ?? 200

enum Method: String, CaseIterable, LabelValue { case get, put }

struct CallLabels: LabelSet {
    let method: Method
    let path: RouteTemplate

    static let labels = [Label("method", Method.self), Label("path", RouteTemplate.self)]

    func encode(to encoder: inout some LabelEncoder) {
        encoder.add(method)
        encoder.add(path)
    }
}

let registry = Registry()
let kept = try registry.counter("kept_total", help: "", labels: [Label("key", .route)])
let typed = try registry.counter("typed_total", help: "", labels: CallLabels.self)
let fractions = try registry.counter("fractions_total", help: "").only
let flood = try registry.counter("flood_total", help: "", labels: [Label("user", .open(cap: 50))])
let waits = try registry.histogram("waits_seconds", help: "", labels: [Label("key", .route)], buckets: [0.1, 1])
// What a thread records is taken out by others; its sum is not looked at, only that nothing breaks.
let passing = try registry.gauge("passing", help: "", labels: [Label("key", .route)])
// Its series go as soon as a scrape finds them unmoved, unless somebody holds their instrument.
let idle = try registry.counter("idle_total", help: "", labels: [Label("user", .open(cap: 500, idle: .nanoseconds(1)))])
let native = try registry.nativeHistogram("native_seconds", help: "", native: NativeBuckets(limit: 40)).only
let summary = try registry.summary("summary_seconds", help: "", labels: [Label("key", .route)])
let example = ExemplarLabels(traceID: "4bf92f3577b34da6a3ce929d0e0e4736")
try registry.observedGauge("observed", help: "", labels: [Label("key", .declared)]) {
    (0..<4).map { Observation(["\($0)"], 1) }
}
let paths = (0..<8).map { RouteTemplate("/path/\($0)") }
let scraped = Atomic<Int>(0)

@Sendable func work(_ number: Int) {
    for turn in 0..<turns {
        let key = "key \((number + turn) % 32)"
        kept.record(key) { $0.increment() }
        kept.with(key).increment(by: 2)
        typed.record(CallLabels(method: turn % 2 == 0 ? .get : .put, path: paths[turn % 8])) { $0.increment() }
        fractions.add(0.5)
        flood.with("user \(number * turns + turn)").increment()
        waits.record(key) { $0.observe(Double(turn % 4) * 0.5) }
        passing.record("\(turn % 64)") { $0.increment() }
        passing.with("\(number % 64)").decrement()
        idle.record("\(turn)") { $0.increment() }
        native.observe(Double(number % 10) * Double(turn))
        summary.record(key) { $0.observe(Double(turn)) }
        if turn % 50 == 0, let example { kept.with(key).increment(by: 0, exemplar: example) }
        switch (number &* 31 &+ turn) % 997 {
        case 0: passing.remove("\(turn % 64)")
        case 1: passing.remove(where: ["key": "\(number % 64)"])
        case 2: scraped.wrappingAdd(registry.expose(.text004).isEmpty ? 0 : 1, ordering: .relaxed)
        case 5:
            let scrape = registry.scrape(
                ScrapeRequest(accept: ExpositionFormat.allCases[turn % 3].contentType, acceptEncoding: "gzip"))
            while scrape.next() != nil { scraped.wrappingAdd(1, ordering: .relaxed) }
        case 6:
            let scope = registry.scoped(prefix: "scope_", labels: ["pool": "\(number % 4)"])
            let counter = try? scope.counter("calls_total", help: "", labels: [Label("key", .route)])
            counter?.with(key).increment()
        case 3: scraped.wrappingAdd(registry.snapshot().isEmpty ? 0 : 1, ordering: .relaxed)
        case 4:
            let again = try? registry.counter("late_\(turn % 16)_total", help: "", labels: [Label("key", .route)])
            again?.with(key).increment()
        default: break
        }
    }
}

let done = DispatchGroup()
for number in 0..<threads {
    done.enter()
    let thread = Thread {
        work(number)
        done.leave()
    }
    thread.stackSize = 512 << 10
    thread.start()
}
done.wait()

func sum(_ name: String) -> Double {
    registry.snapshot().first { $0.name == name }?.series.map(\.value).reduce(0, +) ?? .nan
}

let all = Double(threads * turns)
var failures = 0
for (name, expected) in [
    ("kept_total", 3 * all), ("typed_total", all), ("fractions_total", all / 2), ("flood_total", all),
    ("waits_seconds", all), ("native_seconds", all), ("summary_seconds", all),
] where sum(name) != expected {
    print("\(name): \(sum(name)) scraped, \(expected) recorded")
    failures += 1
}
print("\(threads) threads, \(turns) turns each, \(scraped.load(ordering: .relaxed)) scrapes meanwhile")
exit(failures == 0 ? 0 : 1)
