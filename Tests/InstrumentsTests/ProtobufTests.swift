import Foundation
import Instruments
import Testing

@Suite struct ProtobufTests {
    let registry = Registry()

    /// What a message says, as a snapshot has it.
    static func decode(_ bytes: [UInt8]) throws -> [MetricFamily] {
        try ProtobufReader.delimited(bytes).map { message in
            #expect(message.numbers.isSubset(of: [1, 2, 3, 4]))
            let name = try #require(try message.string(1))
            let number = try #require(try message.unsigned(3))
            let type = try #require([0: MetricType.counter, 1: .gauge, 2: .summary, 4: .histogram][number])
            return MetricFamily(
                name: name, type: type, help: try message.string(2) ?? "",
                series: try message.messages(4).map { try series($0, type) })
        }
    }

    static func series(_ metric: ProtobufReader.Message, _ type: MetricType) throws -> MetricFamily.Series {
        let field = try #require([MetricType.gauge: 2, .counter: 3, .summary: 4, .histogram: 7][type])
        #expect(metric.numbers.subtracting([1]) == [field])
        let value = try #require(try metric.message(field))
        let reading: Reading =
            switch type {
            case .summary: .summary(try summary(value))
            case .histogram: try histogram(value)
            default: .number(try #require(try value.double(1)))
            }
        let labels = try metric.messages(1).map { pair in
            MetricFamily.LabelPair(name: try #require(try pair.string(1)), value: try #require(try pair.string(2)))
        }
        let created = try [MetricType.counter: 3, .summary: 4, .histogram: 15][type].flatMap { try value.message($0) }
        return MetricFamily.Series(labels: labels, reading: reading, created: try created.map(seconds))
    }

    /// A `google.protobuf.Timestamp`.
    static func seconds(_ message: ProtobufReader.Message) throws -> Double {
        let seconds = try #require(try message.unsigned(1))
        let nanoseconds = try #require(try message.unsigned(2))
        #expect(nanoseconds < 1_000_000_000)
        return Double(seconds * 1_000 + nanoseconds / 1_000_000) / 1_000
    }

    static func summary(_ message: ProtobufReader.Message) throws -> SummaryReading {
        SummaryReading(
            quantiles: try message.messages(3).map {
                .init(rank: try #require(try $0.double(1)), value: try #require(try $0.double(2)))
            },
            count: try #require(try message.unsigned(1)), sum: try #require(try message.double(2)))
    }

    static func histogram(_ message: ProtobufReader.Message) throws -> Reading {
        let classic = try message.messages(3).map { bucket in
            HistogramReading.Bucket(
                upperBound: try #require(try bucket.double(2)), count: try #require(try bucket.unsigned(1)))
        }
        let count = try #require(try message.unsigned(1))
        let sum = try #require(try message.double(2))
        guard let schema = try message.signed(5) else {
            #expect(classic.last?.count == count)
            return .histogram(HistogramReading(buckets: classic, sum: sum))
        }
        return .nativeHistogram(
            NativeHistogramReading(
                count: count, sum: sum, schema: Int(schema), zeroThreshold: try #require(try message.double(6)),
                zeroCount: try #require(try message.unsigned(7)), negative: try buckets(message, spans: 9, deltas: 10),
                positive: try buckets(message, spans: 12, deltas: 13), classic: classic))
    }

    static func buckets(
        _ message: ProtobufReader.Message, spans: Int, deltas: Int
    ) throws -> NativeHistogramReading.Buckets {
        let spans = try message.messages(spans).map { span in
            NativeHistogramReading.Span(
                offset: Int32(try #require(try span.signed(1))), length: UInt32(try #require(try span.unsigned(2))))
        }
        var count: Int64 = 0
        let counts = try message.packedSigned(deltas).map { delta -> UInt64 in
            count += delta
            return UInt64(count)
        }
        #expect(spans.reduce(0) { $0 + Int($1.length) } == counts.count)
        return .init(spans: spans, counts: counts)
    }

    /// As protobuf has them: infos and state sets are gauges, and a state is a series.
    static func asProtobuf(_ family: MetricFamily) -> MetricFamily {
        let gauge = family.type == .info || family.type == .stateSet
        let series = family.series.flatMap { series -> [MetricFamily.Series] in
            guard case .states(let states) = series.reading else { return [series] }
            return states.map { state in
                .init(
                    labels: series.labels + [.init(name: family.name, value: state.name)],
                    reading: .number(state.holds ? 1 : 0))
            }
        }
        return MetricFamily(
            name: family.name, type: gauge ? .gauge : family.type, help: family.help, series: series)
    }

    /// One of every kind, with whatever is awkward to encode. No NaN, which equals nothing.
    static func fill(_ registry: Registry) throws {
        let labels = [Label("name", .open(cap: 100))]
        let hits = try registry.counter("hits_total", help: "Hits with \"quotes\", \\ and\nnewline.", labels: labels)
        for (index, value) in OracleTests.awkward.enumerated() { hits.with(value).add(Double(index) * 1.25) }
        let level = try registry.gauge("level_ratio", help: "", labels: labels)
        let values = [
            0, -0.0, 0.1 + 0.2, 0x1p53, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity,
        ]
        for value in values { level.with("\(value)").set(value) }
        let wait = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1e-5, 0.1, 1]).only
        let native = try registry.nativeHistogram(
            "native_seconds", help: "Native.", labels: labels, native: NativeBuckets(schema: 5, limit: 500))
        let both = try registry.nativeHistogram("both_seconds", help: "Both.", buckets: [0.01, 1]).only
        let summary = try registry.summary("summary_seconds", help: "Summary.").only
        for value in NativeHistogramTests.tame(3_000, seed: 1) {
            for histogram in [native.with("a"), both] { histogram.observe(value) }
            native.with("b").observe(-value)
            wait.observe(value)
            summary.observe(value)
        }
        for value in [0, -1, 1, 1e-200, .infinity] { native.with("odd").observe(value) }
        try registry.nativeHistogram("coarse_bytes", help: "", native: NativeBuckets(schema: -4)).only.observe(1e300)
        try registry.info("build_info", help: "Build.", labels: [Label("version", .declared)]).show("1.2")
        try registry.stateSet("job_state", help: "Job.", labels: labels, states: ["idle", "busy"]).with("a").become(
            "busy")
    }

    @Test func saysWhatTheSnapshotHolds() throws {
        try Self.fill(registry)
        let read = try Self.decode(registry.expose(.protobuf))
        let told = registry.snapshot().filter { !$0.series.isEmpty }.map(Self.asProtobuf)
        #expect(read.count == told.count)
        for (read, told) in zip(read, told) { #expect(read == told) }
    }

    /// The time in seconds by the cheap clock that series have their beginnings from, in whole milliseconds. It lags
    /// behind the exact one, by more the longer the system does not run.
    static func cheapTime() -> Double {
        var time = timespec()
        #if os(Linux)
            clock_gettime(CLOCK_REALTIME_COARSE, &time)
        #else
            clock_gettime(CLOCK_REALTIME, &time)
        #endif
        return Double(Int(time.tv_sec) * 1_000 + Int(time.tv_nsec) / 1_000_000) / 1_000
    }

    @Test func tellsWhenASeriesBegan() throws {
        let before = Self.cheapTime()
        try Self.fill(registry)
        let after = Date().timeIntervalSince1970
        for family in try Self.decode(registry.expose(.protobuf)) {
            for series in family.series where family.type != .gauge {
                let created = try #require(series.created)
                #expect(before <= created && created <= after, "\(family.name)")
            }
        }
    }

    @Test func leavesOutFamiliesWithoutSeries() throws {
        _ = try registry.gauge("empty", help: "Empty.", labels: [Label("a", .declared)])
        #expect(try Self.decode(registry.expose(.protobuf)).map(\.name) == [])
    }

    /// By spans a reader knows that a histogram is native even before it has anything.
    @Test func anEmptyNativeHistogramHasAnEmptySpan() throws {
        _ = try registry.nativeHistogram("x_seconds", help: "").only
        let family = try #require(try Self.decode(registry.expose(.protobuf)).last)
        guard case .nativeHistogram(let reading)? = family.series().map(\.reading) else {
            Issue.record("\(family)")
            return
        }
        #expect(reading.positive.spans == [.init(offset: 0, length: 0)])
        #expect(reading.count == 0)
    }

    @Test func nanIsEncoded() throws {
        try registry.gauge("x_ratio", help: "").only.set(.nan)
        try registry.nativeHistogram("y_seconds", help: "").only.observe(.nan)
        let families = try Self.decode(registry.expose(.protobuf))
        #expect(families.first { $0.name == "x_ratio" }?.series()?.value.isNaN == true)
        let told = families.first { $0.name == "y_seconds" }?.series()?.reading
        guard case .nativeHistogram(let reading)? = told else {
            Issue.record("\(families)")
            return
        }
        #expect(reading.count == 1)
        #expect(reading.sum.isNaN)
        #expect(reading.positive.counts == [])
    }

    @Test func aChunkHasWholeFamilies() throws {
        try Self.fill(registry)
        let many = try registry.counter("many_total", help: "", labels: [Label("key", .declared)])
        for key in 0..<200 { many.with("\(key)").increment() }
        var chunks: [[UInt8]] = []
        registry.expose(.protobuf, chunk: 1 << 10) { chunks.append(Array($0)) }
        #expect(chunks.count > 1)
        let families = try chunks.map { try Self.decode($0).count }
        #expect(families.reduce(0, +) == registry.snapshot().count { !$0.series.isEmpty })
    }
}
