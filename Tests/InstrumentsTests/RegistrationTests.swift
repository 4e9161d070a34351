import Instruments
import Testing

@Suite struct RegistrationTests {
    let registry = Registry()

    func failure(_ body: () throws(RegistrationError) -> Void) -> RegistrationError? {
        do { try body() } catch { return error }
        return nil
    }

    @Test(arguments: ["", "1st", "with space", "dash-ed", "étage", "a\nb", "a{b}"])
    func refusesNames(_ name: String) {
        let error = failure { () throws(RegistrationError) in _ = try registry.gauge(name, help: "") }
        #expect(error?.code == .invalidName)
        #expect(error?.family == name)
        #expect(error?.message.contains("Rename") == true)
    }

    @Test func aCounterEndsInTotal() {
        for name in ["requests", "_total", "requests_totals"] {
            let error = failure { () throws(RegistrationError) in _ = try registry.counter(name, help: "") }
            #expect(error?.code == .invalidName)
            #expect(error?.message.contains("Register \"\(name)_total\"") == true)
        }
    }

    @Test func aGaugeEndsInTotalOnlyWhenAllowed() throws {
        let error = failure { () throws(RegistrationError) in _ = try registry.gauge("workers_total", help: "") }
        #expect(error?.code == .invalidName)
        #expect(error?.message.contains("allowingTotal: true") == true)
        _ = try registry.gauge("workers_total", help: "", allowingTotal: true)
    }

    @Test(arguments: ["", "le", "quantile", "__name__", "__x", "1a", "a:b", "a-b", "é"])
    func refusesLabelNames(_ name: String) {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.gauge("depth", help: "", labels: [Label(name, .declared)])
        }
        #expect(error?.code == .invalidLabel)
        #expect(error?.message.contains("\"\(name)\"") == true)
    }

    @Test func refusesALabelTwice() {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.gauge("depth", help: "", labels: [Label("a", .declared), Label("a", .route)])
        }
        #expect(error?.code == .invalidLabel)
        #expect(error?.message.contains("declared twice") == true)
    }

    @Test(arguments: [.closed([]), .closed(["a", "b", "a"]), .open(cap: 0), .open(cap: -1)] as [Label.Domain])
    func refusesDomains(_ domain: Label.Domain) {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.gauge("depth", help: "", labels: [Label("kind", domain)])
        }
        #expect(error?.code == .invalidDomain)
        #expect(error?.message.contains("\"kind\"") == true)
    }

    @Test func refusesClosedDomainsThatMultiplyTooFar() {
        let values = (0..<101).map(String.init)
        let labels = (0..<12).map { Label("l\($0)", .closed(values)) }
        for count in [2, 12] {
            let error = failure { () throws(RegistrationError) in
                _ = try registry.gauge("depth", help: "", labels: Array(labels.prefix(count)))
            }
            #expect(error?.code == .tooManySeries)
        }
    }

    @Test(arguments: [[1, 1], [2, 1], [.nan], [1, .infinity], [-.infinity, 0], [0, .nan, 1]] as [[Double]])
    func refusesBuckets(_ buckets: [Double]) {
        let error = failure { () throws(RegistrationError) in
            _ = try registry.histogram("wait_seconds", help: "", buckets: buckets)
        }
        #expect(error?.code == .invalidBuckets)
        #expect(error?.message.hasPrefix("histogram \"wait_seconds\": the bucket bound ") == true)
    }

    @Test func theSameAgainIsTheSameFamily() throws {
        let label = Label("kind", .closed(["a"]))
        let counter = try registry.counter("work_total", help: "Work.", labels: [label])
        #expect(try registry.counter("work_total", help: "Work.", labels: [label]) === counter)
        let histogram = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1, 2])
        #expect(try registry.histogram("wait_seconds", help: "Wait.", buckets: [1, 2]) === histogram)
        #expect(try registry.gauge("depth", help: "Depth.") === registry.gauge("depth", help: "Depth."))
    }

    @Test func conflictsNameBothSides() throws {
        _ = try registry.gauge("depth", help: "Depth.", labels: [Label("queue", .declared)])
        _ = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1])
        let errors = [
            failure { () throws(RegistrationError) in
                _ = try registry.gauge("depth", help: "Deep.", labels: [Label("queue", .open(cap: 3))])
            },
            failure { () throws(RegistrationError) in
                _ = try registry.histogram("depth", help: "Depth.", labels: [Label("queue", .declared)], buckets: [])
            },
            failure { () throws(RegistrationError) in
                _ = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1, 2.5])
            },
        ]
        #expect(errors.map { $0?.code } == [.conflict, .conflict, .conflict])
        #expect(
            errors.map { $0?.message } == [
                """
                gauge "depth" with labels queue (open, cap 3); help "Deep.": the name is taken by gauge "depth" with \
                labels queue (declared); help "Depth.". They differ in help, labels: make them alike, or choose another \
                name.
                """,
                """
                histogram "depth" with labels queue (declared); buckets none; help "Depth.": the name is taken by gauge \
                "depth" with labels queue (declared); help "Depth.". They differ in type: make them alike, or choose \
                another name.
                """,
                """
                histogram "wait_seconds" without labels; buckets 1.0, 2.5; help "Wait.": the name is taken by histogram \
                "wait_seconds" without labels; buckets 1.0; help "Wait.". They differ in buckets: make them alike, or \
                choose another name.
                """,
            ])
    }

    @Test func callbacksConflictWithThemselvesAndWithInstruments() throws {
        try registry.observedGauge("depth", help: "Depth.") { [] }
        let again = failure { () throws(RegistrationError) in
            try registry.observedGauge("depth", help: "Depth.") { [] }
        }
        #expect(again?.code == .conflict)
        #expect(again?.message.contains("register the family once") == true)
        let plain = failure { () throws(RegistrationError) in _ = try registry.gauge("depth", help: "Depth.") }
        #expect(plain?.message.contains("taken by observed gauge \"depth\"") == true)
    }

    enum Kind: String, CaseIterable { case gauge, counter, histogram }

    func register(_ kind: Kind, _ name: String) throws(RegistrationError) {
        switch kind {
        case .gauge: _ = try registry.gauge(name, help: "A.", allowingTotal: true)
        case .counter: _ = try registry.counter(name, help: "A.")
        case .histogram: _ = try registry.histogram(name, help: "A.", buckets: [1])
        }
    }

    /// Names that differ, and meet once a format has added or taken away its suffixes: in either order.
    @Test(
        arguments: [
            (.histogram, "x", .gauge, "x_count"), (.histogram, "x", .gauge, "x_sum"),
            (.histogram, "x", .gauge, "x_bucket"),
            (.histogram, "x", .gauge, "x_created"), (.counter, "x_total", .gauge, "x"),
            (.counter, "x_total", .histogram, "x"), (.counter, "x_total", .gauge, "x_created"),
            (.counter, "x_total", .gauge, "x_total"),
        ] as [(Kind, String, Kind, String)], [false, true])
    func namesCollideAfterSuffixes(_ pair: (Kind, String, Kind, String), reversed: Bool) throws {
        let sides = [(pair.0, pair.1), (pair.2, pair.3)]
        let (first, second) = reversed ? (sides[1], sides[0]) : (sides[0], sides[1])
        let error = failure { () throws(RegistrationError) in
            try register(first.0, first.1)
            try register(second.0, second.1)
        }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("\(second.0) \"\(second.1)\"") == true)
        #expect(error?.message.contains("\(first.0) \"\(first.1)\"") == true)
    }

    @Test func theSelfMetricHoldsItsName() {
        let error = failure { () throws(RegistrationError) in
            try register(.gauge, "instruments_label_overflow")
        }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("gauge \"instruments_label_overflow\"") == true)
        #expect(error?.message.contains("counter \"\(Registry.overflowName)\"") == true)
    }

    @Test func neighboursDoNotCollide() throws {
        try register(.gauge, "x_total")
        try register(.gauge, "x")
        try register(.counter, "y_count_total")
        try register(.gauge, "y_sum")
        try register(.histogram, "z")
        try register(.gauge, "z_counts")
    }

    @Test func aFailedRegistrationLeavesNothingBehind() throws {
        try register(.gauge, "x_count")
        #expect(throws: RegistrationError.self) { try register(.histogram, "x") }
        try register(.gauge, "x_sum")
        try register(.gauge, "x")
    }
}
