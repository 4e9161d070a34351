import Foundation
import Testing
import Workflow
import TestSupport

@Suite("Malformed definitions", .timeLimit(.minutes(30)))
struct MalformedDefinitionTests {
    private static let folder = "malformed/definitions"

    @Test("A malformed file gives problems with a place and a remedy", arguments: Fixtures.names(in: folder))
    func file(name: String) throws {
        let bytes = try Fixtures.bytes("\(Self.folder)/\(name)")
        let reading = DefinitionReader.read(bytes)
        #expect(reading.definition == nil)
        #expect(!reading.errors.isEmpty)
        for problem in reading.problems {
            #expect(problem.line >= 1 && problem.column >= 1)
            #expect(!problem.code.isEmpty && !problem.message.isEmpty && !problem.remedy.isEmpty)
            #expect(problem.code.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
        }
        #expect(reading.rendered(file: name).contains("\(name):"))
    }

    @Test(
        "The name of a file says what is wrong with it",
        arguments: [
            ("duplicate-top-key.yaml", "duplicate-key"), ("alias-bomb.yaml", "too-many-nodes"),
            ("alias-bomb-as-key.yaml", "too-many-nodes"), ("tabs.yaml", "tab-indentation"),
            ("two-documents.yaml", "several-documents"), ("invalid-utf8.yaml", "invalid-utf8"),
            ("nul-byte.yaml", "control-character"), ("huge.yaml", "source-too-large"),
            ("list-as-key.yaml", "key-not-text"),
            ("explicit-tag-binary.yaml", "explicit-tag"), ("nan-value.yaml", "not-finite"),
            ("huge-number.yaml", "number-out-of-range"), ("many-nodes.yaml", "too-many-nodes"),
            ("deep-maps.yaml", "source-too-deep"), ("trigger-webhook.yaml", "missing-key"),
            ("retention-empty.yaml", "missing-key"), ("retention-age-zero.yaml", "out-of-range"),
            ("retention-count-zero.yaml", "out-of-range"), ("retention-unknown-key.yaml", "unknown-key"),
            ("trigger-webhook-source.yaml", "bad-name"), ("trigger-webhook-event.yaml", "bad-name"),
            ("while-without-condition.yaml", "missing-key"),
            ("while-too-often.yaml", "out-of-range"), ("workflow-bad-id.yaml", "bad-name"),
            ("workflow-input-list.yaml", "wrong-type"), ("sleep-bad-until.yaml", "wrong-type"),
            ("sleep-both.yaml", "conflicting-keys"), ("wait-any-and-event.yaml", "conflicting-keys"),
            ("wait-any-match-outside.yaml", "misplaced-key"), ("wait-all-too-many.yaml", "too-many"),
            ("output-list.yaml", "wrong-type"), ("compensate-empty.yaml", "empty-list"),
            ("activity-notify.yaml", "missing-key"), ("notify-recipient.yaml", "bad-name"),
            ("notify-no-recipients.yaml", "empty-list"), ("notify-too-many.yaml", "too-many"),
            ("notify-unknown-key.yaml", "unknown-key"), ("notify-empty-message.yaml", "empty-text"),
            ("webhook-without-url.yaml", "missing-key"), ("webhook-url-and-to.yaml", "conflicting-keys"),
            ("record-without-entity.yaml", "missing-key"), ("record-without-id.yaml", "missing-key"),
            ("record-bad-entity.yaml", "bad-name"), ("record-data-list.yaml", "wrong-type"),
            ("record-create-with-id.yaml", "unknown-key"),
            ("webhook-bad-name.yaml", "bad-name"), ("activity-create_approval_request.yaml", "not-supported-yet"),
            ("step-human_approval.yaml", "not-supported-yet"),
            ("action-require_approval.yaml", "not-supported-yet"), ("approval-without-title.yaml", "missing-key"),
            ("approval-empty-title.yaml", "empty-text"), ("approval-without-names.yaml", "missing-key"),
            ("approval-no-approvers.yaml", "empty-list"), ("approval-empty-name.yaml", "empty-text"),
            ("approval-names-text.yaml", "wrong-type"), ("approval-quorum-zero.yaml", "out-of-range"),
            ("approval-quorum-too-high.yaml", "out-of-range"), ("approval-bad-expires.yaml", "bad-duration"),
            ("approval-unknown-target.yaml", "unknown-target"), ("approval-on-timeout.yaml", "misplaced-key"),
            ("approval-reminder-without-every.yaml", "missing-key"),
            ("approval-reminder-without-execute.yaml", "missing-key"),
            ("approval-reminder-too-often.yaml", "out-of-range"),
            ("approval-reminder-unknown-key.yaml", "unknown-key"),
            ("approval-escalation-without-effect.yaml", "missing-key"),
            ("approval-escalation-without-after.yaml", "missing-key"),
            ("approval-into-reserved.yaml", "reserved-name"), ("approval-bad-template.yaml", "bad-template"),
            ("approval-in-branch.yaml", "branch-target"),
            ("condition-rule-id.yaml", "bad-name"), ("step-duplicate-id.yaml", "duplicate-id"),
            ("unknown-target.yaml", "unknown-target"), ("unreachable.yaml", "unreachable-step"),
            ("loop.yaml", "loop-without-wait"), ("self-loop.yaml", "loop-without-wait"),
            ("target-in-foreach.yaml", "target-elsewhere"), ("branch-with-next.yaml", "branch-target"),
            ("condition-unknown-operator.yaml", "unknown-operator"), ("condition-gt-bool.yaml", "never-true"),
            ("condition-in-without-list.yaml", "never-true"), ("condition-back-reference.yaml", "bad-pattern"),
            ("condition-huge-pattern.yaml", "bad-pattern"), ("condition-empty-repeat-bomb.yaml", "bad-pattern"),
            ("template-unknown-step.yaml", "unknown-step"), ("template-unknown-field.yaml", "unknown-field"),
            ("template-filter.yaml", "bad-template"), ("activity-unknown.yaml", "unknown-activity"),
            ("foreach-reserved-variable.yaml", "reserved-name"), ("timeout-number.yaml", "bad-duration"),
            ("enabled-yes.yaml", "not-a-boolean"), ("step-misplaced-key.yaml", "misplaced-key"),
            ("step-unknown-key.yaml", "unknown-key"), ("too-many-steps.yaml", "too-many"),
            ("parallel-too-deep.yaml", "too-nested"), ("json-trailing-comma.json", "json-trailing-comma"),
            ("json-nan.json", "json-unknown-word"), ("many-problems.yaml", "too-many-problems"),
            ("trigger-condition-steps.yaml", "not-available"), ("both-shapes.yaml", "conflicting-keys"),
            ("undefined-alias.yaml", "undefined-alias"), ("merge-key.yaml", "merge-key"),
        ])
    func code(name: String, code: String) throws {
        let reading = DefinitionReader.read(try Fixtures.bytes("\(Self.folder)/\(name)"))
        #expect(reading.errors.contains { $0.code == code }, "\(reading.rendered(file: name))")
    }

    @Test(
        "What a trigger cannot have is refused",
        arguments: [
            ("{type: event, event: webhook.stripe.paid}", "bad-name"), ("{type: event, event: webhooks.paid}", nil),
            ("{type: event, event: a, condition: {field: event.name, operator: exists}}", "not-available"),
            ("{type: event, event: a, condition: {field: b, operator: eq, value: '{{event.id}}'}}", "not-available"),
            ("{type: event, event: a, condition: {field: workflow.id, operator: exists}}", "not-available"),
            ("{type: webhook, source: a, condition: {field: event.data.b, operator: exists}}", "not-available"),
            ("{type: event, event: a, condition: {field: events.name, operator: exists}}", nil),
            ("{type: event, event: a}\nconcurrency: {key: '{{event.name}} {{workflow.id}}', limit: 1}", nil),
        ] as [(String, String?)])
    func trigger(trigger: String, code: String?) {
        let reading = DefinitionReader.read(
            "id: a\ntrigger: \(trigger)\nsteps: [{id: a, type: decision, decision: allow}]")
        #expect(reading.problems.map(\.code) == (code.map { [$0] } ?? []))
    }

    @Test(
        "A key that another can stand for is named with it",
        arguments: [
            ("sleep", "a step of type sleep lacks the key \"duration\" (or \"until\")"),
            ("wait", "a step of type wait lacks the key \"event\" (or \"duration\")"),
        ])
    func either(type: String, message: String) {
        let reading = DefinitionReader.read("id: a\ntrigger: {type: manual}\nsteps: [{id: a, type: \(type)}]")
        #expect(reading.errors.map(\.message) == [message])
    }

    @Test("A definition cut off anywhere gives an answer, and each of its prefixes the same one twice")
    func truncated() throws {
        for source in [Samples.everything, Samples.everythingAsJSON] {
            let bytes = Array(source.utf8)
            for length in stride(from: 0, to: bytes.count, by: 7) {
                let reading = DefinitionReader.read(Array(bytes.prefix(length)))
                #expect(reading.definition != nil || !reading.errors.isEmpty)
                #expect(reading.problems == DefinitionReader.read(Array(bytes.prefix(length))).problems)
            }
        }
    }

    @Test("A definition with one byte changed gives an answer", arguments: 1...8)
    func mutated(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(Samples.everything.utf8)
        for _ in 0..<150 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            let reading = DefinitionReader.read(changed)
            #expect(reading.definition != nil || !reading.errors.isEmpty, "seed \(seed)")
            _ = reading.rendered(file: "x.yaml")
        }
    }

    @Test(
        "Diagnostics read as they should", arguments: Fixtures.names(in: "diagnostics").filter { !$0.hasSuffix(".txt") }
    )
    func golden(name: String) throws {
        let reading = DefinitionReader.read(try Fixtures.bytes("diagnostics/\(name)"))
        let text = reading.rendered(file: name)
        #expect(try Fixtures.matchesGolden(text, "diagnostics/\(name).txt"), "\(text)")
    }
}
