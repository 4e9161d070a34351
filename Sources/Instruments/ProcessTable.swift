#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// This process as `/proc` shows it, in the formats of proc(5). Every reader gives nil where there is no such file.
enum ProcessTable {
    /// The fields of `/proc/self/stat` that are measured.
    struct Status {
        let cpuSeconds: Double
        let residentBytes: Double
        let virtualBytes: Double
        let threads: Double
        /// From the start of the system.
        let startSeconds: Double

        /// - Parameter stat: the file's one line: number, name in parentheses, then fields by position, state first.
        init?(stat: String) {
            // The name may hold anything, parentheses too: the fields start after the last one.
            guard let end = stat.lastIndex(of: ")") else { return nil }
            let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
            guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
                let threads = Double(fields[17]), let start = Double(fields[19]), let size = Double(fields[20]),
                let pages = Double(fields[21])
            else { return nil }
            let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
            cpuSeconds = (user + system) / ticks
            startSeconds = start / ticks
            virtualBytes = size
            self.threads = threads
            residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
        }
    }

    static func status() -> Status? {
        SystemFile.read("/proc/self/stat").flatMap(Status.init(stat:))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    static func startTime() -> Double? {
        guard let status = status(), let system = SystemFile.read("/proc/stat") else { return nil }
        let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return boot.flatMap { Double($0.dropFirst("btime ".count)) }.map { $0 + status.startSeconds }
    }

    /// Open file descriptors, without the one that counts them.
    static func openFiles() -> Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var entries = 0
        while readdir(directory) != nil { entries += 1 }
        return Double(max(0, entries - [".", "..", "this directory"].count))
    }

    /// The soft limit of open file descriptors; infinity if there is none.
    static func maxFiles() -> Double? { limit("Max open files") }

    /// The soft limit of the address space in bytes; infinity if there is none.
    static func maxVirtualBytes() -> Double? { limit("Max address space") }

    private static func limit(_ label: String) -> Double? {
        guard let limits = SystemFile.read("/proc/self/limits"),
            let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(label) }),
            let soft = line.dropFirst(label.count).split(separator: " ").first
        else { return nil }
        return soft == "unlimited" ? .infinity : Double(soft)
    }
}
