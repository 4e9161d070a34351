import Instruments
import Telemetry
import Workflow

/// What the process says about itself: which build it is, how long it has been up, what it uses.
enum BuildInstruments {
    static func register(in registry: Registry, _ recorders: Recorders) throws {
        let build = BuildAttributes(
            version: DeclaredName(Version.number), commit: DeclaredName(Version.commit),
            swift: DeclaredName(Version.swift))
        try recorders.observe(Signals.build) { [Observed(build, 1)] }
        let start = ContinuousClock.now
        try recorders.observe(Signals.uptime) { [Observed(NoAttributes(), (ContinuousClock.now - start).inSeconds)] }
        try ProcessMetrics.register(in: registry)
    }
}
