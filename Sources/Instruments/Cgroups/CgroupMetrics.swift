/// What Linux allows the control group of this process, and what the group uses of it: in a container, all that counts.
///
/// | family | type | what |
/// |---|---|---|
/// | `cgroup_cpu_limit_cores` | gauge | processor time per time |
/// | `cgroup_cpu_seconds_total` | counter | processor time used |
/// | `cgroup_cpu_periods_total` | counter | periods of the limit that have passed |
/// | `cgroup_cpu_throttled_periods_total` | counter | of those, the ones whose limit was used up |
/// | `cgroup_cpu_throttled_seconds_total` | counter | time spent waiting for the next period |
/// | `cgroup_memory_limit_bytes` | gauge | |
/// | `cgroup_memory_bytes` | gauge | memory used, with the page cache |
/// | `cgroup_memory_working_set_bytes` | gauge | the same without file pages that nobody used lately |
/// | `cgroup_memory_limit_hits_total` | counter | times that the limit stood in the way |
/// | `cgroup_oom_kills_total` | counter | processes killed for want of memory |
/// | `cgroup_tasks`, `cgroup_tasks_limit` | gauge | threads, and how many there may be |
/// | `cgroup_pressure_waiting_seconds_total{resource}` | counter | time in which some task waited for the resource |
/// | `cgroup_pressure_stalled_seconds_total{resource}` | counter | time in which all tasks did |
///
/// The resource is `cpu`, `memory` or `io`. A limit is the lowest of the group and those above it, as far up as the
/// process can see. The working set is what Kubernetes evicts by.
///
/// All is read at each scrape, from the files of version 1 or 2, whichever has the controller:
/// <https://docs.kernel.org/admin-guide/cgroup-v2.html>, <https://docs.kernel.org/admin-guide/cgroup-v1/>. Pressure is
/// that of <https://docs.kernel.org/accounting/psi.html>, which only version 2 has, beside version 1 too. The mounts are
/// looked up at registration. What is not there stays empty, and so does a limit that is not set; a file that cannot be
/// understood counts as not there.
public enum CgroupMetrics {
    /// Registers the families above.
    ///
    /// - Throws: when they, or other families of these names, are registered already.
    public static func register(in registry: Registry) throws(RegistrationError) {
        try register(in: registry, root: "")
    }

    /// - Parameter root: stands before each path; where a fixture is.
    static func register(in registry: Registry, root: String) throws(RegistrationError) {
        let reader = CgroupReader(tree: CgroupTree(root: root))
        try registerProcessors(in: registry, reader)
        try registerMemory(in: registry, reader)
        try gauge("cgroup_tasks", "Threads in the control group.", registry) { reader.tasks() }
        try gauge("cgroup_tasks_limit", "How many threads the control group may have.", registry) { reader.taskLimit() }
        try registerPressure(in: registry, reader)
    }

    private static func registerProcessors(in registry: Registry, _ reader: CgroupReader) throws(RegistrationError) {
        try gauge("cgroup_cpu_limit_cores", "Processor time per time that the control group may use.", registry) {
            reader.cpuLimit()
        }
        try counter("cgroup_cpu_seconds_total", "Processor time that the control group has used.", registry) {
            reader.cpuSeconds()
        }
        try counter("cgroup_cpu_periods_total", "Periods of the control group's processor limit.", registry) {
            reader.cpuPeriods()
        }
        try counter(
            "cgroup_cpu_throttled_periods_total", "Periods in which the control group's processor limit was used up.",
            registry
        ) { reader.throttledPeriods() }
        try counter(
            "cgroup_cpu_throttled_seconds_total", "Time that the control group has waited for its next period.",
            registry
        ) { reader.throttledSeconds() }
    }

    private static func registerMemory(in registry: Registry, _ reader: CgroupReader) throws(RegistrationError) {
        try gauge("cgroup_memory_limit_bytes", "Memory that the control group may use.", registry) {
            reader.memoryLimit()
        }
        try gauge("cgroup_memory_bytes", "Memory that the control group uses, with the page cache.", registry) {
            reader.memory()
        }
        try gauge(
            "cgroup_memory_working_set_bytes", "Memory of the control group without inactive file pages.", registry
        ) { reader.workingSet() }
        try counter(
            "cgroup_memory_limit_hits_total", "Times that the control group's memory limit stood in the way.", registry
        ) { reader.memoryLimitHits() }
        try counter(
            "cgroup_oom_kills_total", "Processes of the control group that were killed for want of memory.", registry
        ) { reader.oomKills() }
    }

    private static func registerPressure(in registry: Registry, _ reader: CgroupReader) throws(RegistrationError) {
        let resources = ["cpu", "memory", "io"]
        let label = Label("resource", .closed(resources))
        for (name, help, line) in [
            ("waiting", "Time in which some task of the control group waited for the resource.", "some"),
            ("stalled", "Time in which all tasks of the control group waited for the resource.", "full"),
        ] {
            try registry.observedCounter("cgroup_pressure_\(name)_seconds_total", help: help, labels: [label]) {
                resources.compactMap { resource in
                    reader.pressure(resource, line).map { Observation([resource], $0) }
                }
            }
        }
    }

    private static func gauge(
        _ name: String, _ help: String, _ registry: Registry, _ read: @escaping @Sendable () -> Double?
    ) throws(RegistrationError) {
        try registry.observedGauge(name, help: help) { read().map { [Observation([], $0)] } ?? [] }
    }

    private static func counter(
        _ name: String, _ help: String, _ registry: Registry, _ read: @escaping @Sendable () -> Double?
    ) throws(RegistrationError) {
        try registry.observedCounter(name, help: help) { read().map { [Observation([], $0)] } ?? [] }
    }
}
