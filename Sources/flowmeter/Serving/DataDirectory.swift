import Foundation

/// The directory of the database, held by this process alone as long as the value lives.
final class DataDirectory: Sendable {
    let path: String
    private let lock: Int32

    /// Makes the directory when it is not there, readable by its owner alone, and takes its lock.
    ///
    /// The lock is the system's (`flock`), so a process that dies gives it back, however it dies.
    init(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandError(
                .usage, "the data directory \(path) cannot be made: \(describe(fileError: error))",
                remedy: "name another with --data or FLOWMETER_DATA")
        }
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
        lock = try Self.lock(self.path)
    }

    deinit { close(lock) }

    var database: String { Self.database(in: path) }

    /// The file of the database.
    static func database(in directory: String) -> String { directory + "/flowmeter.sqlite" }

    /// What is free for this process and what there is in all on the file system, in bytes; nil if it cannot be asked.
    var space: (free: Double, capacity: Double)? {
        var numbers = statvfs()
        guard statvfs(path, &numbers) == 0 else { return nil }
        let block = Double(numbers.f_frsize)
        return (Double(numbers.f_bavail) * block, Double(numbers.f_blocks) * block)
    }

    /// The size of the database, with what is not yet merged into it.
    var databaseSize: Double {
        ["", "-wal"].reduce(0) { size, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: database + suffix)
            return size + ((attributes?[.size] as? NSNumber)?.doubleValue ?? 0)
        }
    }

    private static func lock(_ directory: String) throws -> Int32 {
        let path = directory + "/flowmeter.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError(
                .usage, "the data directory \(directory) cannot be written: \(systemMessage(errno).lowercasedFirst)",
                remedy: "name another with --data or FLOWMETER_DATA")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = content(of: descriptor)
            close(descriptor)
            throw CommandError(
                .refused, "the data directory \(directory) is in use by process \(holder)",
                remedy: "stop that process, or name another directory with --data")
        }
        write(getpid(), to: descriptor)
        return descriptor
    }

    private static func content(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        let pid = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return pid.isEmpty ? "(unknown)" : pid
    }

    /// For whoever finds the lock taken; what stands there decides nothing.
    private static func write(_ pid: Int32, to descriptor: Int32) {
        let text = Array("\(pid)\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
