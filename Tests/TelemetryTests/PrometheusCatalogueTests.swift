import Foundation
import Testing

@testable import Telemetry

/// What a Prometheus 2.42 answered that scraped a shop and computed one metric.
struct PrometheusCatalogueTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/prometheus")

    private static func answer<Answer: Decodable>(_ name: String) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(contentsOf: folder.appendingPathComponent(name + ".json")))
    }

    private static func catalogue(unasked: Set<String> = []) throws -> Catalogue {
        Catalogue(
            prometheus: try answer("names"), metadata: try answer("metadata"), series: [try answer("series")],
            unasked: unasked)
    }

    @Test func samplesBecomeFamilies() throws {
        let families = try Self.catalogue().families
        #expect(
            families.map { "\($0.name) \($0.type)" } == [
                "method:shop_requests:rate5m unknown", "shop_gc_seconds summary", "shop_info gauge",
                "shop_request_seconds histogram", "shop_requests_total counter", "shop_stock gauge",
            ])
    }

    @Test func labelsAreThoseOfTheirSeries() throws {
        let catalogue = try Self.catalogue()
        let requests = try #require(catalogue["shop_requests_total"])
        #expect(requests.labels.map(\.name) == ["method", "reason", "status"])
        #expect(requests.labels.map(\.domain) == [.declared, .declared, .declared])
        // Some series have no reason.
        #expect(requests.labels.map(\.values) == [["GET"], ["", "down"], ["200", "500"]])
        #expect(requests.help == "Requests.")
        #expect(requests.otherLabels == nil)
        // No target has the series of a rule.
        let recorded = try #require(catalogue["method:shop_requests:rate5m"])
        #expect(recorded.labels.map(\.name) == ["instance", "job", "method"])
        #expect(recorded.labels.map(\.values) == [[""], [""], ["GET"]])
    }

    @Test func histogramsHaveTheirBounds() throws {
        let histogram = try #require(try Self.catalogue()["shop_request_seconds"])
        #expect(histogram.buckets == [0.1, 0.5])
        #expect(histogram.labels.map(\.name) == ["path"])
        #expect(histogram.labels.map(\.values) == [["/"]])
        #expect(histogram.unit == "seconds")
        #expect(try Self.catalogue()["shop_gc_seconds"]?.labels.isEmpty == true)
    }

    @Test func whatWasNotAskedForIsOpen() throws {
        let catalogue = try Self.catalogue(unasked: ["shop_request_seconds_bucket", "shop_stock"])
        #expect(catalogue["shop_stock"]?.otherLabels == true)
        #expect(catalogue["shop_request_seconds"]?.otherLabels == true)
        #expect(catalogue["shop_request_seconds"]?.buckets == nil)
        #expect(catalogue["shop_request_seconds"]?.type == "histogram")
    }

    @Test(arguments: [
        // OpenMetrics describes these without their endings.
        (["a_total"], #"{"a": [{"type": "counter", "help": "", "unit": ""}]}"#, ["a_total counter"]),
        (["a_info"], #"{"a": [{"type": "info", "help": "", "unit": ""}]}"#, ["a_info info"]),
        // Targets that do not agree, and metrics that nobody describes.
        (
            ["a"],
            #"{"a": [{"type": "gauge", "help": "", "unit": ""}, {"type": "counter", "help": "", "unit": ""}]}"#,
            ["a unknown"]
        ),
        (["a_bucket", "a_count", "b"], "{}", ["a_bucket unknown", "a_count unknown", "b unknown"]),
        // A native histogram has samples of its own name.
        (
            ["a", "a_bucket", "a_count", "a_sum"], #"{"a": [{"type": "histogram", "help": "", "unit": "seconds"}]}"#,
            ["a unknown", "a_bucket unknown", "a_count unknown", "a_sum unknown"]
        ),
        (
            ["a_bucket", "a_count", "a_sum"], #"{"a": [{"type": "histogram", "help": "", "unit": "seconds"}]}"#,
            ["a histogram"]
        ),
        // What is described may come.
        ([], #"{"a": [{"type": "gauge", "help": ""}]}"#, ["a gauge"]),
        ([], #"{"a": [{"type": "counter", "help": ""}]}"#, ["a counter", "a_total counter"]),
        ([], #"{"a_total": [{"type": "counter", "help": ""}]}"#, ["a_total counter"]),
        ([], #"{"a": [{"type": "histogram", "help": ""}]}"#, ["a histogram"]),
        (["up", "ALERTS", "scrape_duration_seconds"], "{}", []),
    ])
    func types(names: [String], metadata: String, expected: [String]) throws {
        let names = try JSONEncoder().encode(["data": names])
        let catalogue = Catalogue(
            prometheus: try JSONDecoder().decode(PrometheusAnswers.Names.self, from: names),
            metadata: try JSONDecoder().decode(
                PrometheusAnswers.Metadata.self, from: Data(#"{"data": \#(metadata)}"#.utf8)),
            series: [])
        #expect(catalogue.families.map { "\($0.name) \($0.type)" } == expected)
    }
}
