import Foundation
import NIOHTTP1
import ProgramUnderTest
import TestSupport
import Testing
import Workflow

/// The disk says no for a while: the server says no as well, and goes on afterwards.
@Suite(.serialized) struct DiskFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let kinds: DiskFaults.Kinds
        let error: Int32
        /// What the log and the answer say of it.
        let words: String
        /// Whether what was refused may be there all the same, after a crash.
        var isUnknown = false

        var testDescription: String { words }
    }

    static let faults = [
        Fault(kinds: .write, error: ENOSPC, words: "database or disk is full"),
        Fault(kinds: .write, error: EDQUOT, words: "Disk quota exceeded", isUnknown: true),
        Fault(kinds: .write, error: EIO, words: "Input/output error", isUnknown: true),
        Fault(kinds: [.write, .truncate, .open], error: EROFS, words: "Read-only file system", isUnknown: true),
        Fault(kinds: .sync, error: EIO, words: "Input/output error", isUnknown: true),
        Fault(kinds: .sync, error: ENOSPC, words: "No space left on device", isUnknown: true),
    ]

    @Test(.timeLimit(.minutes(30))) func aDiskThatSaysNoIsNotBelievedToHaveSaidYes() async throws {
        let receiver = Receiver()
        try await receiver.serving { address in
            let bench = try await DiskBench(receiver: address)
            try await bench.prepare()
            for fault in Self.faults {
                try await Self.refuses(bench, fault)
                try await Self.goesOn(bench, fault)
                try await Self.forgetsWhatItRefused(bench, fault)
            }
            try await bench.check(receiver.requests)
        }
    }

    /// Each write is refused with its reason; reading goes on.
    private static func refuses(_ bench: DiskBench, _ fault: Fault) async throws {
        // Under way when the fault comes, and to end after it.
        let (sleeper, refused) = (bench.name("sleep"), bench.name("refused"))
        try await bench.send("disk.sleep", id: sleeper, data: "{}", result: "executed")
        let logged = bench.server.log.count
        bench.faults.fail(fault.kinds, with: fault.error)
        let event = #"{"id":"\#(refused)","event":"disk.decision","data":{}}"#
        for (path, body, type) in [
            ("/api/v1/events", event, "application/json"),
            ("/api/v1/workflows", DiskPhase.definitions[0].source + "\nname: Another\nversion: 9", "application/yaml"),
            ("/api/v1/keys", #"{"name":"refused"}"#, "application/json"),
        ] {
            let (status, answer) = try await bench.client.request(.POST, path, body: body, type: type)
            #expect(status == 503, "\(fault.words): \(path) gave \(status): \(answer)")
        }
        #expect(try await bench.client.request(.GET, "/api/v1/executions").status == 200)
        #expect(bench.server.isRunning)
        bench.faults.relent()
        let lines = bench.server.log.dropFirst(logged).split(separator: "\n").filter { $0.contains(#""status":"503""#) }
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.contains(#""cause":"#) && $0.contains(fault.words) }, "\(lines)")
        // What was refused with an outcome that is not known, is sent again with the same id.
        try await bench.send("disk.decision", id: refused, data: "{}", result: "allowed")
        try await bench.end(of: sleeper)
    }

    /// A few calls fail in the midst of everything that there is to do.
    private static func goesOn(_ bench: DiskBench, _ fault: Fault) async throws {
        for phase in DiskPhase.all where !phase.isOnDatabase && phase.name != "restart" && phase.name != "schedule" {
            bench.faults.fail(fault.kinds, with: fault.error, times: 3)
            try await phase.run(bench)
            bench.faults.relent()
        }
    }

    private static func forgetsWhatItRefused(_ bench: DiskBench, _ fault: Fault) async throws {
        let id = bench.name("forgotten")
        bench.faults.fail(fault.kinds, with: fault.error)
        let sent = await bench.client.send(event: "disk.decision", id: id, data: "{}")
        #expect(!sent)
        bench.server.kill()
        bench.faults.relent()
        try await bench.revive()
        let found = try await bench.client.json("/api/v1/executions?event_id=\(id)")["items"]?.array ?? []
        #expect(found.isEmpty || fault.isUnknown, "\(fault.words): what was refused is there")
    }

    @Test(.timeLimit(.minutes(30))) func writesThatAreCutShortAreMadeInFull() async throws {
        let receiver = Receiver()
        try await receiver.serving { address in
            let bench = try await DiskBench(receiver: address)
            bench.faults.fail(.write, with: -1)
            try await bench.prepare()
            for phase in DiskPhase.all where phase.name != "schedule" {
                try await phase.run(bench)
            }
            try #require(bench.faults.failed > 1_000)
            try await bench.check(receiver.requests)
        }
    }
}
