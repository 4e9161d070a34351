import Instruments
import Testing

/// A user by number, in a domain whose series expire.
private struct User: LabelValue {
    let number: UInt32

    static let domain = Label.Domain.open(cap: 5, idle: .seconds(60))
    var labelKey: UInt32 { number }
    var labelValue: String { "user \(number)" }
}

private struct UserLabels: LabelSet {
    let user: User

    static let labels = [Label("user", User.self)]

    func encode(to encoder: inout some LabelEncoder) { encoder.add(user) }
}

@Suite struct ExpiryTests {
    let clock = ManualClock()
    let registry: Registry

    init() { registry = Registry(clock: clock) }

    func counter(_ domain: Label.Domain) throws -> Family<Counter> {
        try registry.counter("hits_total", help: "", labels: [Label("user", domain)])
    }

    /// The values after some time without anything recorded.
    func shown(after time: Duration) -> [String: Double] {
        clock.advance(by: time)
        let series = registry.snapshot().family("hits_total")?.series ?? []
        return Dictionary(uniqueKeysWithValues: series.map { ($0["user"] ?? "", $0.value) })
    }

    /// Whether that is what is shown after some time; it may take some scrapes more, as lookups under way anywhere in the
    /// process defer what leaves.
    func comes(_ expected: [String: Double], after time: Duration) -> Bool {
        clock.advance(by: time)
        return eventually { shown(after: .zero) == expected }
    }

    @Test func whatIsIdleLeavesAndStartsAnew() throws {
        let family = try counter(.open(cap: 10, idle: .seconds(60)))
        family.with("ada").increment()
        #expect(shown(after: .zero) == ["ada": 1])
        #expect(shown(after: .seconds(59)) == ["ada": 1])
        #expect(comes([:], after: .seconds(1)))
        family.with("ada").increment()
        #expect(shown(after: .zero) == ["ada": 1])
    }

    @Test func whatIsRecordedToStays() throws {
        let family = try counter(.open(cap: 10, idle: .seconds(60)))
        family.with("ada").increment()
        for round in 1...5 {
            #expect(shown(after: .seconds(40)) == ["ada": Double(round)])
            family.record("ada") { $0.increment() }
        }
    }

    @Test func whatSomebodyKeepsStays() throws {
        let family = try counter(.open(cap: 10, idle: .seconds(60)))
        var kept: Counter? = family.with("ada")
        kept?.increment()
        family.with("grace").increment()
        _ = shown(after: .zero)
        #expect(comes(["ada": 1], after: .seconds(600)))
        kept?.increment()
        #expect(shown(after: .seconds(600)) == ["ada": 2])
        kept = nil
        #expect(comes([:], after: .seconds(60)))
    }

    @Test func expiredValuesMakeRoom() throws {
        let family = try counter(.open(cap: 1, idle: .seconds(60)))
        family.with("ada").increment()
        family.with("grace").increment()
        #expect(shown(after: .zero) == ["ada": 1, "other": 1])
        #expect(comes([:], after: .seconds(60)))
        family.with("grace").increment()
        #expect(shown(after: .zero) == ["grace": 1])
    }

    @Test func keysOfTypedLabelsDoNotFindWhatHasLeft() throws {
        let family = try registry.counter("hits_total", help: "", labels: UserLabels.self)
        let one = UserLabels(user: User(number: 1))
        for _ in 0..<3 { family.record(one) { $0.increment() } }
        #expect(shown(after: .zero) == ["user 1": 3])
        #expect(comes([:], after: .seconds(60)))
        for _ in 0..<2 { family.record(one) { $0.increment() } }
        #expect(shown(after: .zero) == ["user 1": 2])
    }

    @Test func keysOfTypedLabelsKeepToTheirScope() throws {
        let one = UserLabels(user: User(number: 1))
        for pool in ["a", "b"] {
            let scope = registry.scoped(prefix: "", labels: ["pool": pool])
            let family = try scope.counter("hits_total", help: "", labels: UserLabels.self)
            for _ in 0..<3 { family.record(one) { $0.increment() } }
        }
        let snapshot = registry.snapshot()
        #expect(snapshot["hits_total", ["user": "user 1", "pool": "a"]] == 3)
        #expect(snapshot["hits_total", ["user": "user 1", "pool": "b"]] == 3)
    }

    @Test func theShortestTimeOfAFamilyCounts() throws {
        let labels = [
            Label("a", .open(cap: 3, idle: .seconds(60))), Label("b", .open(cap: 3, idle: .seconds(10))),
            Label("c", .open(cap: 3)),
        ]
        let family = try registry.gauge("depth", help: "", labels: labels)
        family.with("x", "y", "z").set(.nan)
        #expect(registry.snapshot().family("depth")?.series.count == 1)
        clock.advance(by: .seconds(10))
        let isEmpty = eventually { registry.snapshot().family("depth")?.series.isEmpty == true }
        #expect(isEmpty)
    }

    @Test func withoutATimeNothingExpires() throws {
        try counter(.open(cap: 10)).with("ada").increment()
        _ = shown(after: .zero)
        #expect(shown(after: .seconds(1_000_000)) == ["ada": 1])
    }

    @Test func expositionsExpireToo() throws {
        try counter(.open(cap: 10, idle: .seconds(1))).with("ada").increment()
        #expect(String(decoding: registry.expose(.text004), as: UTF8.self).contains("ada"))
        clock.advance(by: .seconds(1))
        let isGone = eventually { !String(decoding: registry.expose(.text004), as: UTF8.self).contains("ada") }
        #expect(isGone)
    }

    @Test func histogramsExpire() throws {
        let labels = [Label("user", .open(cap: 10, idle: .seconds(1)))]
        let family = try registry.histogram("wait_seconds", help: "", labels: labels, buckets: [1])
        for user in 0..<20 { family.with("\(user)").observe(0.5) }
        #expect(registry.snapshot().family("wait_seconds")?.series.count == 11)
        family.with("7").observe(0.5)
        clock.advance(by: .seconds(1))
        let isAlone = eventually { registry.snapshot().family("wait_seconds")?.series.map { $0["user"] } == ["7"] }
        #expect(isAlone)
    }

    @Test func reservedValuesHaveRoom() throws {
        let family = try counter(.open(cap: 4, reserved: ["gold", "silver"]))
        for user in 0..<100 { family.with("\(user)").increment() }
        family.with("gold").increment()
        family.with("silver").increment()
        #expect(shown(after: .zero) == ["0": 1, "1": 1, "gold": 1, "silver": 1, "other": 98])
        #expect(family.remove("gold"))
        family.with("late").increment()
        family.with("gold").increment()
        #expect(shown(after: .zero) == ["0": 1, "1": 1, "gold": 1, "silver": 1, "other": 99])
    }

    @Test func aCapMayBeReservedWhole() throws {
        let family = try counter(.open(cap: 1, reserved: ["gold"]))
        family.with("tin").increment()
        family.with("gold").increment()
        #expect(shown(after: .zero) == ["gold": 1, "other": 1])
    }

    @Test(
        arguments: [
            .open(cap: 1, reserved: ["a", "b"]), .open(cap: 3, reserved: ["a", "a"]), .open(cap: 1, idle: .zero),
            .open(cap: 1, idle: .seconds(-1)),
        ] as [Label.Domain])
    func refusesDomains(_ domain: Label.Domain) throws {
        let error = #expect(throws: RegistrationError.self) { _ = try counter(domain) }
        #expect(error?.code == .invalidDomain)
        #expect(error?.message.contains("\"user\"") == true)
    }

    @Test func conflictsShowTheWholeDomain() throws {
        _ = try counter(.open(cap: 3, idle: .seconds(60), reserved: ["a", "b"]))
        let error = #expect(throws: RegistrationError.self) { _ = try counter(.open(cap: 3)) }
        #expect(error?.message.contains("user (open, cap 3, idle 60.0 seconds, reserved a, b)") == true)
    }
}
