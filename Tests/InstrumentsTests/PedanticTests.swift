import Instruments
import Testing

@Suite struct PedanticTests {
    struct Broken: Error {}

    func misuse(_ registry: Registry) throws {
        let jobs = try registry.counter("jobs_total", help: "", labels: [Label("status", .closed(["ok", "failed"]))])
        jobs.with("strange").increment()
        jobs.with("ok", "failed").increment()
        jobs.only.increment()
        jobs.with("ok").add(-1)
        jobs.with("ok").add(.nan)
        try registry.histogram("wait_seconds", help: "", buckets: [1]).only.observe(.nan)
        try registry.observedGauge("depth", help: "", labels: [Label("queue", .closed(["a"]))], limits: .ample) {
            [Observation(["b"], 1), Observation([], 1)]
        }
        try registry.collector("pages", limits: .ample) { throw Broken() }
        _ = registry.snapshot()
    }

    @Test func problemsAreKept() throws {
        let registry = Registry(pedantic: true)
        try misuse(registry)
        #expect(
            registry.problems.map(\.kind) == [
                .outsideDomain, .wrongCount, .wrongCount, .ignoredAmount, .ignoredAmount, .ignoredAmount,
                .failedCallback, .outsideDomain, .wrongCount,
            ])
        #expect(
            registry.problems.map(\.message) == [
                "\"jobs_total\" recorded the value \"strange\" of label status (closed: ok, failed) as \"other\".",
                "\"jobs_total\" was given 2 label values; its labels are status.",
                "\"jobs_total\" was given 0 label values; its labels are status.",
                "\"jobs_total\" ignored the amount -1.0.",
                "\"jobs_total\" ignored the amount nan.",
                "\"wait_seconds\" ignored the amount nan.",
                "the callback \"pages\" failed: it threw: Broken().",
                "\"depth\" recorded the value \"b\" of label queue (closed: a) as \"other\".",
                "\"depth\" was given 0 label values; its labels are queue.",
            ])
        #expect(registry.problems.map(\.family).last == "depth")
    }

    @Test func otherwiseNothingIs() throws {
        let registry = Registry()
        try misuse(registry)
        #expect(registry.problems.isEmpty)
    }

    @Test func properUseHasNone() throws {
        let registry = Registry(pedantic: true)
        let scope = registry.scoped(prefix: "db_", labels: ["pool": "main"])
        let labels = [Label("a", .declared), Label("b", .open(cap: 3, reserved: ["x"]))]
        let family = try scope.counter("work_total", help: "", labels: labels)
        for value in ["x", "y", "z", "other"] { family.with("1", value).add(0.5) }
        try scope.gauge("depth", help: "").only.set(.nan)
        _ = registry.snapshot()
        #expect(registry.problems == [])
    }

    @Test func scopesShareThem() throws {
        let registry = Registry(pedantic: true)
        let scope = registry.scoped(prefix: "db_", labels: ["pool": "main"])
        try scope.counter("work_total", help: "").only.add(-2)
        #expect(registry.problems.map(\.family) == ["db_work_total"])
        #expect(scope.problems == registry.problems)
    }

    @Test func theyAreBounded() throws {
        let registry = Registry(pedantic: true)
        let counter = try registry.counter("work_total", help: "").only
        for _ in 0..<2_000 { counter.add(-1) }
        #expect(registry.problems.count == 1_000)
    }

    /// Instruments outlive their registry, and others come where they were.
    @Test func instrumentsMayOutliveTheirRegistry() throws {
        for _ in 0..<100 {
            let counter = try Registry(pedantic: true).counter("work_total", help: "").only
            counter.add(-1)
        }
    }
}
