import Foundation
import ProgramUnderTest

/// What stands between a server and the files of its database: it counts the calls that change them, lets them fail, and
/// kills the server in the midst of them (`Tests/Fixtures/disk/faults.c`).
final class DiskFaults: Sendable {
    private let control: FileHandle
    /// What a server needs to be under it.
    let environment: [String: String]

    /// The cells of the file through which the library is steered.
    private enum Cell: Int, CaseIterable {
        case calls, databaseCalls, killAt, killInDatabaseAt, killHow, killSeed, failKinds, failError, failLeft, failed
    }

    /// How the process ends at a call.
    enum Kill: Int64, CaseIterable {
        case before, after
        /// Half of what a call writes is written.
        case within
        /// What has not been synced is lost, all of it or a part.
        case powerLoss
    }

    struct Kinds: OptionSet {
        let rawValue: Int64
        static let write = Kinds(rawValue: 1)
        static let sync = Kinds(rawValue: 2)
        static let truncate = Kinds(rawValue: 4)
        static let open = Kinds(rawValue: 8)
        static let remove = Kinds(rawValue: 16)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter directory: where the control file goes; the database's is `data` within it.
    init(in directory: String) throws {
        let path = directory + "/faults"
        try Data(count: Cell.allCases.count * 8).write(to: URL(fileURLWithPath: path))
        control = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        environment = [
            "LD_PRELOAD": try Self.library.get(), "FAULTS_CONTROL": path, "FAULTS_DIRECTORY": directory + "/data",
        ]
    }

    /// Calls so far, of all servers.
    var calls: Int64 { self[.calls] }
    /// Those on the database itself, which a checkpoint makes.
    var databaseCalls: Int64 { self[.databaseCalls] }
    /// Calls that were let fail.
    var failed: Int64 { self[.failed] }

    /// Kills the server at a call, counted from the next one as 1.
    /// - Parameters:
    ///   - inDatabase: whether only calls on the database itself count.
    ///   - seed: which part a loss of power takes; 0 for all.
    func kill(_ how: Kill, atCall number: Int64, inDatabase: Bool, seed: Int64) {
        self[.killHow] = how.rawValue
        self[.killSeed] = seed
        self[inDatabase ? .killInDatabaseAt : .killAt] = (inDatabase ? databaseCalls : calls) + number
    }

    /// - Parameters:
    ///   - error: of the system's; -1 writes half of what is to be written.
    ///   - times: how many calls fail.
    func fail(_ kinds: Kinds, with error: Int32, times: Int64 = .max) {
        self[.failError] = Int64(error)
        self[.failLeft] = times
        self[.failKinds] = kinds.rawValue
    }

    func relent() {
        self[.failKinds] = 0
        self[.killAt] = 0
        self[.killInDatabaseAt] = 0
    }

    private subscript(cell: Cell) -> Int64 {
        get {
            var value: Int64 = 0
            let count = pread(control.fileDescriptor, &value, 8, cell.rawValue * 8)
            precondition(count == 8)
            return value
        }
        set {
            var value = newValue
            let count = pwrite(control.fileDescriptor, &value, 8, cell.rawValue * 8)
            precondition(count == 8)
        }
    }

    // MARK: Building

    private static let library = Result { try build() }

    /// Beside the tests' bundle, by the compiler that comes with Swift.
    private static func build() throws -> String {
        let target = BuiltProgram.executable.deletingLastPathComponent().appendingPathComponent("disk-faults.so").path
        let source = BuiltProgram.packageRoot.appendingPathComponent("Tests/Fixtures/disk/faults.c").path
        let compiler = try compiler()
        let outcome = try BuiltProgram.run(
            compiler, ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", target, source])
        guard outcome.status == 0 else {
            throw Failure(description: "\(compiler.path) cannot build \(source): \(outcome.errors)")
        }
        return target
    }

    private static func compiler() throws -> URL {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = directories.flatMap { directory in
            let swift = URL(fileURLWithPath: "\(directory)/swift").resolvingSymlinksInPath()
            return [swift.deletingLastPathComponent().appendingPathComponent("clang").path, "\(directory)/clang"]
        }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw Failure(description: "there is no clang beside swift, or on the PATH")
        }
        return URL(fileURLWithPath: path)
    }
}
