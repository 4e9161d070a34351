import Testing
import Workflow

extension WorkflowRecord {
    fileprivate static func sample(
        _ id: String = "orders", _ version: String = "1", source: String = "text", enabled: Bool = true, at: Int64 = 1
    ) -> WorkflowRecord {
        WorkflowRecord(id: id, version: version, source: source, enabled: enabled, deployedAt: .at(at))
    }
}

extension JournalConformance {
    static let workflowCases: [JournalCase] = [
        JournalCase("the first version creates the workflow, a further one updates it") { bench in
            let journal = bench.journal
            #expect(try await journal.deploy(.sample(enabled: false)) == .created)
            #expect(try await journal.workflows(.current) == [.sample(enabled: false)])
            let second = WorkflowRecord.sample("orders", "2", source: "text 2 ✓", at: 5)
            #expect(try await journal.deploy(second) == .updated)
            #expect(try await journal.workflows(.current) == [second])
            let first = try await journal.workflows(.version(workflow: "orders", version: "1"))
            #expect(first == [.sample(enabled: true)])
        },
        JournalCase("workflows are listed by id") { bench in
            for id in ["b", "a", "Z", "ä", "c"] { _ = try await bench.journal.deploy(.sample(id)) }
            #expect(try await bench.journal.workflows(.current).map(\.id) == ["Z", "a", "b", "c", "ä"])
        },
        JournalCase("the same version with the same source changes nothing") { bench in
            _ = try await bench.journal.deploy(.sample())
            _ = try await bench.journal.update(workflow: "orders", .disable)
            #expect(try await bench.journal.deploy(.sample(at: 99)) == .unchanged)
            #expect(try await bench.journal.workflows(.current) == [.sample(enabled: false)])
        },
        JournalCase("the same version with another source is refused") { bench in
            _ = try await bench.journal.deploy(.sample())
            _ = try await bench.journal.deploy(.sample("orders", "2"))
            #expect(try await bench.journal.deploy(.sample(source: "other")) == .conflict)
            #expect(try await bench.journal.workflows(.current) == [.sample("orders", "2")])
            let first = try await bench.journal.workflows(.version(workflow: "orders", version: "1"))
            #expect(first == [.sample()])
        },
        JournalCase("deploying an older version again makes it the current one") { bench in
            _ = try await bench.journal.deploy(.sample())
            _ = try await bench.journal.deploy(.sample("orders", "2"))
            #expect(try await bench.journal.deploy(.sample(at: 9)) == .unchanged)
            #expect(try await bench.journal.workflows(.current) == [.sample()])
        },
        JournalCase("the versions of a workflow are listed, the newest first, whichever is current") { bench in
            let journal = bench.journal
            for (version, time) in [("1", 1), ("10", 5), ("9", 5), ("2", 7)] {
                _ = try await journal.deploy(.sample("orders", version, at: Int64(time)))
            }
            _ = try await journal.deploy(.sample("others", "3", at: 9))
            _ = try await journal.deploy(.sample("orders", "1", at: 11))
            func versions(_ workflow: String, _ limit: Int) async throws -> [String] {
                try await journal.workflows(.versions(workflow: workflow, limit: limit)).map(\.version)
            }
            #expect(try await versions("orders", 100) == ["2", "9", "10", "1"])
            #expect(try await versions("orders", 2) == ["2", "9"])
            #expect(try await versions("orders", 0) == [])
            #expect(try await versions("nobody", 100) == [])
            _ = try await journal.update(workflow: "orders", .delete)
            #expect(try await versions("orders", 1) == ["2"])
        },
        JournalCase("enabling and disabling are kept, and unknown workflows are said to be") { bench in
            let journal = bench.journal
            #expect(try await journal.update(workflow: "orders", .enable) == false)
            _ = try await journal.deploy(.sample())
            #expect(try await journal.update(workflow: "orders", .disable))
            #expect(try await journal.workflows(.current) == [.sample(enabled: false)])
            #expect(try await journal.update(workflow: "orders", .enable))
            #expect(try await journal.update(workflow: "orders", .enable))
            #expect(try await journal.workflows(.current) == [.sample()])
        },
        JournalCase("a deleted workflow is listed no more, its versions are kept, and it can be made again") { bench in
            let journal = bench.journal
            _ = try await journal.deploy(.sample())
            #expect(try await journal.update(workflow: "orders", .delete))
            #expect(try await journal.workflows(.current) == [])
            let kept = try await journal.workflows(.version(workflow: "orders", version: "1"))
            #expect(kept == [.sample(enabled: false)])
            for change in [WorkflowChange.delete, .enable, .disable] {
                #expect(try await journal.update(workflow: "orders", change) == false)
            }
            #expect(try await journal.deploy(.sample(source: "other")) == .conflict)
            #expect(try await journal.workflows(.current) == [])
            #expect(try await journal.deploy(.sample(at: 7)) == .created)
            #expect(try await journal.workflows(.current) == [.sample()])
        },
        JournalCase("an execution's workflow need not have been deployed") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            #expect(try await bench.journal.workflows(.current) == [])
            #expect(try await bench.journal.workflows(.version(workflow: "orders", version: "1.0.0")) == [])
            #expect(try await bench.journal.update(workflow: "orders", .enable) == false)
            #expect(try await bench.journal.deploy(.sample("orders", "1.0.0")) == .created)
        },
        JournalCase("keys are stored whole, replaced by id, and listed from the oldest") { bench in
            let journal = bench.journal
            var first = KeyRecord(
                id: "k1", name: "a \"key\"", digest: [0, 255, 7], permissions: ["a:read", "b\n,\"c"],
                createdAt: .at(5), revokedAt: nil)
            let second = KeyRecord(
                id: "k0", name: "", digest: [], permissions: [], createdAt: .at(6), revokedAt: .at(7))
            try await journal.save(second)
            try await journal.save(first)
            #expect(try await journal.keys() == [first, second])
            first.revokedAt = .at(9)
            first.permissions = ["x"]
            try await journal.save(first)
            #expect(try await journal.keys() == [first, second])
        },
    ]
}
