import Foundation
import Synchronization
import Testing

@testable import Instruments

@Suite(.timeLimit(.minutes(30))) struct RegistryStressTests {
    /// Runs the body on so many threads at once, and waits for all. None holds what the body captured after that.
    static func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let work = Work { body(number) }
            let thread = Thread {
                work.run()
                group.leave()
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
    }

    /// A body to be run once. A thread frees its own block only some time after that block has ended.
    final class Work: Sendable {
        private let body: Mutex<(@Sendable () -> Void)?>

        init(_ body: @escaping @Sendable () -> Void) { self.body = Mutex(body) }

        func run() {
            let body = body.withLock { body in
                defer { body = nil }
                return body
            }
            body?()
        }
    }

    /// An instrument that knows what was last seen of it.
    final class Tally: Sendable {
        let value = Atomic(0)
        let shown = Atomic(0)
        let totals: Totals

        init(_ totals: Totals) { self.totals = totals }

        deinit {
            totals.made.add(value.load(ordering: .relaxed), ordering: .relaxed)
            totals.shown.add(shown.load(ordering: .relaxed), ordering: .relaxed)
            totals.gone.add(1, ordering: .relaxed)
        }
    }

    static func tally(_ series: LiveSeries) -> Tally {
        unsafeDowncast(series.unmanaged.takeUnretainedValue(), to: Tally.self)
    }

    final class Totals: Sendable {
        let made = Atomic(0)
        let shown = Atomic(0)
        let gone = Atomic(0)
    }

    /// Threads look series up, record and let go, while series expire as fast as they can: none leaves with a recording
    /// that was not seen before. The threads go on until some have left, however late the one that expires is scheduled.
    @Test func nothingLeavesUnseen() async {
        let totals = Totals()
        let threads = 8
        let rounds = 3_000
        let running = Atomic(threads)
        let recorded = Atomic(0)
        do {
            let policy = LabelPolicy([Label("user", .open(cap: 4, idle: .nanoseconds(1)))])
            let table = SeriesTable(policy: policy, idleLimit: .nanoseconds(1))
            let look = { @Sendable (tally: Tally) -> Int in
                let value = tally.value.load(ordering: .relaxed)
                tally.shown.store(value, ordering: .relaxed)
                return value
            }
            let time = Atomic(0)
            await Self.onThreads(threads + 1) { number in
                if number == threads {
                    while running.load(ordering: .acquiring) > 0 {
                        let now = time.add(1, ordering: .relaxed).newValue
                        table.expire(at: .seconds(now), look)
                        table.withOrdered { all in
                            for series in all { _ = look(Self.tally(series)) }
                        }
                    }
                    return
                }
                var round = 0
                while round < rounds
                    || (round < rounds * 1_000 && totals.gone.load(ordering: .relaxed) == 0)
                {
                    defer { round += 1 }
                    let user = "\((round / 50 + number) % 7)"
                    let record = { (tally: AnyObject) in
                        _ = unsafeDowncast(tally, to: Tally.self).value.add(1, ordering: .relaxed)
                    }
                    if round % 2 == 0, table.visit(user, record) { continue }
                    if let found = table.instrument(user) {
                        record(found)
                    } else {
                        let made = table.findOrMake(LabelValues([user])) { values in
                            LiveSeries(
                                values: values.strings, heads: [Array("x=".utf8)], tail: [], instrument: Tally(totals))
                        }
                        record(made.instrument)
                    }
                    if round % 64 == 0 { sched_yield() }
                }
                recorded.add(round, ordering: .relaxed)
                running.subtract(1, ordering: .releasing)
            }
            #expect(totals.gone.load(ordering: .relaxed) > 0)
            table.withOrdered { all in for series in all { _ = look(Self.tally(series)) } }
        }
        #expect(totals.made.load(ordering: .relaxed) == recorded.load(ordering: .relaxed))
        #expect(totals.shown.load(ordering: .relaxed) == recorded.load(ordering: .relaxed))
    }

    /// A thousand threads register, record, keep, remove and scrape while series expire and callbacks fail.
    @Test(arguments: [1_000]) func everythingAtOnce(_ threads: Int) async throws {
        let clock = ManualClock()
        let registry = Registry(pedantic: true, clock: clock)
        let rounds = 20
        try registry.observedGauge("depth", help: "", limits: .init(deadline: .milliseconds(1))) {
            sched_yield()
            return [Observation([], 1)]
        }
        try registry.collector("pages") { throw CancellationError() }
        let failed = Atomic(0)
        await Self.onThreads(threads) { number in
            do {
                let scope = registry.scoped(prefix: "s_", labels: ["pool": "\(number % 3)"])
                let users = [Label("user", .open(cap: 20, idle: .seconds(1), reserved: ["kept"]))]
                let hits = try registry.counter("hits_total", help: "Hits.", labels: users)
                let kept = hits.with("kept")
                let work = try scope.counter("work_total", help: "", labels: [Label("kind", .closed(["a", "b"]))])
                let waits = try scope.histogram("wait_seconds", help: "", buckets: [1, 2])
                for round in 0..<rounds {
                    kept.increment()
                    hits.record("\(number % 40)") { $0.increment() }
                    hits.with("\(round)").add(0.5)
                    work.with(round % 2 == 0 ? "a" : "b").increment()
                    waits.only.observe(Double(round % 3))
                    if round == 7 { hits.remove("\(number % 40)") }
                    if (number + round) % 500 == 0 {
                        clock.advance(by: .seconds(2))
                        _ = round % 2 == 0 ? registry.expose(.text004).count : registry.snapshot().count
                    }
                }
            } catch {
                failed.add(1, ordering: .relaxed)
            }
        }
        let all = Double(threads * rounds)
        let snapshot = registry.snapshot()
        #expect(failed.load(ordering: .relaxed) == 0)
        #expect(snapshot["hits_total", ["user": "kept"]] == all)
        #expect(snapshot.sum("s_work_total") == all)
        #expect(snapshot.sum("s_work_total", where: ["kind": "a"]) == all / 2)
        #expect(snapshot.sum("s_wait_seconds") == all)
        #expect(snapshot.family("s_work_total")?.series.count == 6)
        #expect(snapshot[Registry.failuresName, ["collector": "pages", "reason": "error"]].map { $0 > 0 } == true)
    }
}
