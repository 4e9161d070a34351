import Foundation
import TestSupport
import Testing

/// The server is killed in the midst of what it does to its database, call by call; and the power is lost there.
@Suite(.serialized) struct DiskKillTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// For how long to go through everything, instead of a part by chance.
    private static let sweep = environment["DISK_SWEEP_SECONDS"].flatMap { Double($0) }
    /// How many kills there are in each phase otherwise.
    private static let killsOfPhase = 2

    private struct Point {
        let phase: DiskPhase
        let call: Int64
        let how: DiskFaults.Kill
    }

    @Test(.timeLimit(.minutes(30))) func whatIsAcknowledgedOutlivesAKillAtAnyCall() async throws {
        let seed = Self.environment["DISK_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999)
        print("disk: seed \(seed) (repeat with DISK_SEED=\(seed))")
        var random = SeededGenerator(seed: seed)
        let receiver = Receiver()
        try await receiver.serving { address in
            let bench = try await DiskBench(receiver: address)
            try await bench.prepare()
            let points = try await Self.points(bench, &random)
            let start = ContinuousClock.now
            var (done, hit) = (0, 0)
            for point in points {
                if let sweep = Self.sweep, (ContinuousClock.now - start) > .seconds(sweep) { break }
                let deaths = bench.deaths
                bench.faults.kill(
                    point.how, atCall: point.call, inDatabase: point.phase.isOnDatabase,
                    seed: Bool.random(using: &random) ? 0 : .random(in: 1...9_999, using: &random))
                do {
                    try await point.phase.run(bench)
                } catch {
                    Issue.record("\(point.phase.name), killed \(point.how) call \(point.call): \(error)")
                }
                bench.faults.relent()
                try await bench.revive()
                done += 1
                if bench.deaths > deaths { hit += 1 }
            }
            print("disk: \(done) of \(points.count) points, \(hit) kills, \(bench.faults.calls) calls")
            #expect(hit > done * 2 / 3, "most runs ended before the call at which the server was to die")
            try await bench.check(receiver.requests)
        }
    }

    /// Goes through each phase once unharmed, to see how many calls it makes.
    private static func points(_ bench: DiskBench, _ random: inout SeededGenerator) async throws -> [Point] {
        var points: [Point] = []
        for phase in DiskPhase.all {
            let before = phase.isOnDatabase ? bench.faults.databaseCalls : bench.faults.calls
            try await phase.run(bench)
            let calls = (phase.isOnDatabase ? bench.faults.databaseCalls : bench.faults.calls) - before
            print("disk: \(phase.name): \(calls) calls")
            let all = (1...max(calls, 1)).flatMap { call in
                DiskFaults.Kill.allCases.map { Point(phase: phase, call: call, how: $0) }
            }
            points += sweep == nil ? Array(all.shuffled(using: &random).prefix(killsOfPhase)) : all
        }
        return points.shuffled(using: &random)
    }
}
