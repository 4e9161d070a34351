import Foundation
import NIOHTTP1
import ProgramUnderTest
import Testing

/// A server that cannot use its disk does not start, and says what to do.
@Suite struct DiskStartTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let kinds: DiskFaults.Kinds
        let error: Int32
        let words: String
        let remedy: String

        var testDescription: String { "\(words) \(kinds.rawValue)" }
    }

    static let cases = [
        Case(kinds: .write, error: ENOSPC, words: "No space left on device", remedy: "free space there"),
        Case(kinds: .write, error: EDQUOT, words: "Disk quota exceeded", remedy: "free space there"),
        Case(kinds: .write, error: EIO, words: "Input/output error", remedy: "see what the system's log says"),
        Case(kinds: .write, error: EFBIG, words: "File too large", remedy: "raise the limit on the size of files"),
        Case(kinds: .sync, error: EIO, words: "Input/output error", remedy: "see what the system's log says"),
        Case(kinds: .open, error: EROFS, words: "Read-only file system", remedy: "mount the file system for writing"),
        Case(kinds: .open, error: EACCES, words: "Permission denied", remedy: "let the user of the server write"),
        Case(kinds: .open, error: ENOSPC, words: "No space left on device", remedy: "free space there"),
    ]

    @Test(arguments: cases, [false, true]) func theReasonIsTold(_ fault: Case, hasDatabase: Bool) throws {
        let directory = try TemporaryDirectory()
        let faults = try DiskFaults(in: directory.path)
        let program = BuiltProgram(directory: directory.path, environment: faults.environment)
        if hasDatabase {
            // It refuses this address after it has made its database.
            let first = try program.run(["serve", "--data", "data", "--listen", "192.0.2.1:1"])
            #expect(first.status == 1)
            #expect(FileManager.default.fileExists(atPath: directory.path + "/data/flowmeter.sqlite"))
        }
        faults.fail(fault.kinds, with: fault.error)
        let outcome = try program.run(["serve", "--data", "data", "--listen", "127.0.0.1:0"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(fault.words), "\(outcome.errors)")
        #expect(outcome.errors.lowercased().contains(fault.remedy), "\(outcome.errors)")
        #expect(outcome.errors.contains("data/flowmeter.sqlite"), "\(outcome.errors)")
        faults.relent()
        let after = try program.run(["serve", "--data", "data", "--listen", "192.0.2.1:1"])
        #expect(!after.errors.contains("flowmeter.sqlite"), "\(after.errors)")
    }
}

/// A file system of a server's own.
enum SmallDisk {
    /// How to get a mount namespace of one's own: as root, or as a user who is root in it.
    static let mount: [String]? = [["-m"], ["-rm"]].first { options in
        let outcome = try? BuiltProgram.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["unshare"] + options + ["/bin/sh", "-c", "mount -t tmpfs none /mnt"])
        return outcome?.status == 0
    }

    /// What a shell does so that the server gets a small file system of its own for its data.
    static func shell(size: String, filler: Int) -> String {
        let inner = "mount -t tmpfs -o size=\(size) none data && head -c \(filler) /dev/zero > data/filler"
        return """
            mkdir -p data; exec unshare \((mount ?? []).joined(separator: " ")) /bin/sh -c \
            '\(inner); exec "$0" "$@"' "$0" "$@"
            """
    }
}

/// A file system that is really full, where the system lets a test make one.
@Suite(.serialized, .enabled(if: SmallDisk.mount != nil, "no file system can be mounted here"))
struct FullDiskTests {
    @Test func aServerOnAFullDiskSaysSo() throws {
        let directory = try TemporaryDirectory()
        let outcome = try BuiltProgram.run(
            URL(fileURLWithPath: "/bin/sh"),
            [
                "-c", "cd \(directory.path); " + SmallDisk.shell(size: "64k", filler: 61_440),
                BuiltProgram.executable.path,
            ]
                + ["serve", "--data", "data", "--listen", "127.0.0.1:0"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("No space left on device"), "\(outcome.errors)")
        #expect(outcome.errors.lowercased().contains("free space there"), "\(outcome.errors)")
    }

    @Test(.timeLimit(.minutes(30))) func aDiskThatFillsUpIsToldAndOutlived() async throws {
        let server = try await RestartableServer(shell: SmallDisk.shell(size: "3m", filler: 1_000_000))
        try await server.start()
        let client = server.client
        try await client.deploy(DiskPhase.definitions[0].source)
        let filling = String(repeating: "x", count: 50_000)
        var acknowledged: [String] = []
        var refused: (status: Int, body: String)?
        for number in 0..<200 where refused == nil {
            let body = #"{"id":"e\#(number)","event":"disk.decision","data":{"filling":"\#(filling)"}}"#
            let answer = try await client.request(.POST, "/api/v1/events", body: body)
            if answer.status == 202 { acknowledged.append("e\(number)") } else { refused = answer }
        }
        #expect(refused?.status == 503)
        #expect(refused?.body.contains("database or disk is full") == true, "\(refused?.body ?? "")")
        #expect(server.log.contains(#""cause":"the journal refused to write: SQLite: database or disk is full"#))
        try FileManager.default.removeItem(atPath: "/proc/\(server.processID)/root\(server.directory.path)/data/filler")
        let again = await client.send(event: "disk.decision", id: "e\(acknowledged.count)", data: "{}")
        #expect(again)
        try await client.waitUntilAllEnded()
        let events = Set(try await client.allExecutions().filter { $0.result == "allowed" }.map(\.eventID))
        #expect(events == Set(acknowledged + ["e\(acknowledged.count)"]))
        #expect(server.stop() == 0)
    }
}
