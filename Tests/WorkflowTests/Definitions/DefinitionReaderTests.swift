import Testing
import Workflow

@Suite("Reading definitions")
struct DefinitionReaderTests {
    private func definition(_ source: String) throws -> Definition {
        let reading = DefinitionReader.read(source)
        return try #require(reading.definition, "\(reading.rendered(file: "x"))")
    }

    private func codes(_ source: String) -> [String] { DefinitionReader.read(source).problems.map(\.code) }

    private static func file(_ steps: String, trigger: String = "{type: manual}") -> String {
        "workflow_id: a\ntrigger: \(trigger)\nsteps:\n\(steps)"
    }

    @Test("The example of the requirement deploys unchanged")
    func requirement() throws {
        let definition = try definition(Samples.requirement)
        #expect(definition.id == "refund_guard" && definition.version == "1.2.0" && definition.name == "Refund guard")
        #expect(definition.enabled && definition.load == ["customer.profile"] && definition.timeout == .seconds(120))
        #expect(definition.steps.map(\.id) == ["small", "ask", "pay"])
        #expect(definition.source == Samples.requirement)
        guard case .event("refund.requested", nil) = definition.trigger else { return #expect(Bool(false)) }
        guard case .condition(let condition, "pay", "ask") = definition.steps[0].kind else {
            return #expect(Bool(false))
        }
        let scope = Scope(context: ["refund": ["amount": 20], "customer": ["tier": "gold"]])
        #expect(condition.evaluate(in: scope))
    }

    @Test("Every key arrives in the definition")
    func everything() throws {
        let definition = try definition(Samples.everything)
        #expect(definition.version == "1.10" && definition.name == "Every \"kind\" of step\n🛒")
        #expect(definition.description == "Two\nlines\n" && !definition.enabled)
        #expect(definition.tags == ["orders", "2024"] && definition.load == ["order.details"])
        #expect(definition.timeout == .seconds(5400))
        let ask = definition.steps[0]
        #expect(ask.name == "Ask the stock" && ask.timeout == .seconds(30) && ask.onError == "fallback")
        #expect(ask.metadata == ["owner": "team-a", "level": 3])
        #expect(
            ask.retry
                == RetryPolicy(
                    maxAttempts: 5, backoff: .linear, initialDelay: .milliseconds(500), maxDelay: .seconds(10),
                    jitter: 0.5, retryOn: [.timeout, .connection, .statusClass(5), .status(429)]))
        guard case .execute(let calls) = ask.kind else { return #expect(Bool(false)) }
        #expect(calls.map(\.kind) == [.httpRequest, .set, .emit, .log])
        #expect(calls[0].into == "stock" && calls[0].arguments.source.object?["type"] == nil)
        #expect(calls[0].arguments.source.object?["body"]?.object?["nothing"] == .null)
        #expect(calls[0].arguments.source.object?["expected_status"] == [200, 201])
        #expect(calls[1].arguments.source.object?["values"]?.object?.keys == ["order.checked", "totals[\"in cents\"]"])
    }

    @Test("Each kind of step arrives")
    func kinds() throws {
        let steps = try definition(Samples.everything).steps
        guard case .condition(.or(let parts), "spread", "fallback") = steps[1].kind, parts.count == 6,
            case .parallel(let branches, .anyCanPass) = steps[2].kind, branches.map(\.id) == ["left", "right"],
            case .foreach(let items, "line", let body) = steps[3].kind, items.source == "{{order.items}}",
            body.count == 1, case .wait(.duration(.seconds(600))) = steps[4].kind,
            case .wait(.events(let events, _, .seconds(86_400)?, "ask"?)) = steps[5].kind,
            let match = events.first?.match, events.map(\.name) == ["payment.captured"],
            match.map(\.path.description) == ["order_id", "amount"], match[1].value.constant == 12.5,
            case .decision(.allow, let reason?, let activities) = steps[6].kind, reason.source == "fine",
            activities.count == 1, case .decision(.block, _?, let none) = steps[7].kind, none.isEmpty
        else { return #expect(Bool(false)) }
        #expect(steps[7].metadata == ["a": 1])
        #expect(steps[5].timeout == nil)
    }

    @Test("A create request in JSON is read, with surrogate pairs, tabs and its own spelling of numbers")
    func request() throws {
        let definition = try definition(Samples.everythingAsJSON)
        #expect(definition.id == "as_json" && definition.version == "1.10" && definition.name == "🛒 café")
        #expect(definition.input == ["amount": 5] && definition.steps[0].next == nil)
        guard case .manual = definition.trigger else { return #expect(Bool(false)) }
    }

    @Test("A webhook's source, event and condition arrive")
    func webhook() throws {
        let steps = "  - {id: w, type: wait, duration: 5s}\n"
        let trigger =
            "{type: webhook, source: github-prod, event: push, condition: {field: ref, operator: eq, value: main}}"
        guard
            case .webhook("github-prod", "push"?, let condition?) = try definition(Self.file(steps, trigger: trigger))
                .trigger
        else { return #expect(Bool(false)) }
        #expect(condition.evaluate(in: Scope(context: ["ref": "main"])))
        let bare = try definition(Self.file(steps, trigger: "{type: webhook, source: s}"))
        guard case .webhook("s", nil, nil) = bare.trigger else { return #expect(Bool(false)) }
        #expect(codes(Self.file(steps, trigger: "{type: webhook, source: s, data: {a: 1}}")) == ["unused-key"])
    }

    @Test("Headers that requests have of their own are no use in a definition")
    func ownHeaders() {
        let call = "{type: http_request, url: \"http://a.example/\", headers: {hOST: b, Idempotency-Key: c, X-Own: d}}"
        let steps = "  - {id: call, type: execute, execute: [\(call)]}\n"
        #expect(codes(Self.file(steps)) == ["unused-key", "unused-key"])
    }

    @Test("A limit, its key and a priority arrive")
    func concurrency() throws {
        let steps = "  - {id: w, type: wait, duration: 5s}\nconcurrency:"
        let bare = try definition(Self.file("\(steps) {limit: 3}", trigger: "{type: workflow}"))
        guard case .workflow = bare.trigger else { return #expect(Bool(false)) }
        #expect(bare.concurrency?.limit == 3 && bare.concurrency?.key == nil && bare.concurrency?.excess == .queue)
        #expect(bare.priority == Priority.usual)
        let keyed = try definition(
            Self.file("\(steps) {key: \"{{customer.id}}\", limit: 1, on_limit: cancel_running}\npriority: 9"))
        #expect(keyed.concurrency?.key?.source == "{{customer.id}}" && keyed.concurrency?.excess == .cancelRunning)
        #expect(keyed.priority == 9)
        let scheduled = "{type: schedule, interval: 1h, overlap: queue}"
        #expect(codes(Self.file("\(steps) {limit: 3}", trigger: scheduled)) == ["conflicting-keys"])
    }

    @Test("What is left out has its default")
    func defaults() throws {
        let definition = try definition(Self.file("  - {id: w, type: wait, duration: 5s}\n"))
        #expect(definition.version == "1" && definition.name == "a" && definition.description == "")
        #expect(definition.enabled && definition.tags == [] && definition.timeout == nil && definition.load == [])
    }

    @Test(
        "A version is the text in the source",
        arguments: [
            ("1.10", "1.10"), ("\"2\"", "2"), ("007", "007"), ("1e3", "1e3"), ("2024-01-01", "2024-01-01"),
            ("true", "true"),
        ])
    func version(written: String, version: String) throws {
        let source = Self.file("  - {id: w, type: wait, duration: 5s}\n") + "version: \(written)\n"
        #expect(try definition(source).version == version)
    }

    @Test(
        "A value without quotes means what the core schema says",
        arguments: [
            ("5", 5), ("-5", -5), ("+5", 5), ("5.0", 5.0), ("1e3", .number(1000)), (".5", 0.5), ("0x1F", 31),
            ("0o17", 15),
            ("true", true), ("False", false), ("null", .null), ("~", .null), ("yes", "yes"), ("no", "no"), ("on", "on"),
            ("\"5\"", "5"), ("'true'", "true"), ("1_000", "1_000"), ("1:30", "1:30"), ("2024-01-01", "2024-01-01"),
            ("!!str 5", "5"), ("0b1", "0b1"), ("9223372036854775808", .number(0x1p63)), ("a b", "a b"),
        ] as [(String, JSONValue)])
    func scalars(written: String, value: JSONValue) throws {
        let step =
            "  - id: c\n    type: condition\n    condition:\n      field: x\n      operator: eq\n      value: \(written)\n"
        guard case .condition(.compare(_, .eq, .value(let found)), _, _) = try definition(Self.file(step)).steps[0].kind
        else { return #expect(Bool(false)) }
        #expect(found.constant == value)
    }

    @Test(
        "A name may hold anything", arguments: ["a\"b", "it's", "back\\slash", "new\nline", "🛒 é", "x: y # z", "{{a}}"])
    func names(name: String) throws {
        let source = Self.file("  - {id: w, type: wait, duration: 5s}\n") + "name: \(JSONValue.string(name))\n"
        #expect(try definition(source).name == name)
    }

    @Test(
        "A circle is a circle only without a wait in it",
        arguments: [
            ("next: a", ["loop-without-wait"]), ("next: w", []), ("on_error: a", ["loop-without-wait"]),
        ])
    func loops(target: String, codes: [String]) {
        let source = Self.file(
            """
              - {id: w, type: wait, duration: 5s}
              - {id: a, type: execute, execute: [{type: log, message: x}]}
              - {id: b, type: execute, execute: [{type: log, message: x}], \(target)}

            """)
        #expect(self.codes(source) == codes)
    }

    @Test("A step is reached through any of its keys")
    func reachability() throws {
        _ = try definition(
            Self.file(
                """
                  - {id: c, type: condition, condition: {field: x, operator: exists}, on_true: w, on_false: f}
                  - {id: w, type: wait, event: a.b, timeout: 1h, on_timeout: t, next: e}
                  - {id: t, type: decision, decision: block}
                  - {id: e, type: execute, execute: [{type: log, message: x}], on_error: r, next: f}
                  - {id: r, type: decision, decision: block}
                  - {id: f, type: decision, decision: allow}

                """))
    }

    @Test("A condition with a branch missing goes on with the step that follows")
    func fallThrough() throws {
        _ = try definition(
            Self.file(
                """
                  - {id: c, type: condition, condition: {field: x, operator: exists}, on_true: f}
                  - {id: d, type: decision, decision: block}
                  - {id: f, type: decision, decision: allow}

                """))
    }

    @Test("One misspelt target is one problem")
    func misspelt() {
        let source = Self.file(
            """
              - {id: a, type: execute, execute: [{type: log, message: x}], next: finsh}
              - {id: b, type: decision, decision: block}
              - {id: finish, type: decision, decision: allow}

            """)
        #expect(codes(source) == ["unknown-target", "unreachable-step"])
        let problems = DefinitionReader.read(source).problems
        #expect(problems[0].remedy == "did you mean finish?" && problems[0].path == "steps[0].next")
        #expect(problems[1].path == "steps[1].id")
    }

    @Test("All problems are reported at once, each with its place")
    func allAtOnce() {
        let problems = DefinitionReader.read(
            """
            workflow_id: a b
            trigger: {type: schedule}
            timeout: soon
            steps:
              - {id: c, type: condition, condition: {field: x, operator: is, value: 1}, on_true: y}
              - {id: d, type: decision, decision: alow}
            extra: 1
            """
        ).problems
        #expect(
            problems.map { "\($0.line):\($0.column) \($0.code) \($0.path)" } == [
                "1:14 bad-name workflow_id", "2:10 missing-key trigger",
                "3:10 bad-duration timeout",
                "5:62 unknown-operator steps[0].condition.operator", "5:86 unknown-target steps[0].on_true",
                "6:39 unknown-decision steps[1].decision", "7:1 unknown-key extra",
            ])
    }

    @Test(
        "Operators of other languages lead to ours",
        arguments: [
            ("==", "eq"), (">=", "gte"), ("not_equals", "neq"), ("includes", "contains"), ("start_with", "starts_with"),
        ])
    func operators(written: String, remedy: String) {
        let source = Self.file(
            "  - {id: c, type: condition, condition: {field: x, operator: \"\(written)\", value: 1}}\n")
        #expect(DefinitionReader.read(source).problems.first?.remedy == "did you mean \(remedy)?")
    }

    @Test("Few aliases are fine")
    func aliases() throws {
        let definition = try definition(
            """
            workflow_id: a
            trigger: {type: manual}
            steps:
              - {id: x, type: execute, retry: &retry {max_attempts: 7}, execute: [{type: log, message: "*bold* &amp;"}]}
              - {id: y, type: execute, retry: *retry, execute: [{type: log, message: y}]}
            """)
        #expect(definition.steps[1].retry?.maxAttempts == 7)
    }

    @Test("Deep flow maps do not overflow the small stack of a task")
    func deepOnTask() async throws {
        let source = String(repeating: "{a: ", count: 990) + "1" + String(repeating: "}", count: 990)
        let codes = await Task.detached { DefinitionReader.read(source).problems.map(\.code) }.value
        #expect(codes == ["source-too-deep"])
    }

    @Test("A byte order mark is passed over")
    func byteOrderMark() throws {
        #expect(DefinitionReader.read([0xEF, 0xBB, 0xBF] + Array(Samples.requirement.utf8)).definition != nil)
    }
}
