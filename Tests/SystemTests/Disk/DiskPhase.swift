import NIOHTTP1
import Workflow

/// Something that a user asks for, with all the writes that it comes to; it can be asked again after a crash.
struct DiskPhase: Sendable {
    let name: String
    /// Whether its calls on the database itself are those that matter.
    var isOnDatabase = false
    let run: @Sendable (DiskBench) async throws -> Void

    /// Together they use every verb of the journal that writes, and each kind of file that SQLite keeps.
    static let all = [
        DiskPhase(name: "deploy") { bench in
            let id = bench.name("deployed")
            for version in ["1", "2"] {
                let definition = """
                    workflow_id: \(id)
                    version: "\(version)"
                    trigger: {type: manual}
                    steps: [{id: accept, type: action, action: {type: allow}}]
                    """
                try await bench.deploy(definition, id: id, version: version)
            }
            try await bench.insist(.POST, "/api/v1/workflows/\(id)/disable", until: [200])
            bench.ledger.note { $0.enabled[id] = false }
        },
        DiskPhase(name: "decision") { bench in
            let id = bench.name("decision")
            try await bench.send("disk.decision", id: id, data: "{}", result: "allowed")
            try await bench.end(of: id)
        },
        DiskPhase(name: "batch") { bench in
            let ids = (0..<5).map { _ in bench.name("batch") }
            let events = ids.map { #"{"id":"\#($0)","event":"disk.decision","data":{}}"# }
            try await bench.insist(
                .POST, "/api/v1/events/batch", body: #"{"events":[\#(events.joined(separator: ","))]}"#, until: [202])
            bench.ledger.note { entries in for id in ids { entries.events[id] = "allowed" } }
        },
        DiskPhase(name: "call") { bench in
            let id = bench.name("call")
            try await bench.send(
                "disk.call", id: id, data: #"{"url":"\#(bench.receiver)/\#(id)"}"#, result: "executed")
            bench.ledger.note { $0.calls.insert("/\(id)") }
            try await bench.end(of: id)
        },
        DiskPhase(name: "wait") { bench in
            let id = bench.name("wait")
            try await bench.send("disk.wait", id: id, data: #"{"order":"\#(id)"}"#, result: "allowed")
            try await bench.execution(of: id) { $0["status"] == "waiting" }
            try await bench.send("disk.paid", id: id + "-paid", data: #"{"order":"\#(id)"}"#, result: nil)
            try await bench.end(of: id)
        },
        DiskPhase(name: "sleep") { bench in
            let id = bench.name("sleep")
            try await bench.send("disk.sleep", id: id, data: "{}", result: "executed")
            try await bench.end(of: id)
        },
        DiskPhase(name: "approval") { bench in
            let id = bench.name("approval")
            try await bench.send("disk.approval", id: id, data: "{}", result: "allowed")
            let execution = try await bench.execution(of: id) { $0["status"] == "waiting" }
            let approvals = try await bench.watch("/api/v1/approvals?execution_id=\(execution)") {
                $0["items"]?.array?.isEmpty == false
            }
            let approval = approvals["items"]?.array?.first?.object?["id"]?.string ?? ""
            // A vote that was not answered may have been counted.
            try await bench.insist(.POST, "/api/v1/approvals/\(approval)/approve", until: [200, 404, 409])
            try await bench.end(of: id)
        },
        DiskPhase(name: "control") { bench in
            let id = bench.name("control")
            try await bench.send("disk.wait", id: id, data: #"{"order":"\#(id)"}"#, result: "cancelled")
            let path = "/api/v1/executions/" + (try await bench.execution(of: id) { $0["status"] == "waiting" })
            try await bench.insist(.POST, path + "/pause", until: [202])
            try await bench.watch(path) { $0["status"] == "paused" }
            try await bench.insist(.POST, path + "/resume", until: [202])
            try await bench.watch(path) { $0["status"] == "waiting" }
            try await bench.insist(.POST, path + "/cancel", until: [202, 409])
            try await bench.end(of: id)
        },
        DiskPhase(name: "manual start of a call") { bench in
            let key = bench.name("manual")
            let answer = try await bench.insist(
                .POST, "/api/v1/workflows/disk-caller/run", headers: ["Idempotency-Key": key], until: [200, 202])
            let id = answer.json["event_id"]?.string ?? ""
            bench.ledger.note { $0.events[id] = "executed" }
            try await bench.end(of: id)
        },
        DiskPhase(name: "schedule") { bench in
            let path = "/api/v1/workflows/disk-schedule"
            try await bench.insist(.POST, path + "/schedule/resume", until: [200])
            let list = "/api/v1/executions?workflow_id=disk-schedule&limit=1"
            let before = try await bench.insist(.GET, list, until: [200]).json["items"]?.array
            try await bench.watch(list) { $0["items"]?.array != before }
            try await bench.insist(.POST, path + "/schedule/pause", until: [200])
        },
        DiskPhase(name: "keys") { bench in
            let body = #"{"name":"\#(bench.name("key"))","permissions":["workflows:read"]}"#
            let first = try await bench.insist(.POST, "/api/v1/keys", body: body, until: [201]).json
            bench.ledger.note { $0.keys[first["key"]?.string ?? ""] = true }
            let second = try await bench.insist(.POST, "/api/v1/keys", body: body, until: [201]).json
            try await bench.insist(.DELETE, "/api/v1/keys/\(second["id"]?.string ?? "")", until: [204])
            bench.ledger.note { $0.keys[second["key"]?.string ?? ""] = false }
        },
        DiskPhase(name: "restart") { bench in
            bench.server.stop()
            try await bench.revive()
        },
        DiskPhase(name: "checkpoint", isOnDatabase: true) { bench in
            // The WAL is carried over when it has 1,000 pages and nobody waits, or 4,000.
            let before = bench.faults.databaseCalls
            while bench.faults.databaseCalls == before {
                let id = bench.name("checkpoint")
                try await bench.send("disk.decision", id: id, data: "{}", result: "allowed")
            }
        },
    ]

    /// What the phases start.
    static let definitions: [(id: String, source: String)] = [
        (
            "disk-decision",
            """
            workflow_id: disk-decision
            trigger: {type: event, event: disk.decision}
            steps: [{id: accept, type: action, action: {type: allow}}]
            """
        ),
        (
            "disk-call",
            """
            workflow_id: disk-call
            trigger: {type: event, event: disk.call}
            steps: [{id: tell, type: execute, execute: [{type: http_request, method: POST, url: "{{url}}"}]}]
            """
        ),
        (
            "disk-wait",
            """
            workflow_id: disk-wait
            trigger: {type: event, event: disk.wait}
            steps:
              - {id: paid, type: wait, wait: {event: disk.paid, match: {order: "{{order}}"}}}
              - {id: accept, type: action, action: {type: allow}}
            """
        ),
        (
            "disk-sleep",
            """
            workflow_id: disk-sleep
            trigger: {type: event, event: disk.sleep}
            steps: [{id: rest, type: sleep, duration: 30ms}]
            """
        ),
        (
            "disk-approval",
            """
            workflow_id: disk-approval
            trigger: {type: event, event: disk.approval}
            steps:
              - {id: ask, type: approval, title: May it?, approvers: [preset admin key]}
              - {id: accept, type: action, action: {type: allow}}
            """
        ),
        (
            "disk-caller",
            """
            workflow_id: disk-caller
            trigger: {type: manual}
            steps:
              - {id: call, type: workflow, workflow: disk-sleep}
              - {id: tell, type: execute, execute: [{type: emit, event: disk.told}]}
            """
        ),
        (
            "disk-schedule",
            """
            workflow_id: disk-schedule
            trigger: {type: schedule, interval: 1s, catch_up: none}
            steps: [{id: rest, type: sleep, duration: 10ms}]
            """
        ),
    ]
}

extension DiskBench {
    /// Brings a server to the point where every phase can run.
    func prepare() async throws {
        try await revive()
        for (id, source) in DiskPhase.definitions {
            try await insist(.POST, "/api/v1/workflows", body: source, type: "application/yaml", until: [200, 201])
            if id == "disk-schedule" { try await insist(.POST, "/api/v1/workflows/\(id)/schedule/pause", until: [200]) }
        }
    }
}
