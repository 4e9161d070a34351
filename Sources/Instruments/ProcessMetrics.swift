/// What every process should show of itself.
///
/// The names and meanings are those that the client libraries of Prometheus share:
/// <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>. The values come from `/proc` at each
/// scrape, as proc(5) describes it; where that cannot be read, as on Darwin, the families stay empty.
public enum ProcessMetrics {
    /// Registers `process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_virtual_memory_bytes`,
    /// `process_start_time_seconds`, `process_open_fds` and `process_max_fds`.
    ///
    /// - Throws: when they, or other families of these names, are registered already.
    public static func register(in registry: Registry) throws(RegistrationError) {
        let start = ProcessTable.startTime()
        try registry.observedCounter(
            "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds."
        ) { observation(ProcessTable.status()?.cpuSeconds) }
        try registry.observedGauge(
            "process_resident_memory_bytes", help: "Resident memory size in bytes."
        ) { observation(ProcessTable.status()?.residentBytes) }
        try registry.observedGauge(
            "process_virtual_memory_bytes", help: "Virtual memory size in bytes."
        ) { observation(ProcessTable.status()?.virtualBytes) }
        try registry.observedGauge(
            "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds."
        ) { observation(start) }
        try registry.observedGauge(
            "process_open_fds", help: "Number of open file descriptors."
        ) { observation(ProcessTable.openFiles()) }
        try registry.observedGauge(
            "process_max_fds", help: "Maximum number of open file descriptors."
        ) { observation(ProcessTable.maxFiles()) }
    }

    private static func observation(_ value: Double?) -> [Observation] {
        value.map { [Observation([], $0)] } ?? []
    }
}
