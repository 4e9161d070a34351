import Instruments

/// What the process says about itself: which build it is, how long it has been up, what it uses.
enum BuildInstruments {
    static func register(in registry: Registry) throws {
        let info = try registry.gauge(
            "flowmeter_build_info", help: "The build that runs; the value is always 1.",
            labels: [Label("version", .declared), Label("commit", .declared), Label("swift_version", .declared)])
        info.with(Version.number, Version.commit, Version.swift).set(1)
        let start = ContinuousClock.now
        try registry.observedGauge("flowmeter_uptime_seconds", help: "Seconds since the server was started.") {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return [Observation([], Double(seconds) + Double(attoseconds) * 1e-18)]
        }
        try ProcessMetrics.register(in: registry)
    }
}
