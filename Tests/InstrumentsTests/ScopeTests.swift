import Instruments
import Testing

@Suite struct ScopeTests {
    let registry = Registry()

    func text(_ format: ExpositionFormat = .text004) -> String {
        String(decoding: registry.expose(format), as: UTF8.self)
    }

    func lines(_ name: String) -> [String] {
        text().split(separator: "\n").filter { $0.hasPrefix(name) }.map(String.init)
    }

    @Test func namesAndSeriesGetWhatTheScopeAdds() throws {
        let scope = registry.scoped(prefix: "db_", labels: ["pool": "main", "host": "a"])
        try scope.gauge("connections", help: "").only.set(3)
        let waits = try scope.counter("waits_total", help: "", labels: [Label("reason", .closed(["lock", "io"]))])
        waits.with("lock").increment()
        try scope.histogram("wait_seconds", help: "", buckets: [1]).only.observe(0.5)
        #expect(lines("db_connections") == ["db_connections{host=\"a\",pool=\"main\"} 3"])
        #expect(
            lines("db_waits_total") == [
                "db_waits_total{reason=\"io\",host=\"a\",pool=\"main\"} 0",
                "db_waits_total{reason=\"lock\",host=\"a\",pool=\"main\"} 1",
            ])
        #expect(
            lines("db_wait_seconds") == [
                "db_wait_seconds_bucket{host=\"a\",pool=\"main\",le=\"1.0\"} 1",
                "db_wait_seconds_bucket{host=\"a\",pool=\"main\",le=\"+Inf\"} 1",
                "db_wait_seconds_sum{host=\"a\",pool=\"main\"} 0.5",
                "db_wait_seconds_count{host=\"a\",pool=\"main\"} 1",
            ])
        #expect(scope.snapshot() == registry.snapshot())
    }

    @Test func scopesNest() throws {
        let inner = registry.scoped(prefix: "a_", labels: ["z": "1"]).scoped(prefix: "b_", labels: ["c": "2"])
        try inner.gauge("depth", help: "").only.set(1)
        #expect(lines("a_b_depth") == ["a_b_depth{z=\"1\",c=\"2\"} 1"])
    }

    @Test func scopesWithOtherValuesShareTheirFamilies() throws {
        let pools = ["main", "replica"].map { registry.scoped(prefix: "db_", labels: ["pool": $0]) }
        for (index, pool) in pools.enumerated() {
            for _ in 0..<2 {
                let family = try pool.counter("work_total", help: "Work.", labels: [Label("kind", .closed(["a"]))])
                family.with("a").increment(by: UInt64(index + 1))
                try pool.gauge("depth", help: "Depth.").only.add(Double(index + 1))
            }
        }
        let snapshot = registry.snapshot()
        #expect(snapshot["db_work_total", ["kind": "a", "pool": "main"]] == 2)
        #expect(snapshot["db_work_total", ["kind": "a", "pool": "replica"]] == 4)
        #expect(snapshot["db_depth", ["pool": "main"]] == 2)
        #expect(snapshot["db_depth", ["pool": "replica"]] == 4)
        #expect(lines("# TYPE db_work_total").count == 1)
    }

    @Test func theSameScopeGivesTheSameInstruments() throws {
        let scope = registry.scoped(prefix: "db_", labels: ["pool": "main"])
        let label = Label("kind", .declared)
        let first = try scope.counter("work_total", help: "", labels: [label])
        #expect(try scope.counter("work_total", help: "", labels: [label]) === first)
        let other = registry.scoped(prefix: "db_", labels: ["pool": "replica"])
        let second = try other.counter("work_total", help: "", labels: [label])
        let again = try other.counter("work_total", help: "", labels: [label])
        #expect(second.with("a") === again.with("a"))
        #expect(second.with("a") !== first.with("a"))
    }

    @Test func removingKeepsToTheScope() throws {
        let labels = [Label("kind", .declared), Label("part", .declared)]
        let (main, replica) = try (
            registry.scoped(prefix: "", labels: ["pool": "main"]).counter("work_total", help: "", labels: labels),
            registry.scoped(prefix: "", labels: ["pool": "replica"]).counter("work_total", help: "", labels: labels)
        )
        for part in ["1", "2", "3"] {
            main.with("a", part).increment()
            replica.with("a", part).increment()
        }
        #expect(main.remove("a", "1"))
        #expect(!main.remove("a", "1"))
        #expect(main.remove(where: ["kind": "a", "pool": "replica"]) == 0)
        #expect(main.remove(where: ["kind": "a"]) == 2)
        #expect(registry.snapshot().sum("work_total") == 3)
        #expect(registry.snapshot().sum("work_total", where: ["pool": "replica"]) == 3)
        #expect(try registry.scoped(prefix: "", labels: ["pool": "x"]).gauge("depth", help: "").remove() == false)
    }

    @Test func theValuesOfTheScopeAreNotTheCallers() throws {
        let scope = registry.scoped(prefix: "", labels: ["pool": "main"])
        let family = try scope.counter("work_total", help: "", labels: [Label("kind", .declared)])
        family.with("a", "main").increment()
        family.with().increment()
        family.only.increment()
        #expect(registry.snapshot().family("work_total")?.series.isEmpty == true)
        #expect(registry.snapshot()[Registry.overflowName, ["family": "work_total", "label": "*"]] == 3)
    }

    @Test func oneNameSpace() throws {
        let scope = registry.scoped(prefix: "db_", labels: ["pool": "main"])
        _ = try registry.gauge("db_depth", help: "Depth.")
        let error = #expect(throws: RegistrationError.self) { try scope.gauge("depth", help: "Depth.") }
        #expect(error?.code == .conflict)
        #expect(
            error?.message == """
                gauge "db_depth" with labels pool (declared); help "Depth.": the name is taken by gauge "db_depth" without \
                labels; help "Depth.". They differ in labels: make them alike, or choose another name.
                """)
        let labels = [Label("pool", .declared)]
        _ = try scope.gauge("size", help: "Size.")
        let whole = #expect(throws: RegistrationError.self) {
            try registry.gauge("db_size", help: "Size.", labels: labels)
        }
        #expect(whole?.message.contains("They differ in which labels a scope supplies:") == true)
        let twice = #expect(throws: RegistrationError.self) {
            try scope.gauge("size", help: "", labels: [Label("pool", .declared)])
        }
        #expect(twice?.code == .invalidLabel)
        let bad = #expect(throws: RegistrationError.self) {
            try registry.scoped(prefix: "9", labels: ["a b": ""]).gauge("size", help: "")
        }
        #expect(bad?.code == .invalidName)
        let suffix = #expect(throws: RegistrationError.self) {
            _ = try registry.scoped(prefix: "db_").histogram("x", help: "", buckets: [])
            _ = try registry.gauge("db_x_count", help: "")
        }
        #expect(suffix?.message.contains("gauge \"db_x_count\"") == true)
        #expect(suffix?.message.contains("histogram \"db_x\"") == true)
    }

    @Test func callbacksBelongToOneScope() throws {
        let scope = registry.scoped(prefix: "db_", labels: ["pool": "main"])
        try scope.observedGauge("depth", help: "", labels: [Label("queue", .declared)], limits: .ample) {
            [Observation(["q"], 3), Observation(["q", "main"], 4)]
        }
        let error = #expect(throws: RegistrationError.self) {
            try registry.scoped(prefix: "db_", labels: ["pool": "replica"])
                .observedGauge("depth", help: "", labels: [Label("queue", .declared)]) { [] }
        }
        #expect(error?.message.contains("register the family once") == true)
        try scope.collector("pages", limits: .ample) {
            [
                MetricFamily(
                    name: "pages", type: .gauge, help: "",
                    series: [.init(labels: [.init(name: "kind", value: "dirty")], reading: .number(7))])
            ]
        }
        #expect(registry.snapshot()["db_depth", ["queue": "q", "pool": "main"]] == 3)
        #expect(registry.snapshot().sum("db_depth") == 3)
        #expect(registry.snapshot()["db_pages", ["kind": "dirty", "pool": "main"]] == 7)
    }
}
