import HTTPTypes
import NIOCore
import Runtime
import Workflow

/// Events come in.
struct EventRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits

    var routes: [Route] {
        [
            Route(
                operation: "sendEvent", method: .post, template: "/api/v1/events", access: .permission(.eventsWrite),
                query: .only(["wait"]), body: .json(limit: limits.bodyBytes, isRequired: true),
                answers: [200, 202, 409, 429, 503], handler: send),
            Route(
                operation: "sendEvents", method: .post, template: "/api/v1/events/batch",
                access: .permission(.eventsWrite), query: .only(["wait"]),
                body: .json(limit: limits.batchBytes, isRequired: true), answers: [200, 202, 429, 503],
                handler: sendBatch),
        ]
    }

    @Sendable private func send(_ call: Call) async throws(APIProblem) -> Reply {
        let wait = try call.query.wait(atMost: limits.maxWait)
        let (event, faults) = EventFields.read(try call.requiredJSON(), path: "")
        guard var event else { throw .invalidBody(faults) }
        if let key = try EventFields.idempotencyKey(call.head.headerFields) {
            guard event.id ?? key == key else {
                throw APIProblem(
                    EngineError(
                        .eventConflict, "the event's id is not the Idempotency-Key", remedy: "leave one of them out"))
            }
            event.id = key
        }
        let receipt = try await asking { [event] () throws(EngineError) in try await engine.ingest(event, wait: wait) }
        return .json(wait != nil && receipt.hasEnded ? .ok : .accepted) { $0.write(receipt) }
    }

    /// Events that are no events get a problem in their place; the others are taken in together.
    @Sendable private func sendBatch(_ call: Call) async throws(APIProblem) -> Reply {
        let wait = try call.query.wait(atMost: limits.maxWait)
        var body = BodyReader(try call.requiredJSON(), known: ["events"])
        let values = body.list("events", isRequired: true) ?? []
        if body.object["events"] != nil, values.isEmpty { body.note("events", "empty", "must hold at least one event") }
        if values.count > limits.batchEvents {
            body.note(
                "events", "too_many_events", "holds \(values.count) events; \(limits.batchEvents) are allowed",
                remedy: "split the batch")
        }
        try body.check()
        let key = try EventFields.idempotencyKey(call.head.headerFields, longest: 190)
        let items = values.enumerated().map { place, value in
            EventFields.read(value, path: "events[\(place)]", id: key.map { "\($0)/\(place)" })
        }
        let events = items.compactMap(\.event)
        if events.isEmpty { throw .invalidBody(items.flatMap(\.faults)) }
        let outcomes = try await asking { () throws(EngineError) in try await engine.ingest(events, wait: wait) }
        let isOver = outcomes.allSatisfy { (try? $0.get())?.hasEnded ?? true }
        return .json(wait != nil && isOver ? .ok : .accepted) {
            $0.write(items, outcomes, requestID: call.requestID)
        }
    }
}

/// Reads what names and carries an event.
enum EventFields {
    typealias Item = (event: IncomingEvent?, faults: [Fault])

    /// - Parameter standing: the id of an event that has none of its own.
    static func read(_ value: JSONValue, path: String, id standing: String? = nil) -> Item {
        var body = BodyReader(value, path: path, known: ["id", "event", "data"])
        let id = body.string("id") ?? standing
        let name = body.string("event", isRequired: true)
        let data = body.object("data") ?? [:]
        if let id, !isID(id) {
            body.note("id", "invalid_id", "must be 1 to 200 printable ASCII characters")
        }
        if let name, !IncomingEvent.isName(name) {
            body.note(
                "event", "invalid_name", "must be 1 to 200 letters, digits and ._:- that begin with a letter or digit",
                remedy: "write it like order.checkout.initiated")
        }
        guard body.faults.isEmpty, let name else { return (nil, body.faults) }
        return (IncomingEvent(id: id, name: name, data: data), [])
    }

    private static let keyHeader = HTTPField.Name("Idempotency-Key")!

    /// The header `Idempotency-Key`.
    static func idempotencyKey(_ headers: HTTPFields, longest: Int = 200) throws(APIProblem) -> String? {
        guard let key = headers[keyHeader] else { return nil }
        guard isID(key), key.utf8.count <= longest else {
            throw .badParameter("Idempotency-Key", "must be 1 to \(longest) printable ASCII characters")
        }
        return key
    }

    private static func isID(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

extension Receipt {
    /// Whether all executions are over.
    var hasEnded: Bool { executions.allSatisfy { $0.summary.status == .ended } }
}

extension JSONOutput {
    mutating func write(_ receipt: Receipt) {
        object { json in
            json.field("event_id", receipt.eventID)
            json.field("duplicate", receipt.duplicate)
            json.field("executions") { $0.array(receipt.executions) { $0.write($1.summary, steps: $1.trace) } }
            json.field("skipped") { $0.array(receipt.skipped) { $0.value(.string($1)) } }
        }
    }

    /// A receipt or a problem for each event of a batch, in its order.
    fileprivate mutating func write(
        _ items: [EventFields.Item], _ outcomes: [Result<Receipt, EngineError>], requestID: String
    ) {
        var outcomes = outcomes[...]
        object { json in
            json.field("items") { json in
                json.array(items) { json, item in
                    switch item.event == nil ? nil : outcomes.popFirst() {
                    case .success(let receipt)?: json.write(receipt)
                    case .failure(let error)?: json.write(APIProblem(error), requestID: requestID)
                    case nil: json.write(APIProblem.invalidBody(item.faults), requestID: requestID)
                    }
                }
            }
        }
    }
    /// A problem in the place of a receipt.
    private mutating func write(_ problem: APIProblem, requestID: String) {
        object { json in
            json.field("error") { json in json.object { problem.write(into: &$0, requestID: requestID) } }
        }
    }
}
