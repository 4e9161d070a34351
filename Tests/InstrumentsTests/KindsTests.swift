import Instruments
import Testing

/// Infos and state sets; all kinds of instruments in the text formats; mistakes at registration.
@Suite struct KindsTests {
    let registry = Registry()

    func lines(_ format: ExpositionFormat, of name: String) -> String {
        let text = String(decoding: registry.expose(format), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.contains(name) }.joined(separator: "\n")
    }

    // MARK: Info

    @Test func anInfoIsThereForItsLabels() throws {
        let build = try registry.info(
            "build_info", help: "Build.", labels: [Label("version", .declared), Label("commit", .declared)])
        build.show("1.2", "abc")
        #expect(
            lines(.text004, of: "build") == """
                # HELP build_info Build.
                # TYPE build_info gauge
                build_info{version="1.2",commit="abc"} 1
                """)
        #expect(
            lines(.openMetrics100, of: "build") == """
                # HELP build Build.
                # TYPE build info
                build_info{version="1.2",commit="abc"} 1
                """)
        build.remove("1.2", "abc")
        build.show("1.3", "def")
        #expect(lines(.text004, of: "build_info{") == "build_info{version=\"1.3\",commit=\"def\"} 1")
    }

    // MARK: State sets

    @Test func aStateSetShowsEachState() throws {
        let family = try registry.stateSet(
            "job_state", help: "Job.", labels: [Label("job", .declared)], states: ["idle", "busy", "odd \"one\""])
        let state = family.with("a")
        #expect(state.reading == .states([holds("idle", false), holds("busy", false), holds("odd \"one\"", false)]))
        state.become("busy")
        state.become("unheard of")
        state.set("unheard of", true)
        let series = #"""
            job_state{job="a",job_state="idle"} 0
            job_state{job="a",job_state="busy"} 1
            job_state{job="a",job_state="odd \"one\""} 0
            """#
        #expect(lines(.text004, of: "job_state") == "# HELP job_state Job.\n# TYPE job_state gauge\n" + series)
        #expect(
            lines(.openMetrics100, of: "job_state") == "# HELP job_state Job.\n# TYPE job_state stateset\n" + series)
        state.set("odd \"one\"", true)
        state.set("busy", false)
        #expect(state.reading == .states([holds("idle", false), holds("busy", false), holds("odd \"one\"", true)]))
    }

    func holds(_ name: String, _ holds: Bool) -> StateReading { StateReading(name: name, holds: holds) }

    @Test func sixtyFourStatesFit() throws {
        let names = (0..<64).map { "s\($0)" }
        let flags = try registry.stateSet("flags", help: "", states: names).only
        for name in names { flags.set(name, true) }
        #expect(flags.reading == .states(names.map { holds($0, true) }))
        flags.become("s63")
        #expect(flags.reading == .states(names.map { holds($0, $0 == "s63") }))
    }

    /// Whoever looks sees one state, never none or two.
    @Test func aTransitionIsSeenWhole() async throws {
        let state = try registry.stateSet("phase", help: "", states: ["a", "b", "c"]).only
        state.become("a")
        await withTaskGroup { group in
            for name in ["a", "b", "c"] {
                group.addTask { for _ in 0..<20_000 { state.become(name) } }
            }
            group.addTask {
                for _ in 0..<5_000 {
                    guard case .states(let states) = state.reading else { return }
                    #expect(states.count { $0.holds } == 1)
                }
            }
        }
    }

    // MARK: Summaries and native histograms in the text formats

    @Test func summariesInText() throws {
        let family = try registry.summary(
            "wait_seconds", help: "Wait.", labels: [Label("queue", .declared)],
            window: QuantileWindow(quantiles: [0, 0.5, 1]))
        for value in [0, 0, 0.5] { family.with("a").observe(value) }
        _ = family.with("b")
        let text = lines(.text004, of: "wait_seconds")
        #expect(text.hasPrefix("# HELP wait_seconds Wait.\n# TYPE wait_seconds summary\n"))
        #expect(text.contains("wait_seconds{queue=\"a\",quantile=\"0.0\"} 0\n"))
        #expect(text.contains("wait_seconds{queue=\"a\",quantile=\"0.5\"} 0\n"))
        #expect(text.contains("wait_seconds{queue=\"a\",quantile=\"1.0\"} 0.49"))
        #expect(text.contains("wait_seconds_sum{queue=\"a\"} 0.5\nwait_seconds_count{queue=\"a\"} 3\n"))
        #expect(text.contains("wait_seconds{queue=\"b\",quantile=\"1.0\"} NaN\n"))
        #expect(lines(.openMetrics100, of: "wait_seconds") == text)
    }

    @Test func openMetricsLeavesOutWhatIsBelowZero() throws {
        let summary = try registry.summary("change_ratio", help: "", window: QuantileWindow(quantiles: [0, 1])).only
        for value in [-2, 1.0] { summary.observe(value) }
        let native = try registry.nativeHistogram("drop_ratio", help: "").only
        for value in [-2.0, 4] { native.observe(value) }
        #expect(lines(.text004, of: "change_ratio_sum") == "change_ratio_sum -1")
        #expect(lines(.text004, of: "change_ratio{quantile=\"0.0\"} -").isEmpty == false)
        #expect(lines(.openMetrics100, of: "change_ratio_sum") == "")
        #expect(lines(.openMetrics100, of: "change_ratio{quantile=\"0.0\"}") == "")
        #expect(lines(.openMetrics100, of: "change_ratio_count") == "change_ratio_count 2")
        // A sum to which values below zero were added may fall, which no counter does.
        #expect(lines(.text004, of: "drop_ratio_sum") == "drop_ratio_sum 2")
        #expect(lines(.openMetrics100, of: "drop_ratio_sum") == "")
    }

    @Test func nativeHistogramsInText() throws {
        let bare = try registry.nativeHistogram("bare_seconds", help: "").only
        let both = try registry.nativeHistogram("both_seconds", help: "", buckets: [1, 2]).only
        for value in [0.5, 1, 1.5, 9] {
            bare.observe(value)
            both.observe(value)
        }
        for format in [ExpositionFormat.text004, .openMetrics100] {
            #expect(
                lines(format, of: "_seconds") == """
                    # TYPE bare_seconds histogram
                    bare_seconds_bucket{le="+Inf"} 4
                    bare_seconds_sum 12
                    bare_seconds_count 4
                    # TYPE both_seconds histogram
                    both_seconds_bucket{le="1.0"} 2
                    both_seconds_bucket{le="2.0"} 3
                    both_seconds_bucket{le="+Inf"} 4
                    both_seconds_sum 12
                    both_seconds_count 4
                    """)
        }
    }

    // MARK: Beginnings

    @Test func openMetricsTellsWhenSeriesBeganIfAsked() throws {
        let registry = Registry(showingCreated: true)
        try registry.counter("hits_total", help: "", labels: [Label("a", .declared)]).with("x\"y").increment()
        _ = try registry.counter("misses_total", help: "")
        _ = try registry.gauge("depth", help: "")
        _ = try registry.histogram("wait_seconds", help: "", labels: [Label("a", .declared)], buckets: []).with("b")
        _ = try registry.nativeHistogram("native_seconds", help: "")
        _ = try registry.summary("summary_seconds", help: "")
        let created = registry.snapshot().flatMap(\.series).compactMap(\.created)
        #expect(created.count == 5)
        let text = String(decoding: registry.expose(.openMetrics100), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.contains("_created") }.map { $0.split(separator: " ") }
        #expect(
            lines.map { $0.first } == [
                "hits_created{a=\"x\\\"y\"}", "misses_created", "native_seconds_created", "summary_seconds_created",
                "wait_seconds_created{a=\"b\"}",
            ])
        // A whole number of seconds is written without a point.
        #expect(lines.map { $0.dropFirst().compactMap { Double($0) } } == created.map { [$0] })
        #expect(!String(decoding: registry.expose(.text004), as: UTF8.self).contains("_created"))
        let answer = try Oracle.pythonParser(openMetrics: true).ask(registry.expose(.openMetrics100))
        #expect(answer.status == 0, "\(answer.output)")
    }

    @Test func aSeriesThatComesAgainBeginsAnew() throws {
        let hits = try registry.counter("hits_total", help: "", labels: [Label("a", .declared)])
        hits.with("x").increment()
        func created() -> Double { registry.snapshot()[0].series("x")?.created ?? .nan }
        let first = created()
        // The clock of beginnings goes on in steps, and the time between two looks may be of any length.
        let end = ContinuousClock.now + .seconds(600)
        repeat {
            hits.remove("x")
            hits.with("x").increment()
        } while created() == first && ContinuousClock.now < end
        #expect(created() > first)
    }

    // MARK: Mistakes

    func code(_ body: (Registry) throws(RegistrationError) -> Void) -> RegistrationError.Code? {
        do { try body(registry) } catch { return error.code }
        return nil
    }

    @Test(
        arguments: [
            NativeBuckets(schema: -5), NativeBuckets(schema: 9), NativeBuckets(growthFactor: 1),
            NativeBuckets(growthFactor: .nan), NativeBuckets(growthFactor: .infinity), NativeBuckets(zeroThreshold: -1),
            NativeBuckets(zeroThreshold: .nan), NativeBuckets(zeroThreshold: .infinity),
            NativeBuckets(zeroThreshold: 1, maximumZeroThreshold: 0.5), NativeBuckets(limit: 0),
            NativeBuckets(limit: 65_537),
        ])
    func refusesNativeBuckets(_ native: NativeBuckets) {
        let code = code { (registry) throws(RegistrationError) in
            _ = try registry.nativeHistogram("x_seconds", help: "", native: native)
        }
        #expect(code == .invalidBuckets)
    }

    @Test(
        arguments: [
            QuantileWindow(quantiles: [-0.1]), QuantileWindow(quantiles: [1.1]), QuantileWindow(quantiles: [.nan]),
            QuantileWindow(quantiles: [0.5, 0.5]), QuantileWindow(quantiles: [0.9, 0.5]), QuantileWindow(accuracy: 0),
            QuantileWindow(accuracy: .nan), QuantileWindow(length: .zero), QuantileWindow(length: .seconds(1e9)),
            QuantileWindow(slices: 0), QuantileWindow(slices: 61), QuantileWindow(limit: 15),
        ])
    func refusesWindows(_ window: QuantileWindow) {
        let code = code { (registry) throws(RegistrationError) in
            _ = try registry.summary("x_seconds", help: "", window: window)
        }
        #expect(code == .invalidQuantiles)
    }

    @Test(arguments: [[], ["a", "a"], (0...64).map { "s\($0)" }])
    func refusesStates(_ states: [String]) {
        let code = code { (registry) throws(RegistrationError) in
            _ = try registry.stateSet("phase", help: "", states: states)
        }
        #expect(code == .invalidStates)
    }

    @Test func refusesNames() {
        for name in ["build", "_info", "build_information"] {
            let code = code { (registry) throws(RegistrationError) in _ = try registry.info(name, help: "") }
            #expect(code == .invalidName, "\(name)")
        }
        for name in ["a:b", "__a", "jobs_total"] {
            let code = code { (registry) throws(RegistrationError) in
                _ = try registry.stateSet(name, help: "", states: ["a"])
            }
            #expect(code == .invalidName, "\(name)")
        }
        let label = code { (registry) throws(RegistrationError) in
            _ = try registry.stateSet("phase", help: "", labels: [Label("phase", .declared)], states: ["a"])
        }
        #expect(label == .invalidLabel)
        let summary = code { (registry) throws(RegistrationError) in _ = try registry.summary("x_total", help: "") }
        #expect(summary == .invalidName)
    }

    @Test func theSameRegistrationIsTheSameFamily() throws {
        let native = try registry.nativeHistogram("x_seconds", help: "", native: NativeBuckets(schema: 3))
        #expect(try registry.nativeHistogram("x_seconds", help: "", native: NativeBuckets(schema: 3)) === native)
        let other = code { (registry) throws(RegistrationError) in
            _ = try registry.nativeHistogram("x_seconds", help: "", native: NativeBuckets(schema: 4))
        }
        #expect(other == .conflict)
        let classic = code { (registry) throws(RegistrationError) in
            _ = try registry.histogram("x_seconds", help: "", buckets: [])
        }
        #expect(classic == .conflict)
        let info = try registry.info("build_info", help: "")
        #expect(try registry.info("build_info", help: "") === info)
        let gauge = code { (registry) throws(RegistrationError) in _ = try registry.gauge("build", help: "") }
        #expect(gauge == .conflict)
    }
}
