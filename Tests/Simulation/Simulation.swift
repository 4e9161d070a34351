import Workflow

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs worlds: those of seeds, or the named cases.
@main enum Simulation {
    /// A world that goes on for longer does not come to an end.
    private static let lifetime = Duration.seconds(7_200)
    private static let usage = """
        usage: Simulation FIRST [COUNT]    the worlds of so many seeds
               Simulation --tell SEED      one world, with all that happens in it
               Simulation --case NAME      a named case; --cases lists them
        """

    static func main() {
        fixHashing()
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.dropFirst().first) {
        case ("--tell", let seed?): if let seed = UInt64(seed) { exit(tell(seed)) }
        case ("--case", let name?): if let known = NamedCase(rawValue: name) { exit(tell(known)) }
        case ("--cases", nil):
            for named in NamedCase.allCases { print(named.rawValue) }
            exit(0)
        case (let first?, let count):
            if let first = UInt64(first), let count = UInt64(count ?? "1") { exit(run(first, count)) }
        case (nil, _): break
        }
        print(usage)
        exit(64)
    }

    /// The order of dictionaries must not differ from run to run: it is fixed before a process begins.
    private static func fixHashing() {
        let name = "SWIFT_DETERMINISTIC_HASHING"
        guard getenv(name) == nil else { return }
        setenv(name, "1", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        print("set \(name)=1")
        exit(71)
    }

    private static func run(_ first: UInt64, _ count: UInt64) -> Int32 {
        let (start, programs) = (ContinuousClock.now, Programs())
        var failed = 0
        var digest: UInt64 = 0
        for seed in first..<first + count {
            let world = live(World(seed: seed, isTold: false)) { Scenario($0, programs) }
            digest = digest &* 31 &+ world.digest
            if let violation = world.violation {
                failed += 1
                print("seed \(seed): \(violation)")
                fflush(nil)
            }
            let done = seed - first + 1
            if done % 10_000 == 0 {
                print("\(done) seeds, \(failed) failed, \(ContinuousClock.now - start)")
                fflush(nil)
            }
        }
        print("\(count) seeds from \(first): \(failed) failed, digest \(digest)")
        return failed == 0 ? 0 : 1
    }

    private static func tell(_ seed: UInt64) -> Int32 {
        tell("seed \(seed)", live(World(seed: seed, isTold: true)) { Scenario($0, Programs()) })
    }

    private static func tell(_ named: NamedCase) -> Int32 {
        tell("case \(named.rawValue)", live(World(seed: 1, isTold: true)) { CaseScenario(named, $0) })
    }

    private static func tell(_ name: String, _ world: World) -> Int32 {
        for line in world.story { print(line) }
        print("\(name): \(world.violation ?? "all holds"), digest \(world.digest)")
        return world.violation == nil ? 0 : 1
    }

    /// From its beginning to its end.
    private static func live(_ world: World, _ play: (World) -> any Play) -> World {
        Jobs.shared.begin(seed: world.seed)
        let play = play(world)
        Task { await play.play() }
        while true {
            if !Jobs.shared.run() { world.fail("tasks run in a circle") }
            guard !world.isOver else { break }
            if !world.turn() { world.fail("nobody does anything, and it is not over") }
            if world.elapsed > lifetime { world.fail("it does not come to an end") }
        }
        world.mark(UInt64(Jobs.shared.count))
        play.bury()
        // Those who still sleep come to their end.
        while Jobs.shared.run(), world.elapsed < lifetime * 2, world.turn() {}
        return world
    }
}

/// What happens in a world.
protocol Play: Sendable {
    func play() async
    /// Ends all processes.
    func bury()
}
