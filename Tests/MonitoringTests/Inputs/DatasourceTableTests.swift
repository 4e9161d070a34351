import DocumentSupport
import Documents
import Testing

@testable import Monitoring

@Suite struct DatasourceTableTests {
    /// How many queries a panel has with this data source and one expression.
    private static func queries(_ source: String, panel: String = "null", expression: String = "up") -> Int {
        let target = #"{"datasource": \#(source), "expr": "\#(expression)"}"#
        let text = #"{"title": "t", "panels": [{"datasource": \#(panel), "targets": [\#(target)]}]}"#
        return InputReader.read(SourceFile(text, path: "a.json")).inputs.flatMap(\.queries).count
    }

    @Test(
        "A name says what it is of by whole words",
        arguments: [
            ("TemporalMetrics", 1), ("temporal", 1), ("TEMPORAL", 1), ("Prometheus", 1), ("Contempo", 1), ("e", 1),
            ("Tempo", 0), ("tempo-eu", 0), ("TempoEU", 0), ("MyTempo", 0), ("my_loki2", 0), ("LOKI", 0),
            ("InfluxDB", 0), ("Temporal Tempo", 0),
        ])
    func words(name: String, count: Int) { #expect(Self.queries(#""\#(name)""#) == count) }

    @Test(
        "Grafana's own data source has no expressions, so what has one is PromQL",
        arguments: [
            #"{"type": "datasource", "uid": "grafana"}"#, #"{"type": "grafana", "uid": "-- Grafana --"}"#,
            #"{"type": "datasource", "uid": "-- Mixed --"}"#, #""-- Grafana --""#, #""-- Mixed --""#,
        ])
    func ownSource(source: String) {
        #expect(Self.queries(source) == 1)
        #expect(Self.queries("null", panel: source) == 1)
        #expect(Self.queries(source, panel: #"{"type": "loki"}"#) == 0)
        #expect(Self.queries(source, expression: "") == 0)
    }
}
