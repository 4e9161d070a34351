import Testing

@testable import Workflow

/// Activities that reach what the configuration names.
@Suite struct OutsideDefinitionTests {
    private static func file(_ activity: String) -> String {
        """
        workflow_id: a
        trigger: {type: manual}
        steps: [{id: tell, type: execute, execute: [\(activity)]}]
        """
    }

    private static func calls(_ activity: String) throws -> [ActivityCall] {
        let reading = DefinitionReader.read(file(activity))
        let definition = try #require(reading.definition, "\(reading.rendered(file: "x"))")
        guard case .execute(let calls) = definition.steps[0].kind else { return [] }
        return calls
    }

    @Test(
        arguments: [
            ("ops@example.com", .address("ops@example.com")), ("a.b+c@d-e.example", .address("a.b+c@d-e.example")),
            ("root@localhost", .address("root@localhost")), ("role:support_lead", .role("support_lead")),
            ("slack:#orders", .slack(channel: "#orders")),
            ("slack:#bestellungen-ü", .slack(channel: "#bestellungen-ü")),
            ("webhook:ops-2", .webhook("ops-2")), ("log", .log),
        ] as [(String, Recipient)])
    func recipients(text: String, recipient: Recipient) {
        #expect(Recipient(parsing: text) == recipient)
        #expect(recipient.description == text)
    }

    @Test(
        arguments: [
            "", "ops", "@example.com", "ops@", "a@b@c", "a..b@c", ".a@b", "a.@b", "a b@c", "a@b c", "a@-b", "a@b-",
            "a@b..c", "a@b\r\nRCPT TO:<c@d>", "a@b\n", "\"a\"@b", "a@[127.0.0.1]", "<a@b>", "ü@b", "a@ü", "a@b,c@d",
            "role:", "role:a b", "slack:orders", "slack:#", "slack:#a b", "slack:##", "slack:#a\n", "webhook:",
            "webhook:1",
            "Log", "sms:+49",
        ])
    func noRecipients(text: String) {
        #expect(Recipient(parsing: text) == nil)
    }

    @Test func longOnesAreNoRecipients() {
        let long = String(repeating: "a", count: 65)
        #expect(Recipient(parsing: "\(long)@b") == nil && Recipient(parsing: "a@\(long)") == nil)
        #expect(Recipient(parsing: "a@" + Array(repeating: "bbbbbbbbb", count: 26).joined(separator: ".")) == nil)
        #expect(Recipient(parsing: "slack:#" + String(repeating: "a", count: 81)) == nil)
    }

    @Test func eachRecipientIsAnActivityOfItsOwn() throws {
        let calls = try Self.calls(
            """
            {type: notify, recipients: [a@b.example, "{{order.clerk}}", log], subject: "S {{x}}", message: "M", timeout: 5s},
            {type: log, message: done}
            """)
        #expect(calls.map(\.kind) == [.notify, .notify, .notify, .log])
        #expect(
            calls[0].arguments.source == [
                "recipient": "a@b.example", "subject": "S {{x}}", "message": "M", "timeout": "5s",
            ])
        #expect(calls[1].arguments.paths.map(\.description) == ["order.clerk", "x"])
        #expect(calls[2].arguments["recipient"]?.constant == "log")
    }

    @Test func webhooksHaveAnAddressOrAName() throws {
        let calls = try Self.calls(
            #"{type: webhook, url: "https://a.example/{{x}}", body: {a: 1}, into: b}, {type: webhook, to: ops}"#)
        #expect(calls.map(\.kind) == [.webhook, .webhook] && calls[0].into == "b")
    }

    @Test(
        arguments: [
            (#"{type: notify, recipients: ["slack:#ordres"], message: a}"#, "did you mean #orders?"),
            (#"{type: notify, recipients: ["role:boss"], message: a}"#, "add it to the file"),
            (#"{type: notify, recipients: ["webhook:opss"], message: a}"#, "did you mean ops?"),
            (#"{type: webhook, to: elsewhere}"#, "add it to the file"),
            (#"{type: create_record, entity: custommer}"#, "did you mean customer?"),
            (#"{type: update_record, entity: order, entity_id: 7, data: {}}"#, "that the setting records.file names"),
            (#"{type: notify, recipients: [a@b.example], message: a}"#, "add it to the file"),
        ])
    func whatTheServerDoesNotKnowIsAWarning(activity: String, remedy: String) throws {
        var configured = ConfiguredNames()
        configured.channels = ["#orders"]
        configured.entities = ["customer"]
        configured.webhooks = ["ops"]
        let reading = DefinitionReader.read(Self.file(activity), for: configured)
        #expect(reading.definition != nil && reading.warnings.map(\.code) == ["not-configured"])
        #expect(reading.warnings.first?.remedy.contains(remedy) == true, "\(reading.problems)")
        #expect(DefinitionReader.read(Self.file(activity)).problems == [])
    }

    @Test func whatTheServerKnowsIsNoWarning() {
        var configured = ConfiguredNames()
        (configured.hasAllChannels, configured.webhooks, configured.roles) = (true, ["ops"], ["lead"])
        configured.hasMail = true
        let source = Self.file(
            #"{type: notify, recipients: ["slack:#any", "webhook:ops", "role:lead", log, a@b.c, "role:{{x}}"], message: a}, {type: webhook, to: "{{y}}"}"#
        )
        #expect(DefinitionReader.read(source, for: configured).problems == [])
    }
}
