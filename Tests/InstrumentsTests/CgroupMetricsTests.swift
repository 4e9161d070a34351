import Foundation
import Testing

@testable import Instruments

/// A directory that looks like the root of a Linux system; it goes with the last reference.
final class SystemFixture {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("system-\(UUID().uuidString)").path

    init(_ files: [String: String]) throws {
        for (path, text) in files { try write(path, Data(text.utf8)) }
    }

    func write(_ path: String, _ content: Data) throws {
        let file = URL(fileURLWithPath: "\(root)/\(path)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
    }

    /// The sample lines of a scrape, those of the registry itself left out.
    func scrape() throws -> [String] {
        let registry = Registry()
        try CgroupMetrics.register(in: registry, root: root)
        return Self.samples(registry)
    }

    static func samples(_ registry: Registry) -> [String] {
        String(decoding: registry.expose(.text004), as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("cgroup_") }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }
}

@Suite struct CgroupMetricsTests {
    static let unifiedMount =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate\n"

    /// A container with version 2 and a namespace of its own: its group is the root that it sees.
    static let two = [
        "proc/self/cgroup": "0::/\n",
        "proc/self/mountinfo": "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n" + unifiedMount,
        "sys/fs/cgroup/cpu.max": "150000 100000\n",
        "sys/fs/cgroup/cpu.stat": """
        usage_usec 2500000
        user_usec 2000000
        system_usec 500000
        nr_periods 40
        nr_throttled 3
        throttled_usec 125000
        nr_bursts 0

        """,
        "sys/fs/cgroup/cpu.pressure": pressure(some: 4_500_000, full: 1_250_000),
        "sys/fs/cgroup/io.pressure": pressure(some: 0, full: 0),
        "sys/fs/cgroup/memory.pressure": pressure(some: 2_000_000, full: 500_000),
        "sys/fs/cgroup/memory.current": "104857600\n",
        "sys/fs/cgroup/memory.max": "268435456\n",
        "sys/fs/cgroup/memory.stat": "anon 1048576\nfile 9\nactive_file 4\ninactive_file 4857600\n",
        "sys/fs/cgroup/memory.events": "low 0\nhigh 1\nmax 17\noom 3\noom_kill 2\noom_group_kill 0\n",
        "sys/fs/cgroup/pids.current": "12\n",
        "sys/fs/cgroup/pids.max": "512\n",
    ]

    static func pressure(some: Int, full: Int) -> String {
        """
        some avg10=0.12 avg60=0.05 avg300=0.01 total=\(some)
        full avg10=0.00 avg60=0.00 avg300=0.00 total=\(full)

        """
    }

    static let samples = [
        "cgroup_cpu_limit_cores 1.5", "cgroup_cpu_periods_total 40", "cgroup_cpu_seconds_total 2.5",
        "cgroup_cpu_throttled_periods_total 3", "cgroup_cpu_throttled_seconds_total 0.125",
        "cgroup_memory_bytes 104857600", "cgroup_memory_limit_bytes 268435456", "cgroup_memory_limit_hits_total 17",
        "cgroup_memory_working_set_bytes 100000000", "cgroup_oom_kills_total 2",
    ]
    static let pressureSamples = [
        #"cgroup_pressure_stalled_seconds_total{resource="cpu"} 1.25"#,
        #"cgroup_pressure_stalled_seconds_total{resource="io"} 0"#,
        #"cgroup_pressure_stalled_seconds_total{resource="memory"} 0.5"#,
        #"cgroup_pressure_waiting_seconds_total{resource="cpu"} 4.5"#,
        #"cgroup_pressure_waiting_seconds_total{resource="io"} 0"#,
        #"cgroup_pressure_waiting_seconds_total{resource="memory"} 2"#,
    ]
    static let taskSamples = ["cgroup_tasks 12", "cgroup_tasks_limit 512"]

    /// A container with version 1 and no namespace: the mounts show its groups, whose paths are the host's.
    static let one: [String: String] = {
        let group = "/docker/4f1e"
        let cgroup = "sys/fs/cgroup"
        let mounts = ["memory", "cpu,cpuacct", "pids"].enumerated().map { index, controllers in
            "\(40 + index) 39 0:\(30 + index) \(group) /\(cgroup)/\(controllers) ro master:9 - cgroup cgroup rw,\(controllers)"
        }
        return [
            "proc/self/cgroup": """
            12:memory:\(group)
            11:name=systemd:\(group)
            4:cpu,cpuacct:\(group)
            3:pids:\(group)

            """,
            "proc/self/mountinfo": mounts.joined(separator: "\n") + "\n",
            "\(cgroup)/cpu,cpuacct/cpu.cfs_quota_us": "150000\n",
            "\(cgroup)/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "\(cgroup)/cpu,cpuacct/cpu.stat": "nr_periods 40\nnr_throttled 3\nthrottled_time 125000000\n",
            "\(cgroup)/cpu,cpuacct/cpuacct.usage": "2500000000\n",
            "\(cgroup)/memory/memory.usage_in_bytes": "104857600\n",
            "\(cgroup)/memory/memory.limit_in_bytes": "268435456\n",
            "\(cgroup)/memory/memory.failcnt": "17\n",
            "\(cgroup)/memory/memory.stat": "inactive_file 7\ntotal_inactive_file 4857600\n",
            "\(cgroup)/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            "\(cgroup)/pids/pids.current": "12\n",
            "\(cgroup)/pids/pids.max": "512\n",
        ]
    }()

    @Test func versionTwo() throws {
        #expect(try SystemFixture(Self.two).scrape() == Self.samples + Self.pressureSamples + Self.taskSamples)
    }

    @Test func versionOneHasNoPressure() throws {
        #expect(try SystemFixture(Self.one).scrape() == Self.samples + Self.taskSamples)
    }

    @Test func versionOneHasPressureBesideVersionTwo() throws {
        let fixture = try SystemFixture(
            Self.one.merging([
                "proc/self/cgroup": (Self.one["proc/self/cgroup"] ?? "") + "0::/docker/4f1e\n",
                "proc/self/mountinfo": (Self.one["proc/self/mountinfo"] ?? "")
                    + "50 39 0:50 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
                "sys/fs/cgroup/unified/docker/4f1e/cpu.pressure": Self.pressure(some: 4_500_000, full: 1_250_000),
            ]) { $1 })
        let cpu = Self.pressureSamples.filter { $0.contains("cpu") }
        #expect(try fixture.scrape() == Self.samples + cpu + Self.taskSamples)
    }

    @Test func theLowestLimitOnTheWayUpCounts() throws {
        let fixture = try SystemFixture([
            "proc/self/cgroup": "0::/shop.slice/web.slice/web.service\n", "proc/self/mountinfo": Self.unifiedMount,
            "sys/fs/cgroup/shop.slice/cpu.max": "400000 100000\n",
            "sys/fs/cgroup/shop.slice/memory.max": "1000\n",
            "sys/fs/cgroup/shop.slice/web.slice/cpu.max": "25000 50000\n",
            "sys/fs/cgroup/shop.slice/web.slice/memory.max": "max\n",
            "sys/fs/cgroup/shop.slice/web.slice/pids.max": "99\n",
            "sys/fs/cgroup/shop.slice/web.slice/web.service/cpu.max": "max 100000\n",
            "sys/fs/cgroup/shop.slice/web.slice/web.service/memory.max": "2000\n",
            "sys/fs/cgroup/shop.slice/web.slice/web.service/memory.current": "1\n",
            "sys/fs/cgroup/shop.slice/web.slice/web.service/pids.max": "max\n",
            "sys/fs/cgroup/other.slice/memory.max": "5\n",
        ])
        #expect(
            try fixture.scrape() == [
                "cgroup_cpu_limit_cores 0.5", "cgroup_memory_bytes 1", "cgroup_memory_limit_bytes 1000",
                "cgroup_tasks_limit 99",
            ])
    }

    @Test func versionOneNests() throws {
        let fixture = try SystemFixture([
            "proc/self/cgroup": "4:cpu:/a/b\n5:memory:/a/b\n",
            "proc/self/mountinfo": """
            40 39 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            41 39 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """,
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "300000\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854710272\n",
            "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "4096\n",
        ])
        #expect(try fixture.scrape() == ["cgroup_cpu_limit_cores 3", "cgroup_memory_limit_bytes 4096"])
    }

    @Test func limitsThatAreNotSetStayAway() throws {
        var files = Self.two
        files["sys/fs/cgroup/cpu.max"] = "max 100000\n"
        files["sys/fs/cgroup/memory.max"] = "max\n"
        files["sys/fs/cgroup/pids.max"] = "max\n"
        #expect(
            try SystemFixture(files).scrape().filter { $0.contains("_limit") } == ["cgroup_memory_limit_hits_total 17"])
        files = Self.one
        files["sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us"] = "-1\n"
        files["sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n"
        #expect(
            try SystemFixture(files).scrape().filter { $0.contains("_limit") } == [
                "cgroup_memory_limit_hits_total 17", "cgroup_tasks_limit 512",
            ])
    }

    @Test func theWorkingSetIsNeverBelowZero() throws {
        var files = Self.two
        files["sys/fs/cgroup/memory.current"] = "100\n"
        #expect(try SystemFixture(files).scrape().contains("cgroup_memory_working_set_bytes 0"))
    }

    @Test func aProcessCanBeMoved() throws {
        let fixture = try SystemFixture([
            "proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": Self.unifiedMount,
            "sys/fs/cgroup/a/pids.current": "1\n", "sys/fs/cgroup/b/pids.current": "2\n",
        ])
        let registry = Registry()
        try CgroupMetrics.register(in: registry, root: fixture.root)
        #expect(SystemFixture.samples(registry) == ["cgroup_tasks 1"])
        try fixture.write("proc/self/cgroup", Data("0::/b\n".utf8))
        #expect(SystemFixture.samples(registry) == ["cgroup_tasks 2"])
        try fixture.write("proc/self/cgroup", Data("0::/b (deleted)\n".utf8))
        #expect(SystemFixture.samples(registry).isEmpty)
    }

    @Test(
        arguments: [
            // A mount that shows another part of the hierarchy comes first.
            (
                "0::/pods/p1/main",
                "1 0 0:1 /pods/p2 /other rw - cgroup2 x rw\n1 0 0:1 /pods/p1 /here rw - cgroup2 x rw",
                "here/main"
            ),
            ("0::/pods/p1", "1 0 0:1 /pods/p1 /here rw - cgroup2 x rw", "here"),
            ("0::/a b\\c", #"1 0 0:1 / /with\040space/\134 rw a:1 b:2 - cgroup2 x rw"#, #"with space/\/a b\c"#),
            ("0::/a:b", "1 0 0:1 / /here rw - cgroup2 x rw", "here/a:b"),
        ])
    func groupsAreFound(_ group: String, _ mounts: String, _ directory: String) throws {
        let fixture = try SystemFixture([
            "proc/self/cgroup": group, "proc/self/mountinfo": mounts, "\(directory)/pids.current": "7",
        ])
        #expect(try fixture.scrape() == ["cgroup_tasks 7"])
    }

    @Test(
        arguments: [
            ("0::/../a", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 x rw"),
            ("0::/a", "1 0 0:1 /../.. /sys/fs/cgroup rw - cgroup2 x rw"),
            ("0::/a", "1 0 0:1 / /sys/fs/cgroup rw - tmpfs x rw"),
            ("0::/a", "1 0 0:1 / /sys/fs/cgroup rw"), ("0::/a", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2"),
            ("0::/a", #"1 0 0:1 / /sys/fs/c\9 rw - cgroup2 x rw"#),
            ("0:/a", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 x rw"),
            ("4:pids:/a", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 x rw"),
            ("4:pids:/a\n0::/a", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 x rw"),
            ("4:pids:/a", "1 0 0:1 / /sys/fs/cgroup rw - cgroup x rw,cpu"), ("", ""),
            ("::::", " - - - - - - - - - - -"),
        ])
    func groupsOutOfSightStayAway(_ group: String, _ mounts: String) throws {
        let fixture = try SystemFixture([
            "proc/self/cgroup": group, "proc/self/mountinfo": mounts, "sys/fs/cgroup/a/pids.current": "7",
            "sys/fs/a/pids.current": "7", "a/pids.current": "7",
        ])
        #expect(try fixture.scrape().isEmpty)
    }

    @Test func aSystemWithoutGroupsShowsNothing() throws {
        #expect(try SystemFixture([:]).scrape().isEmpty)
        #expect(try SystemFixture(["proc/self/cgroup": "0::/\n"]).scrape().isEmpty)
        #expect(try SystemFixture(["proc/self/mountinfo": Self.unifiedMount]).scrape().isEmpty)
    }

    /// Each file in turn is missing, empty, a directory, or holds what no kernel writes: the others are shown.
    @Test(arguments: [1, 2])
    func aMalformedFileHidesOnlyItself(_ version: Int) throws {
        let files = version == 1 ? Self.one : Self.two
        let all = try SystemFixture(files).scrape()
        let garbage = [
            "", "\n", " ", "-5", "1e3", "0x10", "nan", "max max\n", "100000 0\n", "1 2 3", "99999999999999999999999\n",
            "usage_usec\nnr_periods x\nmax -1\noom_kill 1 2\n", "some total=\nfull total=x\n", "some\n", "\u{0}\u{7F}é",
        ]
        for path in files.keys.sorted() where !path.hasPrefix("proc/") {
            var lost: [String] = []
            for text in garbage {
                let shown = try SystemFixture(files.merging([path: text]) { $1 }).scrape()
                #expect(shown.allSatisfy(all.contains), "\(path): \(text.debugDescription)")
                lost += all.filter { !shown.contains($0) }
            }
            #expect(!lost.isEmpty, "\(path)")
            #expect(Set(lost).count <= 4, "\(path)")
        }
    }

    @Test func bytesThatAreNoTextAreHarmless() throws {
        var random = SystemRandomNumberGenerator()
        for path in Self.two.keys.sorted() {
            let fixture = try SystemFixture(Self.two)
            for _ in 0..<20 {
                let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                try fixture.write(path, Data(bytes))
                _ = try fixture.scrape()
            }
        }
    }

    @Test func aDirectoryInPlaceOfAFileIsNoFile() throws {
        let fixture = try SystemFixture(Self.two)
        try FileManager.default.removeItem(atPath: fixture.root + "/sys/fs/cgroup/pids.current")
        try fixture.write("sys/fs/cgroup/pids.current/file", Data("1".utf8))
        #expect(try !fixture.scrape().contains { $0.hasPrefix("cgroup_tasks ") })
    }

    @Test func peersFindNoFault() throws {
        let registry = Registry()
        let fixture = try SystemFixture(Self.two)
        try CgroupMetrics.register(in: registry, root: fixture.root)
        let lint = try Oracle.promtool().ask(registry.expose(.text004))
        #expect(lint.status == 0 && lint.output.isEmpty, "\(lint.output)")
        let parsed = try Oracle.pythonParser(openMetrics: true).ask(registry.expose(.openMetrics100))
        #expect(parsed.status == 0, "\(parsed.output)")
    }

    @Test func registersOnce() throws {
        let registry = Registry()
        try CgroupMetrics.register(in: registry)
        #expect(throws: RegistrationError.self) { try CgroupMetrics.register(in: registry) }
    }

    #if os(Linux)
        /// Wherever this runs, what is shown cannot be nonsense.
        @Test func thisSystemIsPlausible() throws {
            let registry = Registry()
            try CgroupMetrics.register(in: registry)
            // Both are read one after the other, and in between others may allocate more than the difference.
            let holds = eventually {
                var values: [String: Double] = [:]
                for family in registry.snapshot() where family.name.hasPrefix("cgroup_") {
                    for series in family.series { values[family.name] = series.value }
                }
                #expect(values.values.allSatisfy { $0 >= 0 && $0 < 0x1p62 })
                if let limit = values["cgroup_cpu_limit_cores"] { #expect(limit > 0) }
                guard let memory = values["cgroup_memory_bytes"],
                    let working = values["cgroup_memory_working_set_bytes"]
                else { return true }
                return working <= memory
            }
            #expect(holds, "the working set is more than all memory")
        }
    #endif
}
