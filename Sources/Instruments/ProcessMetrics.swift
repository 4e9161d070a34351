internal import CInstruments

/// What every process should show of itself.
///
/// | family | type | what |
/// |---|---|---|
/// | `process_cpu_seconds_total` | counter | user and system time of all threads |
/// | `process_resident_memory_bytes` | gauge | pages in memory |
/// | `process_virtual_memory_bytes`, `process_virtual_memory_max_bytes` | gauge | address space, its soft limit |
/// | `process_heap_bytes` | gauge | what the allocator has from the system |
/// | `process_heap_used_bytes` | gauge | of that, what the program has from the allocator |
/// | `process_start_time_seconds` | gauge | since 1970-01-01T00:00:00Z |
/// | `process_open_fds`, `process_max_fds` | gauge | file descriptors, their soft limit |
/// | `process_threads` | gauge | threads of the operating system: those of Swift's pool and all others |
/// | `process_page_faults_total{kind}` | counter | `minor`, or `major`: with a read from disk |
/// | `process_context_switches_total{kind}` | counter | of all threads: `voluntary`, to wait, or `involuntary` |
///
/// Names and meanings, as far as they have them, are those that the client libraries of Prometheus share:
/// <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>. All is read at each scrape: from
/// `/proc` as proc(5) describes it, from getrusage(2), and of the heap from glibc's mallinfo2(3), which looks at every
/// free block and knows of no other allocator. A limit that is not set is +Inf. Families that a system does not let one
/// read stay empty.
public enum ProcessMetrics {
    /// Registers the families above.
    ///
    /// - Throws: when they, or other families of these names, are registered already.
    public static func register(in registry: Registry) throws(RegistrationError) {
        try registerTimes(in: registry)
        try registerMemory(in: registry)
        try registry.observedGauge(
            "process_open_fds", help: "Number of open file descriptors."
        ) { observation(ProcessTable.openFiles()) }
        try registry.observedGauge(
            "process_max_fds", help: "Maximum number of open file descriptors."
        ) { observation(ProcessTable.maxFiles()) }
        try registry.observedGauge(
            "process_threads", help: "Number of OS threads in the process."
        ) { observation(ProcessTable.status()?.threads) }
        try registerUsage(in: registry)
    }

    private static func registerTimes(in registry: Registry) throws(RegistrationError) {
        let start = ProcessTable.startTime()
        try registry.observedCounter(
            "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds."
        ) { observation(ProcessTable.status()?.cpuSeconds) }
        try registry.observedGauge(
            "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds."
        ) { observation(start) }
    }

    private static func registerMemory(in registry: Registry) throws(RegistrationError) {
        try registry.observedGauge(
            "process_resident_memory_bytes", help: "Resident memory size in bytes."
        ) { observation(ProcessTable.status()?.residentBytes) }
        try registry.observedGauge(
            "process_virtual_memory_bytes", help: "Virtual memory size in bytes."
        ) { observation(ProcessTable.status()?.virtualBytes) }
        try registry.observedGauge(
            "process_virtual_memory_max_bytes", help: "Maximum amount of virtual memory available in bytes."
        ) { observation(ProcessTable.maxVirtualBytes()) }
        try registry.observedGauge(
            "process_heap_bytes", help: "Process heap size in bytes."
        ) { observation(heap().map { Double($0.taken) }) }
        try registry.observedGauge(
            "process_heap_used_bytes", help: "Bytes of the heap that the program uses."
        ) { observation(heap().map { Double($0.used) }) }
    }

    private static func registerUsage(in registry: Registry) throws(RegistrationError) {
        try registry.observedCounter(
            "process_page_faults_total", help: "Page faults, by whether a page had to be read from disk.",
            labels: [Label("kind", .closed(["minor", "major"]))]
        ) {
            guard let usage = usage() else { return [] }
            return [
                Observation(["minor"], Double(usage.minor_faults)), Observation(["major"], Double(usage.major_faults)),
            ]
        }
        try registry.observedCounter(
            "process_context_switches_total", help: "Context switches of all threads, by whether the thread waited.",
            labels: [Label("kind", .closed(["voluntary", "involuntary"]))]
        ) {
            guard let usage = usage() else { return [] }
            return [
                Observation(["voluntary"], Double(usage.voluntary_switches)),
                Observation(["involuntary"], Double(usage.involuntary_switches)),
            ]
        }
    }

    private static func heap() -> instruments_heap? {
        var heap = instruments_heap()
        return instruments_read_heap(&heap) ? heap : nil
    }

    private static func usage() -> instruments_usage? {
        var usage = instruments_usage()
        return instruments_read_usage(&usage) ? usage : nil
    }

    private static func observation(_ value: Double?) -> [Observation] {
        value.map { [Observation([], $0)] } ?? []
    }
}
