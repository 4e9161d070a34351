import Instruments
import Testing

@Suite struct NegotiationTests {
    static let prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    static let prometheus2Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
        + "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    static let prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    static let prometheus3TextOnly =
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.2"

    static let prometheus3Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
        + "escaping=allow-utf-8;q=0.7," + prometheus3

    @Test(
        arguments: [
            (nil, .text004), ("", .text004), ("*/*", .text004), ("text/*", .text004), ("text/plain", .text004),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text004),
            (prometheus2, .openMetrics100), (prometheus2Protobuf, .protobuf), (prometheus3, .openMetrics100),
            (prometheus3TextOnly, .text100), (prometheus3Protobuf, .protobuf),
            ("application/vnd.google.protobuf", .text004),
            ("application/vnd.google.protobuf;encoding=delimited", .text004),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", .text004),
            ("application/vnd.google.protobuf;proto=io.prometheus.Other;encoding=delimited", .text004),
            (
                "text/plain;q=0.9,application/vnd.google.protobuf; encoding=\"delimited\"; "
                    + "proto=io.prometheus.client.MetricFamily", .protobuf
            ),
            ("application/openmetrics-text", .openMetrics100), ("application/*", .openMetrics100),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8", .openMetrics100),
            ("application/openmetrics-text;version=0.0.1", .text004),
            ("text/plain;version=1.0.0", .text100), ("text/plain;version=0.0.4, text/plain;version=1.0.0", .text004),
            ("text/plain;version=0.0.4;q=0.5, text/plain;version=1.0.0", .text100),
            ("text/plain;version=2.0.0", .text004),
            ("application/openmetrics-text;version=2.0.0", .text004),
            ("text/plain;q=0.4, application/openmetrics-text;q=0.5", .openMetrics100),
            ("text/plain;q=0.6, application/openmetrics-text;q=0.5", .text004),
            ("application/openmetrics-text, text/plain", .openMetrics100),
            ("text/plain, application/openmetrics-text", .text004),
            ("*/*, application/openmetrics-text", .openMetrics100),
            ("text/plain;q=0, */*", .openMetrics100), ("application/openmetrics-text;q=0, */*;q=0.1", .text004),
            ("application/openmetrics-text;q=0", .text004), ("application/json", .text004),
            ("application/openmetrics-text;q=2", .text004), ("application/openmetrics-text;q=nan", .text004),
            ("application/openmetrics-text;q=", .openMetrics100), ("application/openmetrics-text;;", .openMetrics100),
            (" , ;,/,text/,\u{0}", .text004), ("é/*;q=1", .text004),
        ] as [(String?, ExpositionFormat)])
    func picks(_ accept: String?, _ expected: ExpositionFormat) {
        #expect(ExpositionFormat.negotiate(accept: accept) == expected)
    }

    @Test(
        arguments: [
            (nil, .text004, .underscores, ""), (prometheus2, .openMetrics100, .underscores, "; escaping=underscores"),
            (prometheus3, .openMetrics100, .allowUTF8, "; escaping=allow-utf-8"),
            (prometheus3TextOnly, .text100, .allowUTF8, "; escaping=allow-utf-8"),
            (prometheus3Protobuf, .protobuf, .allowUTF8, "; escaping=allow-utf-8"),
            (prometheus2Protobuf, .protobuf, .underscores, "; escaping=underscores"),
            (prometheus3.replacing("allow-utf-8", with: "dots"), .openMetrics100, .dots, "; escaping=dots"),
            (prometheus3TextOnly.replacing("allow-utf-8", with: "values"), .text100, .values, "; escaping=values"),
            ("text/plain;version=1.0.0", .text100, .underscores, "; escaping=underscores"),
            ("text/plain;version=1.0.0;escaping=what", .text100, .underscores, "; escaping=underscores"),
            ("text/plain;version=0.0.4;escaping=allow-utf-8", .text004, .underscores, ""),
            ("text/plain;version=0.0.4;escaping=dots", .text004, .dots, "; escaping=dots"),
            ("*/*;escaping=values", .text004, .values, "; escaping=values"),
            (
                "text/plain;escaping=dots;q=0.1,application/openmetrics-text;escaping=\"allow-utf-8\"", .openMetrics100,
                .allowUTF8, "; escaping=allow-utf-8"
            ),
        ] as [(String?, ExpositionFormat, EscapingScheme, String)])
    func picksEscaping(
        _ accept: String?, _ format: ExpositionFormat, _ escaping: EscapingScheme, _ parameter: String
    ) throws {
        let registry = Registry(utf8Names: true)
        try registry.gauge("my.level", help: "").only.set(1)
        let scrape = registry.scrape(ScrapeRequest(accept: accept))
        #expect(scrape.format == format)
        #expect(scrape.escaping == escaping)
        #expect(scrape.contentType == format.contentType + parameter)
        #expect(scrape.next() == registry.expose(format, escaping: escaping))
    }

    @Test func contentTypes() {
        #expect(ExpositionFormat.text004.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(ExpositionFormat.text100.contentType == "text/plain; version=1.0.0; charset=utf-8")
        #expect(
            ExpositionFormat.openMetrics100.contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(
            ExpositionFormat.protobuf.contentType
                == "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited")
    }
}
