import Testing
import Workflow

/// Steps of type `approval`, as definitions have them.
@Suite struct ApprovalDefinitionTests {
    private static func file(_ keys: String, _ others: String = "") -> String {
        let lines = keys.split(separator: "\n").map { "    \($0)\n" }.joined()
        return """
            workflow_id: refund
            trigger: {type: manual}
            steps:
              - id: manager
                type: approval
            \(lines)  - {id: pay, type: execute, execute: [{type: log, message: Paid}]}
            \(others)
            """
    }

    private func codes(_ source: String) -> [String] {
        DefinitionReader.read(Array(source.utf8)).problems.map(\.code)
    }

    @Test func everyKey() throws {
        let source = Self.file(
            """
            title: "Refund {{refund.id}}"
            description: "{{refund.reason}}"
            approvers: [alice, "{{refund.clerk}}", 7]
            roles: [lead]
            quorum: 2
            expires: 24h
            retry: {max_attempts: 2}
            execute: [{type: emit, event: refund.asked}]
            reminder: {every: 4h, execute: [{type: emit, event: refund.late}]}
            escalation: {after: 8h, roles: [director], approvers: [bob], execute: [{type: log, message: Late}]}
            on_approved: pay
            on_rejected: refuse
            on_expired: manager
            on_error: refuse
            into: decision
            compensate: [{type: log, message: Back}]
            """, "  - {id: refuse, type: decision, decision: block}")
        let reading = DefinitionReader.read(Array(source.utf8))
        #expect(reading.problems.isEmpty, "\(reading.rendered(file: "x"))")
        let step = try #require(reading.definition?.steps.first)
        guard case .approval(let approval) = step.kind else {
            Issue.record("no approval")
            return
        }
        #expect(step.kind.word == "approval")
        #expect("\(approval.title)" == "Refund {{refund.id}}")
        #expect(approval.approvers.map { "\($0)" } == ["alice", "{{refund.clerk}}", "7"])
        #expect(approval.roles.map { "\($0)" } == ["lead"])
        #expect(approval.quorum == 2 && approval.expires == .seconds(86_400) && approval.into == "decision")
        #expect([approval.onApproved, approval.onRejected, approval.onExpired] == ["pay", "refuse", "manager"])
        #expect(approval.reminder?.every == .seconds(14_400) && approval.escalation?.after == .seconds(28_800))
        #expect(step.kind.activities.count == 1 && step.kind.asideActivities.count == 2)
        #expect(step.compensation.count == 1)
    }

    @Test(
        arguments: [
            ("next: pay\non_approved: pay", ["unused-key"]), ("on_expired: pay", ["unused-key"]),
            ("expires: 1h\nescalation: {after: 2h, roles: [director]}", ["unused-key"]),
            ("retry: {max_attempts: 2}", ["pointless-retry"]), ("on_approved: pay", []),
            ("roles: [lead]\nquorum: 9", []), ("escalation: {after: 2h, roles: [director]}\nquorum: 9", []),
            ("quorum: 2\nescalation: {after: 2h, approvers: [bob]}", []), ("on_rejected: manager", []),
            ("on_approved: manager", ["unreachable-step"]),
            ("quorum: 2\nescalation: {after: 2h, approvers: [alice]}", ["out-of-range"]),
            ("quorum: 2\nescalation: {after: 2h, approvers: [\"{{refund.clerks}}\"]}", []),
        ])
    func advice(keys: String, expected: [String]) {
        #expect(codes(Self.file("title: Refund\napprovers: [alice]\n\(keys)")) == expected)
    }

    @Test(
        arguments: [
            ("quorum: 2", "a step of type approval lacks the key \"approvers\" (or \"roles\")", "add approvers"),
            (
                "approvers: [alice, alice]\nquorum: 2", "quorum is 2, which is not 1, as there is one approver",
                "choose 1, as there is one approver"
            ),
            ("roles: [\"role:lead\"]", "\"role:lead\" cannot be a role", "write lead"),
            (
                "roles: [shift lead]", "\"shift lead\" cannot be a role",
                "use letters, digits, ., _ and -, at most 64 in all"
            ),
            (
                "approvers: [bob]\nescalation: {after: 8h, roles: [\"role:\"]}", "\"role:\" cannot be a role",
                "use letters, digits, ., _ and -, at most 64 in all"
            ),
        ])
    func refused(keys: String, message: String, remedy: String) {
        let reading = DefinitionReader.read(Array(Self.file("title: Refund\n\(keys)").utf8))
        #expect(reading.errors.map(\.message) == [message])
        #expect(reading.errors.map(\.remedy) == [remedy])
    }

    @Test func aRoleThatAKeyCanHold() {
        let longest = String(repeating: "a", count: 64)
        #expect(codes(Self.file("title: Refund\nroles: [a.B-c_9, 7, \"role:{{team}}\", \(longest)]")) == [])
        #expect(codes(Self.file("title: Refund\nroles: [\(longest)a]")) == ["bad-name"])
    }
}
