import Foundation
import ProgramUnderTest
import Synchronization
import Testing
import Workflow

/// `flowmeter backup` beside a running server, and a server that starts from the copy.
@Suite(.timeLimit(.minutes(30))) struct BackupTests {
    static let waiting = """
        workflow_id: waiting
        trigger: {type: event, event: order.placed}
        steps:
          - {id: paid, type: wait, wait: {event: order.paid, match: {id: "{{id}}"}}}
          - {id: accept, type: action, action: {type: allow}}
        """

    @Test func aServerStartsFromABackupThatWasMadeUnderLoad() async throws {
        let directory = try TemporaryDirectory()
        let server = try RunningServer(arguments: ["--data", directory.path + "/data"])
        let program = BuiltProgram(directory: directory.path, environment: server.environment)
        try Self.waiting.write(toFile: directory.path + "/waiting.yaml", atomically: true, encoding: .utf8)
        #expect(try program.run(["workflow", "deploy", "waiting.yaml"]).status == 0)
        let acknowledged = Mutex<Set<String>>([])
        let isDone = Mutex(false)
        let load = Task.detached {
            var number = 0
            while !isDone.withLock({ $0 }) {
                number += 1
                let id = "e\(number)"
                let sent = try program.run(["event", "send", "order.placed", "--id", id, "--data", #"{"id":"\#(id)"}"#])
                if sent.status == 0 { _ = acknowledged.withLock { $0.insert(id) } }
            }
        }
        while acknowledged.withLock({ $0.count }) < 20 { try await Task.sleep(for: .milliseconds(10)) }
        let before = acknowledged.withLock { $0 }
        let backup = try program.run(["backup", "copy.sqlite", "--data", "data", "--json"])
        isDone.withLock { $0 = true }
        try await load.value
        #expect(backup.status == 0, "\(backup.errors)")
        let facts = try #require(try JSONValue(parsing: backup.output.utf8).object)
        #expect((facts["active"]?.integer ?? 0) >= Int64(before.count))
        let again = try program.run(["backup", "copy.sqlite", "--data", "data"])
        #expect(again.status == 1 && again.errors.contains("'copy.sqlite' exists already"))
        let verified = try program.run(["backup", "verify", "copy.sqlite", "--json"])
        #expect(try JSONValue(parsing: verified.output.utf8).object == facts)
        #expect(server.stop() == 0)
        try restore(directory.path, key: server.key, before)
    }

    private func restore(_ directory: String, key: String, _ ids: Set<String>) throws {
        try FileManager.default.createDirectory(atPath: directory + "/restored", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: directory + "/copy.sqlite", toPath: directory + "/restored/flowmeter.sqlite")
        let server = try RunningServer(arguments: ["--data", directory + "/restored"])
        #expect(!server.banner.contains("admin API key"))
        let program = BuiltProgram(
            directory: directory, environment: ["FLOWMETER_SERVER": server.address, "FLOWMETER_API_KEY": key])
        for id in ids.sorted() {
            let known = try program.run(["event", "send", "order.placed", "--id", id, "--data", #"{"id":"\#(id)"}"#])
            #expect(known.output.contains("known already"), "\(id): \(known)")
        }
        // What waited goes on.
        let id = ids.sorted()[0]
        _ = try program.run(["event", "send", "order.paid", "--data", #"{"id":"\#(id)"}"#])
        let sending = ["event", "send", "order.placed", "--id", id, "--data", #"{"id":"\#(id)"}"#]
        let done = try program.run(sending + ["--wait=60s"])
        #expect(done.output.contains("ALLOWED"), "\(done)")
        #expect(server.stop() == 0)
    }

    @Test func whatCannotBeCopiedIsTold() throws {
        let directory = try TemporaryDirectory()
        let program = BuiltProgram(directory: directory.path)
        let missing = try program.run(["backup", "copy.sqlite", "--data", "nowhere"])
        #expect(missing.status == 2 && missing.errors.contains("there is no file 'nowhere/flowmeter.sqlite'"))
        try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: directory.path + "/text"))
        let text = try program.run(["backup", "verify", "text"])
        #expect(text.status == 1 && text.errors.contains("'text' is no SQLite database"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["text"])
    }
}
