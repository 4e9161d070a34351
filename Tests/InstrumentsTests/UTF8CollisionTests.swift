import Instruments
import Testing

/// Names that one reader could not tell apart are refused at registration, with both sides named.
@Suite struct UTF8CollisionTests {
    let registry = Registry(utf8Names: true)

    func failure(_ body: () throws(RegistrationError) -> Void) -> RegistrationError? {
        do { try body() } catch { return error }
        return nil
    }

    @Test(
        arguments: [
            ("a.b", "a_b", "underscores"), ("a b", "a.b", "underscores"), ("é", "ü", "underscores"),
            ("a.b", "U__a_2e_b", "values"), ("1", "_", "underscores"),
        ])
    func familiesCollide(_ first: String, _ second: String, _ scheme: String) throws {
        for (first, second) in [(first, second), (second, first)] {
            let registry = Registry(utf8Names: true)
            _ = try registry.gauge(first, help: "")
            let error = failure { () throws(RegistrationError) in _ = try registry.gauge(second, help: "") }
            #expect(error?.code == .conflict)
            #expect(error?.message.contains("gauge \"\(first)\"") == true)
            #expect(error?.message.contains("gauge \"\(second)\"") == true)
            #expect(error?.message.contains("(\(scheme))") == true)
        }
    }

    @Test func samplesCollide() throws {
        _ = try registry.histogram("wait.seconds", help: "", buckets: [])
        let error = failure { () throws(RegistrationError) in _ = try registry.gauge("wait_seconds_sum", help: "") }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("\"wait_seconds_sum\" where names are escaped (underscores)") == true)
    }

    @Test func oneNameInTwoSpellingsIsOneName() throws {
        _ = try registry.gauge("\u{E9}", help: "One.")
        let error = failure { () throws(RegistrationError) in _ = try registry.gauge("e\u{301}", help: "Other.") }
        #expect(error?.code == .conflict)
    }

    @Test(arguments: [("a.b", "a_b"), ("a.b", "U__a_2e_b"), ("a:b", "a_b"), ("é", "ü")])
    func labelsCollide(_ first: String, _ second: String) {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.gauge("level", help: "", labels: [Label(first, .declared), Label(second, .declared)])
        }
        #expect(error?.code == .invalidLabel)
        #expect(error?.message.contains("\"\(first)\" and \"\(second)\"") == true)
    }

    @Test func aStateSetCollidesWithItsLabel() {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.stateSet("a.b", help: "", labels: [Label("a_b", .declared)], states: ["on"])
        }
        #expect(error?.code == .invalidLabel)
    }

    @Test(arguments: ["", "le", "quantile", "__x", "__\u{301}", "..name..", "_name_"])
    func reservedLabelsStayReserved(_ name: String) {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.gauge("level", help: "", labels: [Label(name, .declared)])
        }
        #expect(error?.code == .invalidLabel)
    }

    @Test func suffixesStayRequired() throws {
        let refused = [
            failure { () throws(RegistrationError) in _ = try registry.gauge("", help: "") },
            failure { () throws(RegistrationError) in _ = try registry.counter("my.hits", help: "") },
            failure { () throws(RegistrationError) in _ = try registry.info("my.build", help: "") },
            failure { () throws(RegistrationError) in _ = try registry.stateSet("a:b", help: "", states: ["on"]) },
        ]
        #expect(refused.allSatisfy { $0?.code == .invalidName })
        // To String, the first sign of the suffix is one character with what stands before it.
        _ = try registry.counter("\u{600}_total", help: "")
    }

    @Test func withoutTheSettingNamesAreLegacyNames() throws {
        let registry = Registry()
        for name in ["a.b", "é"] {
            let family = failure { () throws(RegistrationError) in _ = try registry.gauge(name, help: "") }
            #expect(family?.code == .invalidName)
            let label = failure { () throws(RegistrationError) in
                _ = try registry.scoped(prefix: "x_").gauge("level", help: "", labels: [Label(name, .declared)])
            }
            #expect(label?.code == .invalidLabel)
        }
        try registry.collector("pages", limits: .ample) {
            [MetricFamily(name: "a.b", type: .gauge, help: "", series: [.init(labels: [], reading: .number(5))])]
        }
        #expect(!registry.snapshot().contains { $0.name == "a.b" })
    }

    @Test func aCollectorLosesWhatCollides() throws {
        _ = try registry.gauge("a_b", help: "")
        try registry.collector("pages", limits: .ample) {
            ["a.b", "c.d", "c_d"].map {
                MetricFamily(name: $0, type: .gauge, help: "", series: [.init(labels: [], reading: .number(5))])
            }
        }
        let names = registry.snapshot().map(\.name).filter { !$0.contains("instruments") }
        #expect(names == ["a_b", "c.d"])
    }
}
