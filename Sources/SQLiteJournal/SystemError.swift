import Foundation

/// An error number of the system's.
struct SystemError: Error, CustomStringConvertible {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    /// As the system words it: `No space left on device`.
    var description: String { String(cString: strerror(number)) }

    /// What the operator of a data directory can do about it.
    var remedy: String {
        switch number {
        case ENOSPC, EDQUOT: "Free space there, or name another data directory"
        case EROFS: "Mount the file system for writing, or name another data directory"
        case EACCES, EPERM: "Let the user of the server write to the file and to its directory"
        case EFBIG: "Raise the limit on the size of files (`ulimit -f`)"
        case EMFILE, ENFILE: "Raise the limit on open files (`ulimit -n`)"
        default: "See what the system's log says about the disk"
        }
    }
}

/// Asks the system whether files can be written.
enum DiskProbe {
    private static let size = 65_536

    /// Why the file, those that SQLite puts beside it, or a further one there cannot be written; nil when they can.
    static func trouble(at path: String) -> SystemError? {
        // They are not opened: closing them again would give up the locks that this process may hold on them.
        for suffix in ["", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
            if access(path + suffix, W_OK) != 0 { return SystemError(errno) }
        }
        let probe = path + "-probe"
        defer { unlink(probe) }
        let file = open(probe, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return SystemError(errno) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: size)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return SystemError(errno) }
            bytes = bytes.dropFirst(count)
        }
        return fsync(file) == 0 ? nil : SystemError(errno)
    }

    /// Sees to it that the names in a directory outlive a loss of power.
    static func synchronise(directory: String) throws(SystemError) {
        let file = open(directory, O_RDONLY | O_CLOEXEC)
        // One that may be passed through but not read cannot be synced.
        guard file >= 0 else { return }
        defer { close(file) }
        // Some file systems cannot.
        if fsync(file) != 0, errno != EINVAL, errno != EROFS { throw SystemError(errno) }
    }
}
