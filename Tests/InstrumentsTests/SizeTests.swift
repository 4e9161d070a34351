import Instruments
import Testing

@Suite struct SizeTests {
    let registry = Registry()

    func size(_ name: String, values: [String: Int] = [:], longest: Int = 1 << 16) -> FamilySize? {
        registry.size(values: values, longestValue: longest).families.first { $0.name == name }
    }

    @Test func domainsMultiply() throws {
        let labels = [Label("method", .closed(["GET", "PUT"])), Label("user", .open(cap: 10, reserved: ["ada"]))]
        let family = try registry.counter("hits_total", help: "", labels: labels)
        #expect(size("hits_total")?.maximumSeries == 3 * 11)
        #expect(size("hits_total")?.maximumSamples == 3 * 11)
        #expect(size("hits_total")?.series == 0)
        family.with("GET", "ada").increment()
        #expect(size("hits_total")?.series == 1)
    }

    @Test func aFamilyWithoutLabelsHasOneSeries() throws {
        _ = try registry.histogram("wait_seconds", help: "", buckets: [1, 2])
        #expect(size("wait_seconds")?.maximumSeries == 1)
        #expect(size("wait_seconds")?.maximumSamples == 5)
    }

    @Test func whatIsDeployedIsForTheCallerToSay() throws {
        let labels = [Label("path", .route), Label("code", .closed(["ok", "other"]))]
        _ = try registry.counter("hits_total", help: "", labels: labels)
        #expect(size("hits_total")?.maximumSeries == nil)
        #expect(size("hits_total")?.maximumBytes == nil)
        #expect(registry.size().maximumSeries == nil)
        #expect(size("hits_total", values: ["path": 40])?.maximumSeries == 41 * 2)
        // The overflows of two labels and of the wrong count.
        #expect(registry.size(values: ["path": 40]).maximumSeries == 41 * 2 + 3)
    }

    @Test func scopesAreCounted() throws {
        for pool in ["a", "bb", "ccc"] {
            let scope = registry.scoped(prefix: "db_", labels: ["pool": pool])
            _ = try scope.gauge("depth", help: "", labels: [Label("kind", .closed(["x", "y"]))])
        }
        #expect(size("db_depth")?.maximumSeries == 9)
        #expect(size("db_depth")?.series == 6)
    }

    @Test func callbacksAreBoundedByTheirLimits() throws {
        let limits = CallbackLimits(deadline: .seconds(600), series: 7)
        try registry.observedGauge("depth", help: "", labels: [Label("queue", .declared)], limits: limits) {
            [Observation(["a"], 1), Observation(["b"], 1)]
        }
        try registry.observedGauge("one", help: "", limits: limits) { [] }
        try registry.collector("pages", limits: limits) {
            [.init(name: "pages", type: .gauge, help: "", series: [.init(labels: [], reading: .number(1))])]
        }
        _ = registry.snapshot()
        #expect(size("depth")?.maximumSeries == 7)
        #expect(size("depth")?.series == 2)
        #expect(size("one")?.maximumSeries == 1)
        #expect(size("pages")?.maximumSeries == 7)
        #expect(size("pages")?.series == 1)
        #expect(size("pages")?.maximumBytes == nil)
        #expect(size(Registry.failuresName)?.maximumSeries == 12)
        #expect(size(Registry.failuresName)?.series == 12)
    }

    @Test func whatIsTooMuchIsTheGreatestNumber() throws {
        let labels = (0..<20).map { Label("l\($0)", .open(cap: .max)) }
        _ = try registry.gauge("depth", help: "", labels: labels)
        #expect(size("depth", longest: 10)?.maximumSeries == .max)
        #expect(registry.size(longestValue: .max).maximumBytes == .max)
        #expect(registry.size(values: ["none": .min], longestValue: .min).maximumSeries == .max)
    }

    /// With all domains filled by the longest values and numbers, expositions are as long as was said, or shorter.
    @Test(arguments: [ExpositionFormat.text004, .openMetrics100])
    func expositionsKeepTheirBounds(_ format: ExpositionFormat) throws {
        let value = { (number: Int) in String(repeating: "\n", count: 9) + "\(number % 10)" }
        let labels = [Label("a\u{62}", .open(cap: 5)), Label("b", .closed(["x", "\"\"\"\"", "yy"]))]
        let counter = try registry.counter("hits_total", help: "Hits \"\n\\.", labels: labels)
        let gauge = try registry.scoped(prefix: "db_", labels: ["pool": "\n\n"]).gauge(
            "depth", help: "", labels: labels)
        let histogram = try registry.histogram("wait", help: "Wait.", labels: labels, buckets: [-1e300, 0.1, 1e20])
        for number in 0..<20 {
            for kind in ["x", "\"\"\"\"", "yy", "?"] {
                counter.with(value(number), kind).add(1.7976931348623157e+308)
                gauge.with(value(number), kind).set(-.leastNormalMagnitude)
                histogram.with(value(number), kind).observe(-1.7976931348623157e+308)
            }
        }
        let size = registry.size(longestValue: 10)
        let text = String(decoding: registry.expose(format), as: UTF8.self)
        let samples = text.split(separator: "\n").count { !$0.hasPrefix("#") }
        #expect(size.series == 3 * 6 * 4 + 6)
        let bytes = try #require(size.maximumBytes)
        let most = try #require(size.maximumSamples)
        #expect(text.utf8.count <= bytes)
        #expect(samples <= most)
        if format == .text004 {
            #expect(text.utf8.count > bytes / 2)
        }
    }
}
