import Instruments
import Synchronization
import Telemetry
import Testing
import Workflow

@testable import Runtime

/// What is kept of the answers of sources, and for how long.
@Suite(.timeLimit(.minutes(30))) struct ContextCacheTests {
    let clock = ManualClock()
    let registry = Registry()
    let fetcher = Fetcher()

    /// Answers with a number that grows, once it is let.
    final class Fetcher: Sendable {
        private struct State {
            var count = 0
            var isHeld = false
            var held: [CheckedContinuation<Void, Never>] = []
            var watchers: [CheckedContinuation<Void, Never>] = []
            var failure: ActivityFailure?
            var bytes = 10
        }

        private let state = Mutex(State())

        var count: Int { state.withLock { $0.count } }

        func hold() { state.withLock { $0.isHeld = true } }

        func fail(_ failure: ActivityFailure?) { state.withLock { $0.failure = failure } }

        func answer(bytes: Int) { state.withLock { $0.bytes = bytes } }

        func release() {
            let held = state.withLock { state in
                defer { (state.isHeld, state.held) = (false, []) }
                return state.held
            }
            for continuation in held { continuation.resume() }
        }

        /// Returns when a request is held.
        func isHolding() async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.held.isEmpty { state.watchers.append(continuation) }
                    return !state.held.isEmpty
                }
                if isThere { continuation.resume() }
            }
        }

        @Sendable func fetch() async -> ContextCache.Answer {
            let number = state.withLock { state in
                state.count += 1
                return state.count
            }
            await withCheckedContinuation { continuation in
                let (isHeld, watchers) = state.withLock { state in
                    if state.isHeld { state.held.append(continuation) }
                    defer { if state.isHeld { state.watchers = [] } }
                    return (state.isHeld, state.isHeld ? state.watchers : [])
                }
                for watcher in watchers { watcher.resume() }
                if !isHeld { continuation.resume() }
            }
            let (failure, bytes) = state.withLock { ($0.failure, $0.bytes) }
            if let failure { return .failure(failure) }
            return .success(.init(value: ["n": .integer(Int64(number))], bytes: bytes))
        }
    }

    private func source(ttl: Int = 10, stale: Int = 0, name: String = "order.details") throws -> ContextSource {
        var source = try ContextSource(name: name, url: "https://a.example/{{id}}")
        (source.ttl, source.staleWhileRevalidate) = (.seconds(ttl), .seconds(stale))
        return source
    }

    private func cache(_ bounds: ContextCache.Bounds = .init()) throws -> ContextCache {
        try ContextCache(
            bounds: bounds, sources: ["order.details", "other"],
            recorders: Recorders(registry: registry, dialects: Dialect.shipped(["codeai", Dialect.own])),
            environment: clock.environment)
    }

    private func value(_ cache: ContextCache, _ source: ContextSource, _ url: String = "a") async throws -> Int64? {
        try await cache.value(of: source, at: url, fetcher.fetch).object?["n"]?.integer
    }

    private func series(_ name: String) -> [[String]: Double] {
        let family = registry.snapshot().first { $0.name == name }
        return (family?.series ?? []).reduce(into: [:]) { all, series in
            all[series.labels.map(\.value)] = series.value
        }
    }

    @Test func answersAreUsedAsLongAsTheirSourceSays() async throws {
        let (cache, source) = (try cache(), try source())
        #expect(try await value(cache, source) == 1)
        clock.advance(by: .milliseconds(9_999))
        #expect(try await value(cache, source) == 1)
        #expect(try await value(cache, source, "b") == 2)
        clock.advance(by: .milliseconds(1))
        #expect(try await value(cache, source) == 3)
        #expect(series("codeai_cache_hits_total") == [["order.details"]: 1, ["other"]: 0])
        #expect(series("codeai_cache_misses_total") == [["order.details"]: 3, ["other"]: 0])
        #expect(series("flowmeter_cache_entries")[["order.details"]] == 2)
        #expect((series("flowmeter_cache_size_bytes")[["order.details"]] ?? 0) > 20)
    }

    @Test func withoutATimeNothingIsKeptOrShared() async throws {
        let (cache, source) = (try cache(), try source(ttl: 0))
        #expect(try await value(cache, source) == 1)
        #expect(try await value(cache, source) == 2)
        #expect(series("flowmeter_cache_entries")[["order.details"]] == 0)
    }

    @Test func oldAnswersAreUsedWhileTheyAreFetchedAnew() async throws {
        let (cache, source) = (try cache(), try source(ttl: 10, stale: 20))
        #expect(try await value(cache, source) == 1)
        clock.advance(by: .seconds(15))
        fetcher.hold()
        #expect(try await value(cache, source) == 1)
        await fetcher.isHolding()
        #expect(try await value(cache, source) == 1)
        #expect(fetcher.count == 2, "one request is enough")
        fetcher.release()
        // Whoever comes next has the new one as soon as it is there.
        while try await value(cache, source) == 1 { await Task.yield() }
        #expect(try await value(cache, source) == 2)
        let lookups = series("flowmeter_cache_lookups_total")
        #expect((lookups[["order.details", "stale"]] ?? 0) >= 2 && lookups[["order.details", "miss"]] == 1)
        // A refresh that fails leaves the old one, until that is too old.
        clock.advance(by: .seconds(15))
        fetcher.fail(.init(.timeout, "slow"))
        #expect(try await value(cache, source) == 2)
        clock.advance(by: .seconds(15))
        await #expect(throws: ActivityFailure.self) { try await value(cache, source) }
    }

    @Test func thoseWhoAskAtOnceShareOneRequest() async throws {
        let (cache, source) = (try cache(), try source())
        fetcher.hold()
        let first = Task { try await value(cache, source) }
        await fetcher.isHolding()
        let others = (0..<50).map { _ in Task { try await value(cache, source) } }
        // One that does not wait any more takes nothing away from the others.
        first.cancel()
        while (series("flowmeter_cache_lookups_total")[["order.details", "shared"]] ?? 0) < 50 { await Task.yield() }
        fetcher.release()
        for other in others { #expect(try await other.value == 1) }
        #expect(fetcher.count == 1)
    }

    @Test func failuresAreNotKept() async throws {
        let (cache, source) = (try cache(), try source())
        fetcher.fail(.init(.status(404), "no"))
        await #expect(throws: ActivityFailure(.status(404), "no")) { try await value(cache, source) }
        fetcher.fail(nil)
        #expect(try await value(cache, source) == 2)
    }

    @Test func entriesAreBounded() async throws {
        let (cache, source) = (try cache(.init(entries: 3)), try source())
        for url in ["a", "b", "c"] { _ = try await value(cache, source, url) }
        _ = try await value(cache, source, "a")
        _ = try await value(cache, source, "d")
        #expect(series("flowmeter_cache_evictions_total")[["order.details"]] == 1)
        #expect(series("flowmeter_cache_entries")[["order.details"]] == 3)
        // What was used stays longer.
        let count = fetcher.count
        _ = try await value(cache, source, "a")
        #expect(fetcher.count == count)
        _ = try await value(cache, source, "b")
        #expect(fetcher.count == count + 1)
    }

    @Test func bytesAreBounded() async throws {
        let (cache, source) = (try cache(.init(entries: 1_000, bytes: 3_000)), try source())
        fetcher.answer(bytes: 700)
        for number in 0..<500 { _ = try await value(cache, source, "\(number)") }
        #expect((series("flowmeter_cache_size_bytes")[["order.details"]] ?? 0) <= 3_000)
        #expect(series("flowmeter_cache_entries")[["order.details"]] == 3)
        fetcher.answer(bytes: 4_000)
        _ = try await value(cache, source, "large")
        #expect(series("flowmeter_cache_entries")[["order.details"]] == 3, "what is too large is not kept")
    }

    @Test func aClockThatIsSetBackKeepsNothing() async throws {
        let (cache, source) = (try cache(), try source())
        #expect(try await value(cache, source) == 1)
        clock.advance(by: .seconds(-100))
        #expect(try await value(cache, source) == 2)
    }
}
