import Instruments
import InstrumentsPushgateway
import Testing

/// Against the real gateway.
@Suite(.timeLimit(.minutes(30))) struct PushTests {
    static func registry(_ values: KeyValuePairs<String, Double>) throws -> Registry {
        let registry = Registry()
        for (name, value) in values { try registry.gauge(name, help: "A gauge.").only.set(value) }
        return registry
    }

    @Test func aPushReplacesTheGroup() async throws {
        try await Gateway.run { gateway in
            let push = try Pushgateway.patient(gateway.address, job: "backup", grouping: ["instance": "db1"])
            try await push.push(try Self.registry(["a_bytes": 1, "b_bytes": 2]))
            #expect(
                try await gateway.samples() == [
                    #"a_bytes{instance="db1",job="backup"} 1"#, #"b_bytes{instance="db1",job="backup"} 2"#,
                ])
            try await push.push(try Self.registry(["b_bytes": 3]))
            #expect(try await gateway.samples() == [#"b_bytes{instance="db1",job="backup"} 3"#])
        }
    }

    @Test func anAdditionLeavesOtherFamilies() async throws {
        try await Gateway.run { gateway in
            let push = try Pushgateway.patient(gateway.address + "/", job: "backup")
            try await push.push(try Self.registry(["a_bytes": 1, "b_bytes": 2]))
            try await push.add(try Self.registry(["b_bytes": 3, "c_bytes": 4]))
            #expect(
                try await gateway.samples() == [
                    #"a_bytes{instance="",job="backup"} 1"#, #"b_bytes{instance="",job="backup"} 3"#,
                    #"c_bytes{instance="",job="backup"} 4"#,
                ])
        }
    }

    @Test func aDeletionTakesOneGroup() async throws {
        try await Gateway.run { gateway in
            let first = try Pushgateway.patient(gateway.address, job: "backup", grouping: ["instance": "db1"])
            let second = try Pushgateway.patient(gateway.address, job: "backup")
            try await first.delete()
            try await first.push(try Self.registry(["a_bytes": 1]))
            try await second.push(try Self.registry(["a_bytes": 2]))
            try await first.delete()
            try await first.delete()
            // A gateway answers before it deletes, but takes what comes in its order.
            try await second.push(try Self.registry(["a_bytes": 3]))
            #expect(try await gateway.samples() == [#"a_bytes{instance="",job="backup"} 3"#])
        }
    }

    static let awkward = [
        "", " ", ".", "..", "/", "a/b", "a//b/", "%2F", "?x=1&y=2#z", "+", "=", "==", "~_-.", "@base64", "say \"hi\"",
        "back\\slash", "line\nbreak", "\r\n", "\u{0}", "tab\t", "größe", "e\u{301}", "🧮👩‍👩‍👧", "\u{10FFFF}", ">>>???",
        String(repeating: "long/", count: 500),
    ]

    @Test func anyValueCanGroup() async throws {
        try await Gateway.run { gateway in
            let registry = try Self.registry(["a_bytes": 1])
            for value in Self.awkward {
                let push = try Pushgateway.patient(
                    gateway.address, job: "job" + value, grouping: ["shard": value, "last": "x"])
                try await push.push(registry)
            }
            let groups = try await gateway.groups()
            let expected = Self.awkward.map { ["job": "job" + $0, "shard": $0, "last": "x"] }
            #expect(groups.count == expected.count)
            // Compared by scalars: to Swift, é is é however it is written.
            let scalars = { (labels: [String: String]) in labels.mapValues { Array($0.unicodeScalars) } }
            #expect(Set(groups.map(scalars)) == Set(expected.map(scalars)))
            for value in Self.awkward {
                let push = try Pushgateway.patient(
                    gateway.address, job: "job" + value, grouping: ["last": "x", "shard": value])
                try await push.delete()
            }
            try await Pushgateway.patient(gateway.address, job: "last").push(registry)
            #expect(try await gateway.groups() == [["job": "last"]])
        }
    }

    @Test func anyJobCanPush() async throws {
        try await Gateway.run { gateway in
            for value in Self.awkward where !value.isEmpty {
                try await Pushgateway.patient(gateway.address, job: value).push(try Self.registry(["a_bytes": 1]))
            }
            let jobs = try await gateway.groups().compactMap { $0["job"].map { Array($0.unicodeScalars) } }
            #expect(Set(jobs) == Set(Self.awkward.filter { !$0.isEmpty }.map { Array($0.unicodeScalars) }))
        }
    }

    @Test func allInstrumentsArrive() async throws {
        let registry = Registry()
        try registry.counter("jobs_total", help: "Jobs.", labels: [Label("kind", .open(cap: 5))])
            .with("a\"b\\c\nd🧮").add(1.5)
        let level = try registry.gauge("level", help: "Level \\ \n \".", labels: [Label("case", .declared)])
        for (name, value) in [
            ("nan", Double.nan), ("+inf", .infinity), ("-inf", -.infinity), ("small", Double.leastNonzeroMagnitude),
        ] {
            level.with(name).set(value)
        }
        let wait = try registry.histogram("wait_seconds", help: "", buckets: [0.5, 1])
        for value in [0.25, 0.75, 2] { wait.only.observe(value) }
        try await Gateway.run { gateway in
            try await Pushgateway.patient(gateway.address, job: "b").push(registry)
            #expect(
                Set(try await gateway.samples()) == [
                    #"jobs_total{instance="",job="b",kind="a\"b\\c\nd🧮"} 1.5"#,
                    #"level{case="nan",instance="",job="b"} NaN"#, #"level{case="+inf",instance="",job="b"} +Inf"#,
                    #"level{case="-inf",instance="",job="b"} -Inf"#,
                    #"level{case="small",instance="",job="b"} 5e-324"#,
                    #"wait_seconds_bucket{instance="",job="b",le="0.5"} 1"#,
                    #"wait_seconds_bucket{instance="",job="b",le="1"} 2"#,
                    #"wait_seconds_bucket{instance="",job="b",le="+Inf"} 3"#,
                    #"wait_seconds_sum{instance="",job="b"} 3"#, #"wait_seconds_count{instance="",job="b"} 3"#,
                ])
        }
    }

    @Test func manyPushAtOnce() async throws {
        try await Gateway.run { gateway in
            let address = gateway.address
            try await withThrowingTaskGroup { group in
                for job in 0..<20 {
                    group.addTask {
                        let push = try Pushgateway.patient(address, job: "job\(job)")
                        for round in 0..<5 { try await push.push(try Self.registry(["a_bytes": Double(round)])) }
                    }
                }
                try await group.waitForAll()
            }
            let expected = (0..<20).map { #"a_bytes{instance="",job="job\#($0)"} 4"# }
            #expect(Set(try await gateway.samples()) == Set(expected))
        }
    }

    @Test func aGatewayCanHaveAPrefix() async throws {
        try await Gateway.run(["--web.route-prefix=/push/gw"]) { gateway in
            let prefixed = try Pushgateway.patient(gateway.address + "/push/gw/", job: "b")
            try await prefixed.push(try Self.registry(["a_bytes": 1]))
            #expect(try await gateway.samples(prefix: "/push/gw") == [#"a_bytes{instance="",job="b"} 1"#])
            let push = try Pushgateway.patient(gateway.address, job: "b")
            let error = await #expect(throws: PushError.self) { try await push.push(try Self.registry(["a_bytes": 2])) }
            #expect(error?.code == .unexpectedAnswer)
            #expect(error?.status == 404)
        }
    }

    @Test func metricsAtOddsAreRefusedAndNothingChanges() async throws {
        try await Gateway.run { gateway in
            let gauge = Registry()
            try gauge.gauge("jobs_total", help: "Jobs.", allowingTotal: true).only.set(1)
            try await Pushgateway.patient(gateway.address, job: "first").push(gauge)
            let counter = Registry()
            try counter.counter("jobs_total", help: "Jobs.").only.increment()
            let second = try Pushgateway.patient(gateway.address, job: "second")
            for push in [second.push, second.add] as [(Registry) async throws -> Void] {
                let error = await #expect(throws: PushError.self) { try await push(counter) }
                #expect(error?.code == .refused)
                #expect(error?.status == 400)
                #expect(error?.message.contains("jobs_total") == true, "\(error?.message ?? "")")
            }
            #expect(try await gateway.samples() == [#"jobs_total{instance="",job="first"} 1"#])
        }
    }
}
