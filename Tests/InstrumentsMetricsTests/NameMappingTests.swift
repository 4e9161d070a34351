import Instruments
import Testing

@testable import InstrumentsMetrics

@Suite struct NameMappingTests {
    @Test(
        arguments: [
            (.counter("http.requests"), "http_requests_total"),
            (.counter("http_requests_total"), "http_requests_total"),
            (.counter("_total"), "_total_total"), (.counter(""), "__total"),
            (.gauge("pool/size-now"), "pool_size_now"), (.gauge("workers_total"), "workers_total"),
            (.gauge("5xx"), "_5xx"), (.gauge("a..b::c  d"), "a_b_c_d"), (.gauge("größe"), "gr_e"),
            (.gauge("queueDepth."), "queueDepth"), (.gauge("🛒"), "_"), (.gauge("a\nb\"c"), "a_b_c"),
            (.recorder("payload.bytes"), "payload_bytes"), (.recorder("batch_total"), "batch"),
            (.timer("http.server.request.duration"), "http_server_request_duration_seconds"),
            (.timer("wait_seconds"), "wait_seconds"), (.timer("wait.ms"), "wait_seconds"),
            (.timer("wait_nanoseconds"), "wait_seconds"), (.timer("wait_ns_total"), "wait_seconds"),
            (.timer("items"), "items_seconds"),
        ] as [(MetricKey, String)])
    func familiesGetNames(_ key: MetricKey, _ name: String) {
        #expect(NameMapping.family(key) == name)
    }

    @Test(
        arguments: [
            ("http.route", "http_route"), ("le", "le_"), ("quantile", "quantile_"), ("__name__", "_name"), ("", "_"),
            ("error:type", "error_type"), ("9", "_9"), ("Method", "Method"),
        ])
    func dimensionsGetNames(_ key: String, _ name: String) {
        #expect(NameMapping.label(key) == name)
    }

    /// Whatever a library calls its metrics, a registry takes the names.
    @Test func everyNameIsAllowed() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("ab_.:-9 éß\u{0}\u{301}🛒\n\"{}=,totalsecndmqie".unicodeScalars)
        for _ in 0..<2000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) { text.append(alphabet.randomElement(using: &random)!) }
            let label = String(text)
            let registry = Registry()
            let labels = [Label(NameMapping.label(label), .declared)]
            #expect(throws: Never.self, "\(label.debugDescription)") {
                _ = try registry.counter(NameMapping.family(.counter("c" + label)), help: "", labels: labels)
                _ = try Registry().counter(NameMapping.family(.counter(label)), help: "", labels: labels)
                _ = try Registry().gauge(
                    NameMapping.family(.gauge(label)), help: "", labels: labels, allowingTotal: true)
                _ = try Registry().histogram(
                    NameMapping.family(.recorder(label)), help: "", labels: labels, buckets: [])
                _ = try Registry().histogram(NameMapping.family(.timer(label)), help: "", labels: labels, buckets: [])
            }
        }
    }
}
