import Instruments
import Testing

@Suite struct UnregisteringTests {
    private let registry = Registry()

    private var names: [String] { registry.snapshot().map(\.name).filter { !$0.hasPrefix("instruments_") } }

    @Test func aFamilyGoesAndItsNameIsFree() throws {
        let old = try registry.histogram("work_seconds", help: "Old.", buckets: [1])
        old.only.observe(1)
        #expect(registry.unregister("work_seconds"))
        #expect(names.isEmpty)
        old.only.observe(1)
        try registry.counter("work_seconds_count_total", help: "Another.").only.increment()
        _ = try registry.gauge("work_seconds", help: "New.").only.set(3)
        #expect(names == ["work_seconds", "work_seconds_count_total"])
        #expect(registry.snapshot().first { $0.name == "work_seconds" }?.series.first?.value == 3)
    }

    @Test func namesThatOnlyItsSamplesHadAreFree() throws {
        _ = try registry.histogram("work_seconds", help: "", buckets: [1])
        #expect(throws: RegistrationError.self) { _ = try registry.gauge("work_seconds_count", help: "") }
        registry.unregister("work_seconds")
        _ = try registry.gauge("work_seconds_count", help: "")
        #expect(names == ["work_seconds_count"])
    }

    @Test func whatIsNotThereOrItsOwnStays() throws {
        #expect(!registry.unregister("absent"))
        #expect(!registry.unregister(Registry.overflowName))
        _ = try registry.gauge("depth", help: "")
        #expect(!registry.scoped(prefix: "a_").unregister("depth"))
        #expect(names == ["depth"])
    }

    @Test func aScopeNamesItsFamiliesByWhatItAdds() throws {
        let scope = registry.scoped(prefix: "db_")
        _ = try scope.gauge("depth", help: "")
        #expect(scope.unregister("depth"))
        #expect(names.isEmpty)
    }
}
