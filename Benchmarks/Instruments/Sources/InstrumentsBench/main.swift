import Foundation
import Instruments
import Synchronization
import Telemetry

// The loops of the benchmark. Each prints one line of JSON; `run` in the folder above puts them beside those of others.

let wanted = Set(CommandLine.arguments.dropFirst())
func wants(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }

final class Line: Sendable {
    // On lines of its own, whatever lies beside it.
    let before = (0, 0, 0, 0, 0, 0, 0, 0)
    let value = Atomic<UInt64>(0)
    let after = (0, 0, 0, 0, 0, 0, 0, 0)
}

let turns = 20_000_000
let registry = Registry()

/// 16 combinations of method, path and status, made at run time as a server would, each thread its own.
let combinations: [[(String, String, String)]] = (0..<2).map { _ in
    (0..<16).map { number in
        (
            String(decoding: Array(["GET", "POST"][number % 2].utf8), as: UTF8.self),
            "/api/v1/" + ["orders", "customers"][number / 2 % 2] + "/{id}/items", String(200 + number / 4)
        )
    }
}

if wants("add") {
    let lines = (0..<2).map { _ in Line() }
    report(
        "bare add, 1",
        nanoseconds(threads: 1, turns: turns) { thread, turns in
            let line = lines[thread]
            for _ in 0..<turns { line.value.wrappingAdd(1, ordering: .relaxed) }
        })
    report(
        "bare add, one line, 2",
        nanoseconds(threads: 2, turns: turns) { _, turns in
            let line = lines[0]
            for _ in 0..<turns { line.value.wrappingAdd(1, ordering: .relaxed) }
        })
    report(
        "bare add, own lines, 2",
        nanoseconds(threads: 2, turns: turns) { thread, turns in
            let line = lines[thread]
            for _ in 0..<turns { line.value.wrappingAdd(1, ordering: .relaxed) }
        })
}

if wants("counter") {
    let counter = try registry.counter("held_total", help: "").only
    report(
        "counter, 1",
        nanoseconds(threads: 1, turns: turns) { _, turns in
            for _ in 0..<turns { counter.increment() }
        })
    report(
        "counter, 2",
        nanoseconds(threads: 2, turns: turns) { _, turns in
            for _ in 0..<turns { counter.increment() }
        })
    let fraction = try registry.counter("fraction_seconds_total", help: "").only
    report(
        "fraction, 1",
        nanoseconds(threads: 1, turns: turns) { _, turns in
            for _ in 0..<turns { fraction.add(0.25) }
        })
    report(
        "fraction, 2",
        nanoseconds(threads: 2, turns: turns) { _, turns in
            for _ in 0..<turns { fraction.add(0.25) }
        })
}

if wants("labels") {
    let family = try registry.counter(
        "labelled_total", help: "",
        labels: [Label("method", .closed(["GET", "POST"])), Label("path", .route), Label("status", .declared)])
    for (method, path, status) in combinations[0] { family.with(method, path, status).increment() }
    for threads in [1, 2] {
        report(
            "labels in place, \(threads)",
            nanoseconds(threads: threads, turns: turns / 4) { thread, turns in
                combinations[thread].withUnsafeBufferPointer { keys in
                    for turn in 0..<turns {
                        let key = keys.baseAddress! + turn & 15
                        family.record(key.pointee.0, key.pointee.1, key.pointee.2) { $0.increment() }
                    }
                }
            })
        report(
            "labels, \(threads)",
            nanoseconds(threads: threads, turns: turns / 4) { thread, turns in
                combinations[thread].withUnsafeBufferPointer { keys in
                    for turn in 0..<turns {
                        let key = keys.baseAddress! + turn & 15
                        family.with(key.pointee.0, key.pointee.1, key.pointee.2).increment()
                    }
                }
            })
    }
}

enum Method: String, CaseIterable, LabelValue { case get = "GET", post = "POST" }
enum Status: String, CaseIterable, LabelValue { case ok = "200", created = "201", accepted = "202", none = "204" }
struct RequestLabels: LabelSet {
    let method: Method
    let path: RouteTemplate
    let status: Status

    static let labels = [
        Label("method", Method.self), Label("path", RouteTemplate.self), Label("status", Status.self),
    ]

    func encode(to encoder: inout some LabelEncoder) {
        encoder.add(method)
        encoder.add(path)
        encoder.add(status)
    }
}

if wants("typed") {
    let family = try registry.counter("typed_total", help: "", labels: RequestLabels.self)
    let paths = [RouteTemplate("/api/v1/orders/{id}/items"), RouteTemplate("/api/v1/customers/{id}/items")]
    let keys = (0..<16).map {
        RequestLabels(method: Method.allCases[$0 % 2], path: paths[$0 / 2 % 2], status: Status.allCases[$0 / 4])
    }
    for threads in [1, 2] {
        report(
            "typed labels, \(threads)",
            nanoseconds(threads: threads, turns: turns / 2) { _, turns in
                keys.withUnsafeBufferPointer { keys in
                    for turn in 0..<turns { family.record(keys[turn & 15]) { $0.increment() } }
                }
            })
    }
}

struct MethodLabel: LabelSet {
    let method: Method

    static let labels = [Label("method", Method.self)]

    func encode(to encoder: inout some LabelEncoder) { encoder.add(method) }
}

if wants("request") {
    let labels = RequestLabels.self
    let durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    let sizeBounds = [100.0, 1_000, 10_000, 100_000, 1_000_000]
    let requests = try registry.counter("http_requests_total", help: "", labels: labels)
    let durations = try registry.histogram("http_seconds", help: "", labels: labels, buckets: durationBounds)
    let received = try registry.histogram("http_request_bytes", help: "", labels: labels, buckets: sizeBounds)
    let sent = try registry.histogram("http_response_bytes", help: "", labels: labels, buckets: sizeBounds)
    let running = try registry.gauge("http_in_flight", help: "", labels: MethodLabel.self)
    let path = RouteTemplate("/api/v1/orders/{id}/items")
    for threads in [1, 2] {
        report(
            "request in five families, \(threads)",
            nanoseconds(threads: threads, turns: turns / 8) { _, turns in
                for turn in 0..<turns {
                    let method = turn & 1 == 0 ? Method.get : .post
                    let labels = RequestLabels(method: method, path: path, status: .ok)
                    running.record(MethodLabel(method: method)) { $0.increment() }
                    requests.record(labels) { $0.increment() }
                    durations.record(labels) { $0.observe(Double(turn & 1023) * 0.0003) }
                    received.record(labels) { $0.observe(Double(turn & 4095)) }
                    sent.record(labels) { $0.observe(Double(turn & 8191)) }
                    running.record(MethodLabel(method: method)) { $0.decrement() }
                }
            })
    }
}

if wants("signals") {
    let paths = ["/api/v1/orders/{id}/items", "/api/v1/customers/{id}/items"].map(RouteTemplate.init)
    let service = DeclaredName("shop")
    for dialects in [[], [Dialect.standard], Dialect.choices] {
        let recorders = try Recorders(registry: Registry(), dialects: Dialect.shipped(dialects))
        let requests = try recorders.recorder(of: Signals.httpServerRequest)
        let active = try recorders.count(of: Signals.httpServerActive)
        let counts = InFlightList(HTTPMethod.allCases.map { active.count(of: .init(method: $0, service: service)) })
        for threads in [1, 2] {
            report(
                "HTTP signals, \(dialects.count) dialects, \(threads)",
                nanoseconds(threads: threads, turns: turns / 8) { _, turns in
                    for turn in 0..<turns {
                        let method = turn & 1 == 0 ? HTTPMethod.get : .post
                        counts.begin(turn & 1)
                        requests.record(
                            .init(
                                method: method, route: paths[turn >> 1 & 1],
                                status: HTTPStatus(turn & 4 == 0 ? 200 : 201),
                                service: service),
                            Double(turn & 1023) * 0.0003, Double(turn & 4095), Double(turn & 8191))
                        counts.end(turn & 1)
                    }
                })
        }
    }
}

if wants("histogram") {
    let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    let histogram = try registry.histogram("held_seconds", help: "", buckets: bounds).only
    let values = (0..<1024).map { Double($0 * 7919 % 1024) / 1024 * 0.3 }
    for threads in [1, 2] {
        report(
            "histogram, \(threads)",
            nanoseconds(threads: threads, turns: turns / 2) { _, turns in
                values.withUnsafeBufferPointer { values in
                    for turn in 0..<turns { histogram.observe(values[turn & 1023]) }
                }
            })
    }
}

if wants("native") {
    let sparse = try registry.nativeHistogram("sparse_seconds", help: "").only
    let both = try registry.nativeHistogram(
        "both_seconds", help: "", buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    ).only
    let summary = try registry.summary("quantile_seconds", help: "").only
    let values = (0..<1024).map { Double($0 * 7919 % 1024) / 1024 * 0.3 }
    let loops: [(String, @Sendable (Double) -> Void)] = [
        ("native histogram", { sparse.observe($0) }), ("native and classic", { both.observe($0) }),
        ("summary", { summary.observe($0) }),
    ]
    for (name, observe) in loops {
        for threads in [1, 2] {
            report(
                "\(name), \(threads)",
                nanoseconds(threads: threads, turns: turns / 2) { _, turns in
                    values.withUnsafeBufferPointer { values in
                        for turn in 0..<turns { observe(values[turn & 1023]) }
                    }
                })
        }
    }
}

if wants("scrape") {
    // Before the others: what they have given back to the allocator would be taken from there.
    let registry = Registry()
    let family = try registry.histogram(
        "http_request_duration_seconds", help: "Durations.",
        labels: [Label("path", .route), Label("instance", .declared)],
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
    let keys = (0..<10_000).map { ("/api/v1/resources/\($0 % 500)/items", "instance-\($0 / 500)") }
    let resident = residentBytes()
    for (number, key) in keys.enumerated() {
        for turn in 0..<20 { family.with(key.0, key.1).observe(Double((number + turn * 31) % 100) / 100) }
    }
    report("bytes per histogram", Double(residentBytes() - resident) / 10_000)
    var bytes = 0
    let work = {
        bytes = 0
        registry.expose(.text004) { bytes += $0.count }
    }
    work()
    report("scrape 10k histograms, ms", best(of: 7, work) * 1e3)
    report("scrape 10k histograms, MB", Double(bytes) / 1e6)
    for (name, count) in [("100k", 100_000), ("1M", 1_000_000)] {
        let registry = Registry()
        let family = try registry.counter(
            "http_requests_total", help: "Requests.",
            labels: [Label("method", .declared), Label("path", .route), Label("instance", .declared)])
        let clock = ContinuousClock()
        var marks: [(Int, Double)] = []
        let keys = (0..<count).map { ("GET", "/api/v1/resources/\($0 % 5000)/items", "instance-\($0 / 5000)") }
        let withKeys = residentBytes()
        var last = clock.now
        for (number, key) in keys.enumerated() {
            family.with(key.0, key.1, key.2).increment(by: UInt64(number) * 7919 % 1_000_000)
            if [900, 1_000, 99_000, 100_000, 990_000, 1_000_000].contains(number + 1) {
                let now = clock.now
                marks.append((number + 1, seconds(now - last)))
                last = now
            }
        }
        report("bytes per counter, \(name)", Double(residentBytes() - withKeys) / Double(count))
        for (mark, previous) in zip(marks, [(0, 0.0)] + marks) where [1_000, 100_000, 1_000_000].contains(mark.0) {
            report("new series at \(mark.0), \(name)", mark.1 / Double(mark.0 - previous.0) * 1e9)
        }
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 1)
        var bytes = 0
        let work = {
            bytes = 0
            registry.expose(.text004) { part in
                chunk.copyMemory(from: part.baseAddress!, byteCount: min(part.count, 1 << 20))
                bytes += part.count
            }
        }
        report("first scrape \(name), ms", best(of: 1, work) * 1e3)
        report("scrape \(name), ms", best(of: 7, work) * 1e3)
        report("scrape \(name), MB", Double(bytes) / 1e6)
        chunk.deallocate()
    }
}
