import Foundation
import Instruments
import Testing

/// A real Prometheus scrapes protobuf, and its query results equal the snapshot.
@Suite struct ScrapingTests {
    @Test func prometheusHoldsWhatTheSnapshotHolds() throws {
        let registry = Registry()
        try ProtobufTests.fill(registry)
        let prometheus = try ScrapingPrometheus(
            scraping: registry.expose(.protobuf), contentType: ExpositionFormat.protobuf.contentType)
        #expect(ExpositionFormat.negotiate(accept: prometheus.accept) == .protobuf)
        for family in registry.snapshot() {
            for series in ProtobufTests.asProtobuf(family).series {
                try check(series, of: family.name, in: prometheus)
            }
        }
    }

    func check(_ series: MetricFamily.Series, of name: String, in prometheus: ScrapingPrometheus) throws {
        let labels = Dictionary(uniqueKeysWithValues: series.labels.map { ($0.name, $0.value) })
        func number(_ suffix: String = "", _ more: [String: String] = [:]) throws -> Double? {
            try item(name + suffix, labels.merging(more) { $1 }, in: prometheus).value?.number
        }
        switch series.reading {
        case .number(let value):
            #expect(try number() == value, "\(name) \(labels)")
        case .histogram(let histogram):
            #expect(try number("_sum") == histogram.sum)
            #expect(try number("_count") == Double(histogram.count))
            for bucket in histogram.buckets {
                let bound = bucket.upperBound == .infinity ? "+Inf" : "\(bucket.upperBound)"
                #expect(try number("_bucket", ["le": bound]) == Double(bucket.count), "\(bound)")
            }
        case .summary(let summary):
            #expect(try number("_sum") == summary.sum)
            #expect(try number("_count") == Double(summary.count))
            for quantile in summary.quantiles {
                #expect(try number("", ["quantile": "\(quantile.rank)"]) == quantile.value)
            }
        case .nativeHistogram(let histogram):
            let found = try #require(try item(name, labels, in: prometheus).histogram, "\(name) \(labels)")
            #expect(found.count == Double(histogram.count))
            #expect(found.sum == histogram.sum)
            compare(found.buckets, Self.buckets(histogram))
        case .states:
            Issue.record("protobuf has no states")
        }
    }

    /// The only series with exactly these labels.
    func item(
        _ name: String, _ labels: [String: String], in prometheus: ScrapingPrometheus
    ) throws -> ScrapingPrometheus.Item {
        // An empty label is none.
        let labels = labels.filter { !$0.value.isEmpty }
        let items = prometheus.result.filter { item in
            let told = item.metric.filter { !["__name__", "job", "instance"].contains($0.key) }
            return item.metric["__name__"] == name && Self.spelling(told) == Self.spelling(labels)
        }
        try #require(items.count == 1, "\(name) \(labels)")
        return items[0]
    }

    /// Byte by byte: `String` takes two spellings of an accented letter for one.
    static func spelling(_ labels: [String: String]) -> [[UInt8]] {
        labels.sorted { $0.key < $1.key }.map { Array("\($0.key)=\($0.value)".utf8) }
    }

    /// By rising value.
    static func buckets(_ histogram: NativeHistogramReading) -> [ScrapingPrometheus.Histogram.Bucket] {
        func bound(_ index: Int) -> Double {
            min(exp2(Double(index) * exp2(Double(-histogram.schema))), .greatestFiniteMagnitude)
        }
        let negative = histogram.negative.indexed.reversed().map { index, count in
            ScrapingPrometheus.Histogram.Bucket(lower: -bound(index), upper: -bound(index - 1), count: Double(count))
        }
        let zero = ScrapingPrometheus.Histogram.Bucket(
            lower: -histogram.zeroThreshold, upper: histogram.zeroThreshold, count: Double(histogram.zeroCount))
        let positive = histogram.positive.indexed.map { index, count in
            ScrapingPrometheus.Histogram.Bucket(lower: bound(index - 1), upper: bound(index), count: Double(count))
        }
        return negative + (zero.count > 0 ? [zero] : []) + positive
    }

    func compare(
        _ found: [ScrapingPrometheus.Histogram.Bucket], _ expected: [ScrapingPrometheus.Histogram.Bucket]
    ) {
        func near(_ left: Double, _ right: Double) -> Bool {
            left == right || (left - right).magnitude <= right.magnitude * 1e-12
        }
        #expect(found.map(\.count) == expected.map(\.count))
        for (found, expected) in zip(found, expected) {
            // The bucket of infinity has bounds of its own.
            if expected.lower.magnitude == .greatestFiniteMagnitude { continue }
            #expect(near(found.lower, expected.lower) && near(found.upper, expected.upper), "\(found), not \(expected)")
        }
    }
}
