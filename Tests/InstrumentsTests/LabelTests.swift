import Instruments
import Testing

@Suite struct LabelTests {
    let registry = Registry()

    func overflows(_ family: String, _ label: String) -> Double? {
        registry.snapshot().first { $0.name == Registry.overflowName }?.series(family, label)?.value
    }

    func values(_ family: String) -> [[String]: Double] {
        let series = registry.snapshot().first { $0.name == family }?.series ?? []
        return Dictionary(uniqueKeysWithValues: series.map { ($0.labels.map(\.value), $0.value) })
    }

    @Test func closedDomainsStartAtZero() throws {
        _ = try registry.counter(
            "jobs_total", help: "Jobs.",
            labels: [Label("kind", .closed(["a", "b"])), Label("status", .closed(["success", "failure"]))])
        #expect(
            values("jobs_total")
                == [["a", "success"]: 0, ["a", "failure"]: 0, ["b", "success"]: 0, ["b", "failure"]: 0])
        #expect(overflows("jobs_total", "kind") == 0)
    }

    @Test func oneOpenLabelMeansNoSeriesAtFirst() throws {
        _ = try registry.gauge("depth", help: "", labels: [Label("kind", .closed(["a"])), Label("queue", .declared)])
        #expect(values("depth").isEmpty)
    }

    @Test func aFamilyWithoutLabelsStartsAtZero() throws {
        let family = try registry.counter("work_total", help: "")
        #expect(values("work_total") == [[]: 0])
        #expect(family.only === family.with())
        family.only.increment()
        #expect(values("work_total") == [[]: 1])
        #expect(family.remove() == false)
    }

    @Test func theSameValuesAreTheSameInstrument() throws {
        let family = try registry.gauge("depth", help: "", labels: [Label("a", .route), Label("b", .declared)])
        #expect(family.with("x", "y") === family.with(["x", "y"]))
        #expect(family.with("x", "y") !== family.with("y", "x"))
        #expect(family.with("xy", "") !== family.with("x", "y"))
    }

    @Test func spellingsOfOneLetterAreDifferentValues() throws {
        let family = try registry.gauge("depth", help: "", labels: [Label("city", .declared)])
        #expect(family.with("Orl\u{e9}ans") !== family.with("Orle\u{301}ans"))
    }

    @Test func aValueOutsideAClosedDomainBecomesOther() throws {
        let family = try registry.counter("jobs_total", help: "", labels: [Label("status", .closed(["ok"]))])
        family.with("ok").increment()
        family.with("strange").increment()
        family.with("stranger").increment()
        #expect(values("jobs_total") == [["ok"]: 1, ["other"]: 2])
        #expect(overflows("jobs_total", "status") == 2)
    }

    @Test func aCapHolds() throws {
        let labels = [Label("user", .open(cap: 3)), Label("kind", .closed(["a", "b"]))]
        let family = try registry.counter("hits_total", help: "", labels: labels)
        #expect(overflows("hits_total", "user") == 0)
        for user in 0..<10 {
            family.with("\(user)", "a").increment()
            family.with("\(user)", "b").increment()
        }
        family.with("other", "a").increment()
        family.with("1", "a").increment()
        #expect(values("hits_total").count == 8)
        #expect(values("hits_total")[["1", "a"]] == 2)
        #expect(values("hits_total")[["other", "a"]] == 8)
        #expect(overflows("hits_total", "user") == 14)
        #expect(overflows("hits_total", "kind") == 0)
    }

    @Test func aRemovedValueMakesRoom() throws {
        let family = try registry.counter("hits_total", help: "", labels: [Label("user", .open(cap: 1))])
        let first = family.with("ada")
        #expect(family.remove("grace") == false)
        #expect(family.remove("ada") == true)
        #expect(family.remove("ada") == false)
        family.with("grace").increment()
        family.with("ada").increment()
        first.increment()
        #expect(values("hits_total") == [["grace"]: 1, ["other"]: 1])
    }

    @Test(arguments: [[], ["a"], ["a", "b", "c"]])
    func aWrongCountGoesNowhereAndIsCounted(_ wrong: [String]) throws {
        let family = try registry.counter(
            "hits_total", help: "", labels: [Label("a", .declared), Label("b", .declared)])
        family.with(wrong).increment()
        family.only.increment()
        #expect(family.remove(wrong) == false)
        #expect(values("hits_total").isEmpty)
        #expect(overflows("hits_total", "*") == 2)
    }

    @Test func observationsKeepToTheirDomains() throws {
        let labels = [Label("user", .open(cap: 2)), Label("kind", .closed(["a"]))]
        try registry.observedGauge("depth", help: "", labels: labels, limits: .ample) {
            [
                Observation(["u1", "a"], 1), Observation(["u2", "z"], 2), Observation(["u3", "a"], 3),
                Observation(["u4", "a"], 4), Observation(["u1", "a"], 5), Observation([], 6),
            ]
        }
        let families = registry.snapshot()
        let depth = families.first { $0.name == "depth" }
        #expect(depth?.series.map { $0.labels.map(\.value) } == [["other", "a"], ["u1", "a"], ["u2", "other"]])
        #expect(depth?.series.map(\.value) == [7, 6, 2])
        let overflows = families.first { $0.name == Registry.overflowName }
        #expect(overflows?.series("depth", "user")?.value == 2)
        #expect(overflows?.series("depth", "kind")?.value == 1)
        #expect(overflows?.series("depth", "*")?.value == 1)
    }

    @Test func anObservedCounterIsNeverNegativeOrNaN() throws {
        try registry.observedCounter("work_total", help: "", labels: [Label("kind", .declared)], limits: .ample) {
            [Observation(["a"], -1), Observation(["b"], .nan), Observation(["c"], 3)]
        }
        #expect(values("work_total") == [["c"]: 3])
    }
}
