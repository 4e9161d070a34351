import Runtime
import Workflow

/// The trace of an execution as spans of OpenTelemetry, in OTLP's JSON
/// (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): one for the execution, one for each step, one for
/// each attempt. Only what is over is a span.
struct TraceSpans {
    private let history: ExecutionHistory
    private let steps: [Step]
    private let stepsByPath: [String: [Step]]

    private struct Step {
        let entry: TraceEntry
        /// Names its span among those of the execution: a path may be come to more than once.
        let name: String
    }

    init(history: ExecutionHistory) {
        self.history = history
        var stepsByPath: [String: [Step]] = [:]
        steps = history.trace.map { entry in
            let step = Step(entry: entry, name: "step \(stepsByPath[entry.path]?.count ?? 0) at \(entry.path)")
            stepsByPath[entry.path, default: []].append(step)
            return step
        }
        self.stepsByPath = stepsByPath
    }

    /// The ids follow from the execution's, so that the same span has the same id each time.
    private var traceID: String {
        Self.hex(Self.hash("trace \(history.summary.id)")) + Self.hex(Self.hash("of \(history.summary.id)"))
    }

    private func spanID(_ name: String) -> String { Self.hex(Self.hash("\(history.summary.id) \(name)")) }

    private var root: String { spanID("execution") }

    func write(into json: inout JSONOutput) {
        json.object { json in
            json.field("resourceSpans") { json in
                json.array([0]) { json, _ in
                    json.object { json in
                        json.field("resource") { json in
                            json.object { $0.attributes([("service.name", .string("flowmeter"))]) }
                        }
                        json.field("scopeSpans") { json in
                            json.array([0]) { json, _ in
                                json.object { json in
                                    json.field("scope") { json in json.object { $0.field("name", "flowmeter") } }
                                    json.field("spans") { $0.array(spans) { write($1, into: &$0) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // MARK: Spans

    private struct Span {
        var id: String
        var parent: String?
        var name: String
        /// 1 is internal, 3 a client's.
        var kind = 1
        var start: Timestamp
        var end: Timestamp
        var attributes: [(String, JSONValue)]
        var events: [(name: String, at: Timestamp, attributes: [(String, JSONValue)])] = []
        var error: String?
        var hasFailed = false
    }

    private var spans: [Span] {
        [execution].compactMap(\.self)
            + steps.flatMap { [span(of: $0)].compactMap(\.self) + attempts(of: $0) }
    }

    private var execution: Span? {
        let summary = history.summary
        guard let outcome = summary.outcome else { return nil }
        var attributes: [(String, JSONValue)] = [
            ("flowmeter.execution.id", .string(summary.id.description)),
            ("flowmeter.workflow.id", .string(summary.workflow)),
            ("flowmeter.workflow.version", .string(summary.version)),
            ("flowmeter.trigger", .string(summary.trigger.rawValue)),
            ("flowmeter.event.id", .string(summary.eventID)), ("flowmeter.event.name", .string(history.event.name)),
            ("flowmeter.result", .string(outcome.result.rawValue)),
            ("flowmeter.takeovers", .integer(Int64(history.takeovers))),
        ]
        if let caller = history.caller {
            attributes.append(("flowmeter.caller.execution.id", .string(caller.description)))
        }
        if let error = outcome.errorType { attributes.append(("error.type", .string(error.rawValue))) }
        let votes = history.approvals.flatMap { record in
            record.votes.map { vote in
                (
                    name: "approval.vote", at: vote.at,
                    attributes: [
                        ("flowmeter.step.id", JSONValue.string(record.request.step)),
                        ("flowmeter.approval.decision", .string(vote.decision.rawValue)),
                        ("enduser.id", .string(vote.by)),
                    ]
                )
            }
        }
        return Span(
            id: root, parent: nil, name: summary.workflow, start: summary.startedAt, end: outcome.endedAt,
            attributes: attributes, events: votes, error: outcome.reason,
            hasFailed: outcome.result == .failed || outcome.result == .timeout)
    }

    private func span(of step: Step) -> Span? {
        let entry = step.entry
        guard let end = entry.endedAt else { return nil }
        let retries = entry.attemptLog.filter { $0.retryAt != nil }.map { attempt in
            (
                name: "retry", at: attempt.endedAt ?? attempt.startedAt,
                attributes: [
                    ("flowmeter.attempt", JSONValue.integer(Int64(attempt.number))),
                    ("exception.message", .string(attempt.error ?? "")),
                ]
            )
        }
        return Span(
            id: spanID(step.name), parent: parent(of: entry), name: entry.path, start: entry.startedAt, end: end,
            attributes: [
                ("flowmeter.step.id", .string(entry.step)), ("flowmeter.step.kind", .string(entry.kind)),
                ("flowmeter.step.status", .string(entry.status.rawValue)),
                ("flowmeter.step.attempts", .integer(Int64(entry.attempts))),
            ] + Self.lease(entry.lease), events: retries, error: entry.error,
            hasFailed: entry.status == .failed || entry.status == .timeout)
    }

    /// The step that another one stands in, by its path; the execution for one that stands in none.
    private func parent(of entry: TraceEntry) -> String {
        guard let dot = entry.path.lastIndex(of: ".") else { return root }
        var path = entry.path[..<dot]
        if path.last == "]", let bracket = path.lastIndex(of: "[") { path = path[..<bracket] }
        let around = stepsByPath[String(path)]?.last { $0.entry.startedAt <= entry.startedAt }
        return around.map { spanID($0.name) } ?? root
    }

    private func attempts(of step: Step) -> [Span] {
        step.entry.attemptLog.enumerated().compactMap { position, attempt in
            guard let end = attempt.endedAt else { return nil }
            var attributes: [(String, JSONValue)] = [
                ("flowmeter.activity", .string(attempt.activity.rawValue)),
                ("flowmeter.attempt", .integer(Int64(attempt.number))),
            ]
            attributes += Self.lease(attempt.lease)
            let isRequest = attempt.activity == .httpRequest
            if isRequest { attributes += Self.request(attempt) }
            return Span(
                id: spanID("attempt \(position) of \(step.name)"), parent: spanID(step.name),
                name: attempt.activity.rawValue, kind: isRequest ? 3 : 1,
                start: attempt.startedAt, end: end, attributes: attributes, error: attempt.error,
                hasFailed: attempt.error != nil)
        }
    }

    private static func lease(_ token: Int64?) -> [(String, JSONValue)] {
        token.map { [("flowmeter.lease", .integer($0))] } ?? []
    }

    /// As the conventions for HTTP clients have them. Of the URL, what may hold a secret is left out.
    private static func request(_ attempt: TraceAttempt) -> [(String, JSONValue)] {
        let input = attempt.input?.object
        var attributes: [(String, JSONValue)] = []
        attributes.append(("http.request.method", .string(input?["method"]?.string?.uppercased() ?? "GET")))
        if let url = input?["url"]?.string, let scheme = url.firstRange(of: "://") {
            let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
            let host = authority.split(separator: "@").last ?? authority
            attributes.append(("server.address", .string(String(host))))
        }
        if let status = attempt.output?.object?["status"]?.integer {
            attributes.append(("http.response.status_code", .integer(status)))
        }
        return attributes
    }

    // MARK: Writing

    private func write(_ span: Span, into json: inout JSONOutput) {
        json.object { json in
            json.field("traceId", traceID)
            json.field("spanId", span.id)
            if let parent = span.parent { json.field("parentSpanId", parent) }
            json.field("name", span.name)
            json.field("kind", span.kind)
            json.field("startTimeUnixNano", Self.nanoseconds(span.start))
            json.field("endTimeUnixNano", Self.nanoseconds(max(span.start, span.end)))
            json.attributes(span.attributes)
            json.field("events") { json in
                json.array(span.events) { json, event in
                    json.object { json in
                        json.field("timeUnixNano", Self.nanoseconds(event.at))
                        json.field("name", event.name)
                        json.attributes(event.attributes)
                    }
                }
            }
            json.field("status") { json in
                json.object { json in
                    guard span.hasFailed else { return }
                    json.field("code", Int(2))
                    json.field("message", span.error ?? "")
                }
            }
        }
    }

    /// 64 bits as OTLP has them in JSON: in decimal, as text.
    private static func nanoseconds(_ time: Timestamp) -> String { "\(max(0, time.microseconds))000" }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// FNV-1a, with its bits mixed; never 0, which is no id.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return max(1, hash ^ hash >> 33)
    }
}

extension JSONOutput {
    fileprivate mutating func attributes(_ attributes: [(String, JSONValue)]) {
        field("attributes") { json in
            json.array(attributes) { json, attribute in
                json.object { json in
                    json.field("key", attribute.0)
                    json.field("value") { json in
                        json.object { json in
                            if let number = attribute.1.integer {
                                json.field("intValue", String(number))
                            } else {
                                json.field("stringValue", attribute.1.string ?? "\(attribute.1)")
                            }
                        }
                    }
                }
            }
        }
    }
}
