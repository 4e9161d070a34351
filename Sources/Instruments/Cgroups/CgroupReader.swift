/// What the files of this process's control groups say, in base units; nil where they do not say it.
struct CgroupReader: Sendable {
    let tree: CgroupTree

    func cpuLimit() -> Double? {
        tree.group("cpu")?.lowest { group in
            let (quota, period) =
                switch group.version {
                case .one: (group.number("cpu.cfs_quota_us"), group.number("cpu.cfs_period_us"))
                case .two: group.pair("cpu.max")
                }
            guard let quota, let period, period > 0 else { return nil }
            return quota / period
        }
    }

    func cpuSeconds() -> Double? {
        guard let group = tree.group("cpuacct") else { return nil }
        return switch group.version {
        case .one: group.number("cpuacct.usage").map { $0 / 1e9 }
        case .two: group.field("usage_usec", of: "cpu.stat").map { $0 / 1e6 }
        }
    }

    func cpuPeriods() -> Double? { tree.group("cpu")?.field("nr_periods", of: "cpu.stat") }

    func throttledPeriods() -> Double? { tree.group("cpu")?.field("nr_throttled", of: "cpu.stat") }

    func throttledSeconds() -> Double? {
        guard let group = tree.group("cpu") else { return nil }
        return switch group.version {
        case .one: group.field("throttled_time", of: "cpu.stat").map { $0 / 1e9 }
        case .two: group.field("throttled_usec", of: "cpu.stat").map { $0 / 1e6 }
        }
    }

    func memoryLimit() -> Double? {
        tree.group("memory")?.lowest { group in
            switch group.version {
            // Version 1 writes no limit as 2⁶³ less a page.
            case .one: group.number("memory.limit_in_bytes").flatMap { $0 < 0x1p62 ? $0 : nil }
            case .two: group.number("memory.max")
            }
        }
    }

    func memory() -> Double? {
        tree.group("memory").flatMap(memory(of:))
    }

    func workingSet() -> Double? {
        guard let group = tree.group("memory"), let memory = memory(of: group),
            let inactive = group.field(
                group.version == .one ? "total_inactive_file" : "inactive_file", of: "memory.stat")
        else { return nil }
        return max(0, memory - inactive)
    }

    func memoryLimitHits() -> Double? {
        guard let group = tree.group("memory") else { return nil }
        return switch group.version {
        case .one: group.number("memory.failcnt")
        case .two: group.field("max", of: "memory.events")
        }
    }

    func oomKills() -> Double? {
        guard let group = tree.group("memory") else { return nil }
        return group.field("oom_kill", of: group.version == .one ? "memory.oom_control" : "memory.events")
    }

    func tasks() -> Double? { tree.group("pids")?.number("pids.current") }

    func taskLimit() -> Double? { tree.group("pids")?.lowest { $0.number("pids.max") } }

    /// Seconds.
    ///
    /// - Parameter line: `some` or `full`.
    func pressure(_ resource: String, _ line: String) -> Double? {
        let lines = tree.unifiedGroup()?.text("\(resource).pressure")?.split(separator: "\n") ?? []
        let fields = lines.lazy.map { $0.split(separator: " ") }.first { $0.first == line[...] }
        let total = fields?.first { $0.hasPrefix("total=") }
        return total.flatMap { Cgroup.number($0.dropFirst("total=".count)) }.map { $0 / 1e6 }
    }

    private func memory(of group: Cgroup) -> Double? {
        group.number(group.version == .one ? "memory.usage_in_bytes" : "memory.current")
    }
}
