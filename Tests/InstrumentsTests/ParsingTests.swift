import Instruments
import Testing

@Suite struct ParsingTests {
    typealias Parsed = ParsedExposition

    /// Everything that a format has, in the spelling of ``ParsedExposition/canonical``.
    static func everything(_ format: TextFormat) -> String {
        let text = #"""
            # HELP hits_total Hits with a "quote", \\ and\nnewline.
            # TYPE hits_total counter
            hits_total{path="/a",name="say \"hi\"\\\n"} 18446744073709551615 1700000000123
            hits_total{path="é",name=""} 0.1
            # HELP wait_seconds Wait.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{queue="a",le="0.5"} 1
            wait_seconds_bucket{queue="a",le="+Inf"} 3
            wait_seconds_sum{queue="a"} 2.5
            wait_seconds_count{queue="a"} 3
            # TYPE size_bytes summary
            size_bytes{quantile="0.5"} NaN
            size_bytes{quantile="0.99"} 7
            size_bytes_sum 1e+300
            size_bytes_count 2
            # TYPE level gauge
            level{case="a"} -0.0 -5
            level{case="b"} -Inf
            # TYPE bare untyped
            bare 5e-324

            """#
        switch format {
        case .text004: return text
        case .text100:
            return text + #"""
                # HELP "my.metric é" Named as others do.
                # TYPE "my.metric é" gauge
                {"my.metric é","a.b"="c",d="e"} 1
                {"my.metric é"} 2
                # TYPE "\"\\\n" untyped
                {"\"\\\n","\n"="x"} 1

                """#
        case .openMetrics100: return openMetrics
        }
    }

    private static let openMetrics = #"""
        # HELP hits Hits with a \"quote\", \\ and\nnewline.
        # TYPE hits counter
        hits_total{path="/a"} 18446744073709551615 1700000000.5 # {trace_id="é\"",a=""} 1.5 1700000000.25
        hits_created{path="/a"} 1600000000.0 1700000000.5
        hits_total{path="/b"} 0 # {} 1
        # TYPE wait_seconds histogram
        # UNIT wait_seconds seconds
        wait_seconds_bucket{queue="a",le="0.5"} 1 # {trace_id="1"} 0.25
        wait_seconds_bucket{queue="a",le="+Inf"} 3
        wait_seconds_count{queue="a"} 3
        wait_seconds_sum{queue="a"} 2.5
        wait_seconds_created{queue="a"} 1600000000.0
        # TYPE size summary
        size{quantile="0.99"} 7
        size{quantile="0.5"} NaN
        size_count 2
        size_sum 1e+300
        # TYPE depth gaugehistogram
        depth_bucket{le="-1"} 2
        depth_bucket{le="+Inf"} 2
        depth_gcount 2
        depth_gsum -5.5
        # TYPE build info
        build_info{version="1.0"} 1
        # TYPE door stateset
        door{door="open"} 1
        door{door="shut"} 0
        # TYPE level gauge
        level -0.0 1.0
        level -Inf 2.0
        # TYPE bare unknown
        bare 5e-324
        # EOF

        """#

    @Test(arguments: TextFormat.allCases)
    func everythingIsReadAndWrittenAlike(_ format: TextFormat) throws {
        let exposition = try Parsed(parsing: Self.everything(format).utf8, format: format)
        #expect(exposition.format == format)
        #expect(String(decoding: exposition.canonical, as: UTF8.self) == Self.everything(format))
        #expect(try Parsed(parsing: exposition.canonical, format: format) == exposition)
    }

    @Test func textIsReadAsItStands() throws {
        let families = try Parsed(parsing: Self.everything(.text004).utf8, format: .text004).families
        #expect(families.map(\.name) == ["hits_total", "wait_seconds", "size_bytes", "level", "bare"])
        #expect(families.map(\.type) == [.counter, .histogram, .summary, .gauge, .unknown])
        #expect(families.map(\.unit) == [nil, nil, nil, nil, nil])
        #expect(families[0].help == "Hits with a \"quote\", \\ and\nnewline.")
        #expect(families[2].help == nil)
        let first = families[0].samples[0]
        #expect(first["name"] == "say \"hi\"\\\n")
        #expect(first["none"] == nil)
        #expect(first.labels.map(\.name) == ["path", "name"])
        #expect(first.value == .natural(.max))
        #expect(first.timestamp == .milliseconds(1_700_000_000_123))
        #expect(first.timestamp?.seconds == 1_700_000_000.123)
        #expect(families[1].samples.map(\.name).suffix(2) == ["wait_seconds_sum", "wait_seconds_count"])
        #expect(families[3].samples.map(\.value) == [.real(-0.0), .real(-.infinity)])
        #expect(families[4].samples.map(\.value) == [.real(.leastNonzeroMagnitude)])
    }

    @Test func quotedNamesMayBeAnything() throws {
        let families = try Parsed(parsing: Self.everything(.text100).utf8, format: .text100).families.suffix(2)
        #expect(families.map(\.name) == ["my.metric é", "\"\\\n"])
        #expect(families.map(\.help) == ["Named as others do.", nil])
        #expect(families.first?.samples.first?["a.b"] == "c")
        #expect(families.last?.samples.first?["\n"] == "x")
        let other = try Parsed(parsing: "# TYPE \"a\" gauge\n{\"a\"} 1\na{\"b\"=\"c\"} 1\n".utf8, format: .text100)
        #expect(other.families.map(\.name) == ["a"])
        #expect(String(decoding: other.canonical, as: UTF8.self) == "# TYPE a gauge\na 1\na{b=\"c\"} 1\n")
    }

    /// Names and values are compared by bytes: two spellings of one letter make two series.
    @Test func spellingsOfALetterDiffer() throws {
        let text = "a{b=\"\u{E9}\"} 1\na{b=\"e\u{301}\"} 1\n"
        let samples = try Parsed(parsing: text.utf8, format: .text004).families[0].samples
        #expect(samples.count == 2)
        #expect(samples[0].labels[0] != samples[1].labels[0])
        let names = "{\"\u{E9}\",\"\u{E9}\"=\"\",\"e\u{301}\"=\"\"} 1\n{\"e\u{301}\"} 1\n"
        #expect(try Parsed(parsing: names.utf8, format: .text100).families.count == 2)
    }

    /// What a format allows beside the canonical spelling.
    @Test(
        arguments: [
            (.text004, "", ""),
            (.text004, "\n \n\t\n", ""),
            (.text004, "#\n#HELP a b\n# Comment\n#  x\n# EOF\n# UNIT a b\na 1\n", "# TYPE a untyped\na 1\n"),
            (.text004, " \ta \t1\t 5 \t\n", "# TYPE a untyped\na 1 5\n"),
            (.text004, "a{}1\n", "# TYPE a untyped\na 1\n"),
            (.text004, "a { b = \"c\" , } 1\n", "# TYPE a untyped\na{b=\"c\"} 1\n"),
            (.text004, "#\t TYPE  a\tgauge \n", "# TYPE a gauge\n"),
            (.text004, "# HELP  a \t b  c \t\n", "# HELP a b  c\n# TYPE a untyped\n"),
            (.text004, "# HELP a\n", "# TYPE a untyped\n"),
            (.text004, "# HELP a \r\n", "# HELP a \r\n# TYPE a untyped\n"),
            (.text004, "# TYPE a gauge\n# HELP a b\na 1\n", "# HELP a b\n# TYPE a gauge\na 1\n"),
            (.text004, "a{b=\"\r\t\u{0}}{,=#\"} 1\n", "# TYPE a untyped\na{b=\"\r\t\u{0}}{,=#\"} 1\n"),
            (.text004, ":a:_0 1\n", "# TYPE :a:_0 untyped\n:a:_0 1\n"),
            (.text004, "a +Inf -1\n", "# TYPE a untyped\na +Inf -1\n"),
            (.text004, "a 1 -9223372036854775808\n", "# TYPE a untyped\na 1 -9223372036854775808\n"),
            (.text004, "a_sum 1\na 2\n", "# TYPE a_sum untyped\na_sum 1\n# TYPE a untyped\na 2\n"),
            (.text004, "# TYPE a counter\na -1\n", "# TYPE a counter\na -1.0\n"),
            (.text004, "# TYPE a histogram\n# TYPE b gauge\n", "# TYPE a histogram\n# TYPE b gauge\n"),
            (
                .text004,
                "# TYPE a histogram\na_bucket{b=\"1\",le=\"+Inf\"} 1\na_bucket{b=\"2\",le=\"+Inf\"} 2\na_count{b=\"1\"} 1\n",
                "# TYPE a histogram\na_bucket{b=\"1\",le=\"+Inf\"} 1\na_bucket{b=\"2\",le=\"+Inf\"} 2\na_count{b=\"1\"} 1\n"
            ),
            (.text100, "{ \"a\" , b = \"c\" , } 1\n", "# TYPE a untyped\na{b=\"c\"} 1\n"),
            (.text100, "{\"a\",}1\n", "# TYPE a untyped\na 1\n"),
            (.text100, "# TYPE \"a b\"\tgauge\n", "# TYPE \"a b\" gauge\n"),
            (.openMetrics100, "# EOF", "# EOF\n"),
            (.openMetrics100, "a{} 1\n# EOF\n", "# TYPE a unknown\na 1\n# EOF\n"),
            (.openMetrics100, "a{b=\"\\x\\\\\"} 1\n# EOF\n", "# TYPE a unknown\na{b=\"\\\\x\\\\\"} 1\n# EOF\n"),
            (.openMetrics100, "# HELP a  b \n# EOF\n", "# HELP a  b \n# TYPE a unknown\n# EOF\n"),
            (.openMetrics100, "# HELP a \n# UNIT a \n# EOF\n", "# TYPE a unknown\n# EOF\n"),
            (.openMetrics100, "a 1 1e3\na 2 1e3\n# EOF\n", "# TYPE a unknown\na 1 1000.0\na 2 1000.0\n# EOF\n"),
        ] as [(TextFormat, String, String)])
    func otherSpellings(_ format: TextFormat, _ text: String, _ canonical: String) throws {
        let exposition = try Parsed(parsing: text.utf8, format: format)
        #expect(String(decoding: exposition.canonical, as: UTF8.self) == canonical)
        #expect(try Parsed(parsing: exposition.canonical, format: format) == exposition)
    }

    @Test(
        arguments: [
            ("0", .natural(0)), ("-0", .real(-0.0)), ("+1", .natural(1)), ("007", .natural(7)), ("1.", .real(1)),
            (".5", .real(0.5)), ("1e3", .real(1000)), ("1E+3", .real(1000)), ("1e-3", .real(0.001)),
            ("9007199254740991", .natural((1 << 53) - 1)), ("9007199254740993", .natural((1 << 53) + 1)),
            ("-9007199254740993", .real(-0x1p53)), ("9223372036854775807", .natural(UInt64(Int64.max))),
            ("18446744073709551615", .natural(.max)), ("18446744073709551616", .real(0x1p64)),
            ("5e-324", .real(.leastNonzeroMagnitude)), ("2e-324", .real(0)), ("1e-999999999999999999999", .real(0)),
            ("2.2250738585072011e-308", .real(Double.leastNormalMagnitude.nextDown)),
            ("0e999999999999999999999", .real(0)),
            ("1.7976931348623157e308", .real(.greatestFiniteMagnitude)), ("123456.789e-3", .real(123.456789)),
            ("9007199254740993.0", .real(0x1p53)), ("0.1", .real(0.1)), ("3.14159265358979323846", .real(.pi)),
            ("+Inf", .real(.infinity)), ("-iNf", .real(-.infinity)), ("inf", .real(.infinity)),
            ("-Infinity", .real(-.infinity)), ("nan", .real(.nan)), ("NaN", .real(.nan)),
        ] as [(String, ParsedExposition.Number)], TextFormat.allCases)
    func numbers(_ number: (String, ParsedExposition.Number), _ format: TextFormat) throws {
        let text = "a \(number.0)\n\(format == .openMetrics100 ? "# EOF\n" : "")"
        #expect(try Parsed(parsing: text.utf8, format: format).families[0].samples[0].value == number.1)
    }

    @Test func pointsPutTheSamplesOfAMetricTogether() throws {
        let exposition = try Parsed(parsing: Self.everything(.openMetrics100).utf8, format: .openMetrics100)
        let points = exposition.families.map { $0.points(in: .openMetrics100) }
        #expect(points.map(\.count) == [2, 1, 1, 1, 1, 1, 2, 1])
        guard case .counter(let hits) = points[0][0].reading, case .histogram(let wait) = points[1][0].reading,
            case .summary(let size) = points[2][0].reading, case .histogram(let depth) = points[3][0].reading
        else {
            Issue.record("not what the types say: \(points)")
            return
        }
        #expect(points[0][0].timestamp == .seconds(1_700_000_000.5))
        #expect(hits.total == .natural(.max))
        #expect(hits.created == 1_600_000_000)
        #expect(hits.exemplar?.labels.map(\.value) == ["é\"", ""])
        #expect(hits.exemplar?.timestamp == .seconds(1_700_000_000.25))
        #expect(points[1][0].labels.map(\.name) == ["queue"])
        #expect(wait.buckets.map(\.upperBound) == [0.5, .infinity])
        #expect(wait.buckets.map(\.count) == [.natural(1), .natural(3)])
        #expect(wait.buckets.map { $0.exemplar?.value } == [.real(0.25), nil])
        #expect(wait.count == .natural(3))
        #expect(wait.sum == .real(2.5))
        #expect(wait.created == 1_600_000_000)
        #expect(size.quantiles.map(\.quantile) == [0.99, 0.5])
        #expect(size.quantiles.map(\.value) == [.natural(7), .real(.nan)])
        #expect(size.sum == .real(1e300))
        #expect(depth.buckets.map(\.upperBound) == [-1, .infinity])
        #expect(depth.sum == .real(-5.5))
        #expect(points[4][0].reading == .info)
        #expect(points[4][0].labels.map(\.value) == ["1.0"])
        #expect(points[5][0].labels == [])
        guard case .states(let states) = points[5][0].reading else { return }
        #expect(states.map(\.name) == ["open", "shut"])
        #expect(states.map(\.isOn) == [true, false])
        #expect(points[6].map(\.timestamp) == [.seconds(1), .seconds(2)])
        #expect(points[7][0].reading == .number(.real(.leastNonzeroMagnitude)))
    }

    /// OpenMetrics lets points of one metric have equal timestamps; samples that repeat begin the next.
    @Test func pointsOfOneTimeStayApart() throws {
        let text = """
            # TYPE a counter
            a_total 1 5
            a_created 4 5
            a_total 2 5
            # TYPE b histogram
            b_bucket{le="1"} 1 5
            b_bucket{le="+Inf"} 1 5
            b_bucket{le="1"} 2 5
            b_bucket{le="+Inf"} 2 5
            # TYPE c summary
            c{quantile="1"} 1 5
            c{quantile="1.0"} 2 5
            # EOF

            """
        let families = try Parsed(parsing: text.utf8, format: .openMetrics100).families
        let points = families.map { $0.points(in: .openMetrics100).map(\.reading) }
        let counters: [Parsed.PointReading] = points[0]
        guard case .counter(let first) = counters[0], case .counter(let second) = counters[1] else {
            Issue.record("no counters: \(counters)")
            return
        }
        #expect([first.created, second.created] == [4, nil])
        #expect([first.total, second.total] == [.natural(1), .natural(2)])
        #expect(points.map(\.count) == [2, 2, 2])
    }

    @Test(arguments: TextFormat.allCases)
    func whatIsEqualHashesAlike(_ format: TextFormat) throws {
        let bytes = Array(Self.everything(format).utf8)
        let exposition = try Parsed(parsing: bytes, format: format)
        let again = try Parsed(parsing: bytes.lazy.map { $0 }, format: format)
        #expect(again == exposition)
        #expect(again.hashValue == exposition.hashValue)
        let numbers: [Parsed.Number] = [.natural(0), .real(0), .real(-0.0), .real(.nan), .natural(1)]
        #expect(Set(numbers + [.real(-.nan)]).count == numbers.count)
    }

    @Test(
        arguments: [
            ("text/plain; version=0.0.4; charset=utf-8", .text004),
            ("text/plain;version=1.0.0;escaping=allow-utf-8", .text100),
            ("TEXT/Plain ; Version=\"0.0.4\"", .text004),
            ("text/plain", .text100),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics100),
            ("application/openmetrics-text", .openMetrics100),
            ("application/openmetrics-text; version=0.0.1", nil),
            ("text/plain; version=0.0.4; charset=latin1", nil),
            ("text/html", nil), ("", nil), (";", nil),
        ] as [(String, TextFormat?)])
    func theContentTypeTellsTheFormat(_ contentType: String, _ format: TextFormat?) {
        #expect(TextFormat(contentType: contentType) == format)
    }

    /// Shapes that make a quadratic reader sit for hours; `@` stands for the number of the repetition.
    @Test(
        .timeLimit(.minutes(30)),
        arguments: [
            (.text004, "", "a{b=\"@\"} 1\n", 25_000, nil),
            (.text004, "# TYPE a histogram\n", "a_bucket{b=\"@\",le=\"+Inf\"} 1\n", 25_000, nil),
            (.text004, "", "# TYPE a@ gauge\n", 15_000, nil),
            (.text100, "", "{\"a\\n@\",\"b\"=\"@\"} 1\n", 15_000, nil),
            (.openMetrics100, "", "a 1 @\n", 25_000, .endOfFile),
            (.openMetrics100, "# TYPE a stateset\n", "a{a=\"@\"} 1\n", 25_000, .endOfFile),
            (.openMetrics100, "# TYPE a summary\n", "a{quantile=\"0.@1\"} 1\n", 15_000, .endOfFile),
            (.text004, "", "\n", 100_000, nil),
            (.text004, "#", " \t", 50_000, .syntax),
            (.text004, "# HELP a b", " \t", 50_000, .syntax),
            (.text004, "a{b=\"", "\\\\", 50_000, .syntax),
            (.text004, "a{", "b@=\"\",", 50_000, .limit),
            (.openMetrics100, "# HELP a ", "\\\\", 50_000, .endOfFile),
        ] as [(TextFormat, String, String, Int, ExpositionError.Code?)])
    func aLongTextTakesTimeByItsLength(
        _ format: TextFormat, _ head: String, _ piece: String, _ count: Int, _ code: ExpositionError.Code?
    ) {
        let parts = piece.split(separator: "@", omittingEmptySubsequences: false)
        let text = head + (1...count).map { parts.joined(separator: "\($0)") }.joined()
        do throws(ExpositionError) {
            let families = try Parsed(parsing: text.utf8, format: format).families
            #expect(families.map { $0.points(in: format).count }.reduce(0, +) <= count)
            #expect(code == nil)
        } catch {
            #expect(error.code == code)
        }
    }
}
