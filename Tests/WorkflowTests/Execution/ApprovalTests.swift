import Testing

@testable import Workflow

/// People decide: how many, in what time, and what happens until they have.
@Suite struct ApprovalTests {
    static func approval(_ keys: String, after: String = "") -> String {
        let lines = keys.split(separator: "\n").map { "    \($0)\n" }.joined()
        return """
            workflow_id: refund_guard
            trigger: {type: event, event: refund.requested}
            steps:
              - id: manager
                type: approval
                title: "Refund {{refund.id}} of {{refund.amount}}"
            \(lines)\(after)
            """
    }

    static let refund: JSONObject = ["refund": ["id": 7, "amount": 120, "clerk": "carol"]]
    private static let log = "execute: [{type: log, message: Waiting}]"

    private func run(_ keys: String, after: String = "") throws -> Rehearsal {
        try Rehearsal(Self.approval(keys, after: after), data: Self.refund)
    }

    @Test func asks() throws {
        let run = try run("approvers: [alice, \"{{refund.clerk}}\", alice]\nroles: [lead]\nexpires: 24h")
        let request = try #require(run.execution.approvals.first)
        #expect(request.title == "Refund 7 of 120")
        #expect(request.step == "manager")
        #expect(request.approvers == ["alice", "carol"])
        #expect(request.roles == ["lead"])
        #expect(request.quorum == 1 && request.approvals == 0)
        #expect(request.expiresAt == request.requestedAt + .seconds(86_400))
        #expect(run.execution.wakeAt == request.expiresAt)
        #expect(run.execution.trace.map(\.status) == [.waiting])
        #expect(!run.execution.isPerforming)
    }

    @Test(
        arguments: [
            (#"["bob", "carol"]"#, ["bob", "carol"], nil), ("7", ["7"], nil), ("null", [], nil),
            (#"{"a": 1}"#, nil, "an object"), (#"["a", true]"#, nil, "a boolean"),
        ] as [(String, [String]?, String?)])
    func aPlaceholderGivesNames(value: String, names: [String]?, fault: String?) throws {
        let clerk = try JSONValue(parsing: Array(value.utf8))
        let run = try Rehearsal(
            Self.approval("approvers: [\"{{refund.clerk}}\"]\nroles: [lead]"),
            data: ["refund": ["id": 7, "amount": 120, "clerk": clerk]])
        #expect(run.execution.approvals.first?.approvers == names)
        #expect(run.outcome?.reason?.contains("`approvers` gives \(fault ?? "")") == (fault == nil ? nil : true))
    }

    @Test func oneIsEnoughWithoutAQuorum() throws {
        var run = try run(
            "approvers: [alice]\ninto: decision",
            after: "  - {id: pay, type: execute, execute: [{type: log, message: \"{{decision.data.limit}}\"}]}\n")
        try run.vote("alice", comment: "fine", data: ["limit": 50])
        #expect(run.path == ["manager:completed"])
        #expect(
            run.execution.finishedSteps.first?.output
                == ["decision": "approved", "by": ["alice"], "comments": ["fine"], "data": ["limit": 50]])
        #expect(run.tasks.map(\.arguments) == [["message": 50]])
        #expect(run.execution.approvals.isEmpty)
        #expect(run.execution.endedApprovals.map(\.result) == [.approved])
    }

    @Test func aQuorumCountsPeopleOnce() throws {
        var run = try run("approvers: [alice, bob, carol]\nquorum: 2")
        try run.vote("alice", data: ["a": 1, "both": ["x": 1]])
        #expect(run.execution.approvals.first?.approvals == 1)
        try run.vote("alice")
        try run.vote("alice", .reject)
        try run.vote("mallory")
        #expect(run.execution.approvals.first?.approvals == 1)
        #expect(run.outcome == nil)
        try run.vote("carol", comment: "yes", data: ["both": ["y": 2]])
        #expect(run.outcome?.result == .executed)
        let output = run.execution.finishedSteps.first?.output?.object
        #expect(output?["by"] == ["alice", "carol"])
        #expect(output?["data"] == ["a": 1, "both": ["x": 1, "y": 2]])
        #expect(run.execution.endedApprovals.first?.votes.map(\.by) == ["alice", "carol"])
    }

    @Test func aRoleMayDecide() throws {
        var run = try run("roles: [lead]")
        try run.vote("dave", role: "clerk")
        try run.vote("dave")
        #expect(run.outcome == nil)
        try run.vote("dave", role: "lead")
        #expect(run.outcome?.result == .executed)
    }

    @Test func oneRejects() throws {
        var run = try run("approvers: [alice, bob]\nquorum: 2")
        try run.vote("alice")
        try run.vote("bob", .reject, comment: "too much")
        #expect(run.outcome?.result == .failed)
        #expect(run.outcome?.reason == "step `manager`: rejected by `bob`: too much")
        #expect(run.execution.endedApprovals.map(\.result) == [.rejected])
    }

    @Test(arguments: ["on_rejected: refuse", "on_error: refuse"])
    func aRejectionLeadsOn(target: String) throws {
        var run = try run(
            "approvers: [alice]\non_approved: pay\n\(target)",
            after: """
                  - {id: refuse, type: decision, decision: block, reason: "{{steps.manager.output.comments.0}}"}
                  - {id: pay, type: decision, decision: allow}
                """)
        try run.vote("alice", .reject, comment: "no")
        #expect(run.outcome?.result == .blocked)
        #expect(run.outcome?.reason == "no")
    }

    @Test func approvalLeadsOn() throws {
        var run = try run(
            "approvers: [alice]\non_approved: pay\non_rejected: refuse",
            after: """
                  - {id: refuse, type: decision, decision: block}
                  - {id: pay, type: decision, decision: allow}
                """)
        try run.vote("alice")
        #expect(run.outcome?.result == .allowed)
    }

    @Test func messagesThatDoNotFitChangeNothing() throws {
        var run = try run("approvers: [alice]\nexpires: 1h")
        let key = try #require(run.execution.approvals.first?.key)
        let records = run.records.count
        for body: JSONValue in [
            .null, [:], ["by": "alice"], ["decision": "approve"], ["decision": "perhaps", "by": "alice"],
            ["decision": "approve", "by": ""], ["decision": "approve", "by": 7], ["result": "executed"],
        ] { try run.handle(.message(key: key, body: body, at: run.now)) }
        let vote = ApprovalVote(by: "alice", decision: .approve, at: run.now).message
        try run.handle(.message(key: "9.9.9", body: vote, at: run.now))
        let late = ApprovalVote(by: "alice", decision: .approve, at: run.now + .seconds(3_600))
        try run.handle(.message(key: key, body: late.message, at: late.at))
        #expect(run.records.count == records)
        try run.handle(.message(key: key, body: vote, at: run.now))
        #expect(run.outcome?.result == .executed)
    }

    @Test func itExpires() throws {
        var run = try run("approvers: [alice]\nexpires: 1h")
        try run.pass(.seconds(3_599))
        #expect(run.outcome == nil)
        try run.pass(.seconds(1))
        #expect(run.path == ["manager:timeout"])
        #expect(run.outcome?.reason == "step `manager`: nobody decided in time")
        #expect(run.outcome?.errorType == .timeout)
        #expect(run.execution.endedApprovals.map(\.result) == [.expired])
    }

    @Test func expiryLeadsOn() throws {
        var run = try run(
            "approvers: [alice]\nexpires: 1h\non_approved: pay\non_expired: refuse\ninto: decision",
            after: """
                  - {id: refuse, type: decision, decision: block, reason: "{{decision.decision}}"}
                  - {id: pay, type: decision, decision: allow}
                """)
        try run.pass(.seconds(3_600))
        #expect(run.outcome?.reason == "expired")
        #expect(run.path == ["manager:timeout", "refuse:completed"])
    }

    @Test func whatIsDoneBeforeMayFail() throws {
        var run = try run("approvers: [alice]\nretry: {max_attempts: 2}\n\(Self.log)")
        #expect(run.execution.approvals.isEmpty)
        run.crash()
        try run.fail(.init(.timeout, "late"))
        try run.pass(.seconds(2))
        #expect(run.tasks.map(\.id.attempt) == [2])
        try run.complete()
        #expect(run.execution.approvals.count == 1)
        try run.vote("alice")
        #expect(run.outcome?.result == .executed)
    }

    @Test(
        arguments: [
            ("approvers: [\"{{refund.nobody}}\"]", "1 must approve, but approvers and roles give 0 names"),
            ("roles: [\"{{refund.nobody}}\"]", "1 must approve, but approvers and roles give 0 names"),
            (
                "approvers: [\"{{refund.clerk}}\", carol]\nquorum: 2",
                "2 must approve, but approvers and roles give 1 name"
            ),
        ])
    func namesThatAreNotThereFail(keys: String, reason: String) throws {
        let run = try run(keys)
        #expect(run.outcome?.errorType == .validation)
        #expect(run.outcome?.reason?.contains(reason) == true, "\(run.outcome?.reason ?? "")")
    }
}

extension ApprovalTests {
    // MARK: Reminders and escalation

    private func reminding() throws -> Rehearsal {
        try run(
            """
            approvers: [alice]
            expires: 24h
            reminder: {every: 4h, execute: [{type: http_request, url: "http://chat/{{refund.id}}"}]}
            escalation: {after: 8h, roles: [director], approvers: ["{{refund.clerk}}"], \(Self.log)}
            """)
    }

    @Test func remindsUntilDecided() throws {
        var run = try reminding()
        try run.pass(.seconds(4 * 3_600))
        #expect(run.tasks.map(\.arguments) == [["url": "http://chat/7"]])
        run.crash()
        try run.complete()
        #expect(run.path == ["manager.reminder:completed"])
        #expect(run.execution.finishedSteps.first?.kind == "reminder")
        try run.pass(.seconds(4 * 3_600))
        #expect(run.keys.count == 3, "each reminder and the escalation have keys of their own")
        try run.vote("alice")
        #expect(run.outcome?.result == .executed)
        #expect(run.path.suffix(3).sorted().map { $0.hasSuffix("skipped") } == [true, true, false])
    }

    @Test func aReminderThatFailsChangesNothing() throws {
        var run = try reminding()
        try run.pass(.seconds(4 * 3_600))
        try run.fail(.init(.invalid, "no such room"))
        #expect(run.outcome == nil)
        #expect(run.execution.finishedSteps.map(\.error) == ["no such room"])
        try run.vote("alice")
        #expect(run.outcome?.result == .executed)
    }

    @Test func aReminderThatRunsIsNotStartedAgain() throws {
        var run = try reminding()
        try run.pass(.seconds(4 * 3_600))
        try run.pass(.seconds(4 * 3_600))
        #expect(run.tasks.map(\.step) == ["manager.reminder", "manager.escalation"])
        try run.complete()
        try run.complete()
        try run.pass(.seconds(4 * 3_600))
        #expect(run.tasks.map(\.step) == ["manager.reminder"])
    }

    @Test func aLongSleepIsMadeUpForOnce() throws {
        var run = try reminding()
        try run.pass(.seconds(23 * 3_600))
        #expect(run.tasks.map(\.step).sorted() == ["manager.escalation", "manager.reminder"])
        #expect(run.execution.wakeAt == run.execution.approvals.first?.expiresAt)
    }

    @Test func escalationAddsDeciders() throws {
        var run = try reminding()
        try run.vote("eve", role: "director")
        try run.pass(.seconds(8 * 3_600))
        let request = try #require(run.execution.approvals.first)
        #expect(request.approvers == ["alice", "carol"])
        #expect(request.roles == ["director"])
        try run.vote("eve", role: "director")
        #expect(run.outcome?.result == .executed)
    }

    @Test func anEscalationThatCannotBeRenderedIsInTheTrace() throws {
        let long = "approvers: [\"\(String(repeating: "{{long}}", count: 40))\"]"
        var run = try Rehearsal(
            Self.approval("approvers: [alice]\nescalation: {after: 8h, \(long), \(Self.log)}"),
            data: ["refund": ["id": 7], "long": .string(String(repeating: "x", count: 30_000))])
        try run.pass(.seconds(8 * 3_600))
        #expect(run.path == ["manager.escalation:failed"])
        #expect(run.tasks.isEmpty)
        #expect(run.execution.wakeAt == nil)
        try run.vote("alice")
        #expect(run.outcome?.result == .executed)
    }

    @Test func anEscalationWithoutActivitiesIsInTheTrace() throws {
        var run = try run("approvers: [alice]\nescalation: {after: 8h, roles: [director]}")
        try run.pass(.seconds(8 * 3_600))
        #expect(run.path == ["manager.escalation:completed"])
        #expect(run.execution.approvals.first?.roles == ["director"])
    }

    @Test func remindersEnd() throws {
        var run = try run("approvers: [alice]\nreminder: {every: 1s, \(Self.log)}")
        var open = 0
        while run.execution.wakeAt != nil, open <= Limits.reminders {
            open += 1
            try run.pass(.seconds(1))
        }
        #expect(open == Limits.reminders)
        try run.vote("alice")
        #expect(run.outcome?.result == .executed)
    }

    // MARK: Control

    @Test func aPauseStopsReminders() throws {
        var run = try reminding()
        try run.handle(.pause(at: run.now))
        #expect(run.execution.wakeAt == nil)
        try run.pass(.seconds(5 * 3_600))
        #expect(run.tasks.isEmpty)
        #expect(run.execution.approvals.count == 1)
        try run.handle(.resume(data: nil, at: run.now))
        try run.pass(.zero)
        #expect(run.tasks.map(\.step) == ["manager.reminder"])
    }

    @Test func aVoteCountsDuringAPause() throws {
        var run = try reminding()
        try run.handle(.pause(at: run.now))
        try run.vote("alice")
        #expect(run.execution.approvals.isEmpty)
        #expect(run.outcome?.result == .executed)
    }

    @Test func cancellingDropsTheRequestAndItsReminder() throws {
        var run = try reminding()
        try run.pass(.seconds(4 * 3_600))
        try run.handle(.cancel(reason: "enough", at: run.now))
        run.forgetStale()
        #expect(run.tasks.isEmpty)
        #expect(run.outcome?.result == .cancelled)
        #expect(run.path == ["manager.reminder:skipped", "manager:skipped"])
        #expect(run.execution.endedApprovals.map(\.result) == [.cancelled])
        #expect(run.execution.approvals.isEmpty)
    }

    @Test func theStepsOwnTimeoutDropsTheRequest() throws {
        var run = try run("approvers: [alice]\ntimeout: 5h\nreminder: {every: 4h, \(Self.log)}")
        try run.pass(.seconds(4 * 3_600))
        try run.pass(.seconds(3_600))
        #expect(run.path == ["manager.reminder:skipped", "manager:timeout"])
        #expect(run.execution.endedApprovals.map(\.result) == [.cancelled])
    }

    @Test func whatWasApprovedIsUndone() throws {
        var run = try run(
            "approvers: [alice]\ncompensate: [{type: log, message: \"Back to {{refund.clerk}}\"}]",
            after: "  - {id: pay, type: execute, execute: [{type: http_request, url: \"http://bank/\"}]}\n")
        try run.vote("alice")
        try run.fail(.init(.invalid, "no money"))
        #expect(run.tasks.map(\.arguments) == [["message": "Back to carol"]])
        try run.complete()
        #expect(run.outcome?.result == .failed)
    }

    @Test func eachRoundAsksAnew() throws {
        var run = try Rehearsal(
            """
            workflow_id: a
            trigger: {type: manual}
            steps:
              - id: each
                type: foreach
                items: "{{refunds}}"
                steps: [{id: manager, type: approval, title: "{{item}}", approvers: [alice]}]
            """, data: ["refunds": ["a", "b"]])
        let first = run.execution.approvals.map(\.key)
        try run.vote("alice")
        #expect(run.execution.approvals.map(\.title) == ["b"])
        #expect(run.execution.approvals.map(\.key) != first)
        try run.vote("alice")
        #expect(run.outcome?.result == .executed)
        #expect(run.execution.endedApprovals.count == 2)
    }

    @Test func requestsStandSideBySide() throws {
        var run = try Rehearsal(
            """
            workflow_id: a
            trigger: {type: manual}
            steps:
              - id: both
                type: parallel
                steps:
                  - {id: money, type: approval, title: Money, approvers: [alice]}
                  - {id: law, type: approval, title: Law, approvers: [alice], expires: 1h}
            """)
        #expect(Set(run.execution.approvals.map(\.key)).count == 2)
        try run.vote("alice")
        #expect(run.execution.approvals.map(\.step) == ["law"])
        try run.vote("alice", .reject)
        #expect(run.outcome?.reason?.contains("a branch did not pass") == true)
    }
}
