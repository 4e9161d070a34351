import HTTPTypes
import NIOCore
import Runtime
import Synchronization
import Workflow

/// Deliveries of webhooks come in.
struct WebhookRoutes: Sendable {
    let engine: Engine
    /// By name.
    let sources: [String: WebhookSource]
    let queue: WebhookQueue

    var routes: [Route] {
        [
            Route(
                operation: "receiveWebhook", method: .post, template: "/api/v1/webhooks/{source}", access: .signature,
                body: .signed(limits: sources.mapValues(\.bodyBytes)), answers: [202, 404, 409, 429, 503],
                handler: receive)
        ]
    }

    @Sendable private func receive(_ call: Call) async throws(APIProblem) -> Reply {
        let name = call.parameters[0]
        guard let source = sources[name] else { throw .unknownWebhook(name) }
        let start = NIODeadline.now()
        var event: String?
        let result: Result<Reply, APIProblem>
        do throws(APIProblem) {
            result = .success(try await receive(call, from: source, event: &event))
        } catch {
            result = .failure(error)
        }
        let isAccepted = (try? result.get()) != nil
        engine.recordDelivery(
            to: name, event: event, isAccepted: isAccepted, bytes: call.body.readableBytes,
            took: .nanoseconds((NIODeadline.now() - start).nanoseconds))
        return try result.get()
    }

    /// - Parameter event: what the sender calls it, once that is known.
    private func receive(
        _ call: Call, from source: WebhookSource, event: inout String?
    ) async throws(APIProblem) -> Reply {
        let verified = try verify(call, source)
        // Only those who know the secret can fill it.
        guard queue.enter() else { throw Self.full }
        defer { queue.leave() }
        let convention = source.verifier.convention
        let data = try call.payload(of: convention)
        event = convention.event(of: data, headers: call.values)
        let delivery = IncomingDelivery(source: source.name, id: verified.id, event: event, data: data)
        let receipt = try await asking { () throws(EngineError) in try await engine.ingest(delivery) }
        return .json(.accepted) { $0.write(delivery: receipt) }
    }

    /// To the sender all refusals are the same: why it was one is for the log.
    private func verify(_ call: Call, _ source: WebhookSource) throws(APIProblem) -> WebhookDelivery {
        do {
            return try source.verifier.verify(call.bytes, headers: call.values, now: engine.now)
        } catch .noEventID {
            throw APIProblem(
                .badRequest, "invalid_body", "Invalid body", WebhookRejection.noEventID.message,
                remedy: WebhookRejection.noEventID.remedy)
        } catch {
            var problem = APIProblem(
                .unauthorized, "invalid_signature", "Not authenticated",
                "the delivery is not signed as this webhook asks",
                remedy: "check secret, convention and clock on both sides; the server's log at level debug says more"
            ).with(.wwwAuthenticate, "Signature")
            problem.cause = "webhook \(source.name): \(error)"
            throw problem
        }
    }

    private static var full: APIProblem {
        APIProblem(
            .tooManyRequests, "overloaded", "Overloaded", "too many deliveries wait to be written down",
            remedy: "deliver it again later"
        ).with(.retryAfter, "1")
    }
}

/// The deliveries that are verified and not answered yet, up to a limit.
final class WebhookQueue: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// - Returns: whether there was room; if so, to be followed by ``leave()``.
    func enter() -> Bool {
        if count.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    var depth: Int { min(limit, count.load(ordering: .relaxed)) }

    func leave() { count.wrappingSubtract(1, ordering: .relaxed) }
}

extension APIProblem {
    static func unknownWebhook(_ name: String) -> APIProblem {
        APIProblem(
            .notFound, "unknown_webhook", "Unknown webhook", "there is no webhook \(quoted(name))",
            remedy: "add it to the file that the setting webhooks.file names")
    }
}

extension Call {
    /// All values of a header.
    fileprivate func values(_ name: String) -> [String] {
        HTTPField.Name(name).map { head.headerFields[values: $0] } ?? []
    }

    /// The JSON object that is delivered: the body, or with GitHub also the field `payload` of a form.
    fileprivate func payload(of convention: WebhookConvention) throws(APIProblem) -> JSONObject {
        let value: JSONValue
        if isForm {
            guard convention == .github else {
                throw .unsupportedMediaType(head.headerFields[.contentType], expected: ["application/json"])
            }
            value = try formPayload()
        } else {
            value = try requiredJSON()
        }
        guard let object = value.object else {
            throw .invalidBody([Fault(code: "wrong_type", path: "", message: "must be an object")])
        }
        return object
    }

    private var isForm: Bool {
        head.headerFields[.contentType]?.lowercased().hasPrefix(Route.BodyRule.formType) == true
    }

    private func formPayload() throws(APIProblem) -> JSONValue {
        let fields = String(decoding: body.readableBytesView, as: UTF8.self).split(separator: "&")
        let payloads = fields.filter { $0.hasPrefix("payload=") }
        guard payloads.count == 1, let text = percentDecoded(payloads[0].dropFirst(8), plusIsSpace: true) else {
            let message = "must be a form with one field payload"
            throw .invalidBody([Fault(code: "missing_payload", path: "payload", message: message)])
        }
        do {
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            throw .invalidJSON(error)
        }
    }
}

extension JSONOutput {
    /// The ids alone: what the executions decide is not the sender's business.
    fileprivate mutating func write(delivery receipt: Receipt) {
        object { json in
            json.field("event_id", receipt.eventID)
            json.field("duplicate", receipt.duplicate)
            json.field("executions") { $0.array(receipt.executions) { $0.value(.string("\($1.summary.id)")) } }
        }
    }
}
