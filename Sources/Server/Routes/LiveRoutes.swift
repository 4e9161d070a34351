import HTTPTypes
import Hummingbird
import NIOCore
import Runtime
import Telemetry
import Workflow

/// What happens, as it happens: server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
struct LiveRoutes: Sendable {
    let engine: Engine
    let keys: KeyStore

    private static let lastEventID = HTTPField.Name("Last-Event-ID")!
    /// After so long without an event, a comment shows that the connection lives. It is also how long it can take until
    /// the server sees that a client has gone.
    private static let heartbeat = Duration.seconds(15)
    /// The history of an execution is not read more often than this.
    private static let pace = Duration.milliseconds(100)

    var routes: [Route] {
        [
            Route(
                operation: "watchExecution", method: .get, template: "/api/v1/executions/{id}/live",
                access: .permission(.executionsRead), answers: [200, 204, 404, 429, 503], isStream: true, handler: one),
            Route(
                operation: "watchExecutions", method: .get, template: "/api/v1/live",
                access: .permission(.executionsRead), query: .only(["workflow_id"]), answers: [200, 429, 503],
                isStream: true, handler: all),
        ]
    }

    /// The last words of a stream whose key has been revoked since; asked for before each thing that is told.
    private func lastWords(_ call: Call, _ subscription: LiveSubscription) -> ByteBuffer? {
        if let caller = call.caller, keys.isActive(caller.keyID) { return nil }
        subscription.close(.revoked)
        return EventText.closing(.revoked)
    }

    private func follow(_ filter: LiveFilter) async throws(APIProblem) -> LiveSubscription {
        try await asking { () throws(EngineError) in try engine.follow(filter) }
    }

    // MARK: All

    @Sendable private func all(_ call: Call) async throws(APIProblem) -> Reply {
        let filter = try call.query.text("workflow_id").map { LiveFilter.workflow($0) } ?? .all
        let subscription = try await follow(filter)
        return .events { writer in
            var text = EventText()
            text.comment("open")
            var end: LiveStreamEnd?
            while true {
                try await writer.write(text.take())
                if end != nil { return }
                let batch = await subscription.next(within: Self.heartbeat)
                if let text = lastWords(call, subscription) { return try await writer.write(text) }
                for event in batch.events {
                    text.event(event.kind.rawValue) { $0.write(event.execution, steps: nil) }
                }
                end = batch.end
                if let end { text.closed(end) }
                if text.isEmpty { text.comment("alive") }
            }
        }
    }

    // MARK: One

    @Sendable private func one(_ call: Call) async throws(APIProblem) -> Reply {
        let id = try ExecutionRoutes.id(call)
        let history = try await asking { () throws(EngineError) in try await engine.history(of: id) }
        guard let history else { throw .unknownExecution(call.parameters[0]) }
        let last = call.head.headerFields[Self.lastEventID].flatMap { Int($0) }
            .flatMap { (0..<history.records).contains($0) ? $0 : nil }
        // Somebody who comes back after the end has seen it all.
        if history.summary.outcome != nil, last == history.records - 1 { return .noContent }
        let subscription = try await follow(.execution(id))
        return .events { writer in
            var progress = Progress(last: last)
            while true {
                if let text = lastWords(call, subscription) { return try await writer.write(text) }
                let start = ContinuousClock.now
                // What cannot be read now can be when the client comes back.
                guard let history = try? await engine.history(of: id) else {
                    subscription.close(.stopped)
                    return try await writer.write(EventText.closing(.stopped))
                }
                for text in progress.texts(of: history) { try await writer.write(text) }
                if history.summary.outcome != nil { return subscription.close(.completed) }
                // A long history takes a while to read: most of the time is for others.
                let rest = min((ContinuousClock.now - start) * 10, Self.heartbeat)
                try? await Task.sleep(for: max(Self.pace, rest))
                if let end = await subscription.next(within: Self.heartbeat).end {
                    return try await writer.write(EventText.closing(end))
                }
            }
        }
    }

    /// How far a client has come.
    private struct Progress {
        /// The last record that it has seen; nil for one that has seen nothing.
        var last: Int?
        var summary: ExecutionSummary?

        /// What is written at once is not much longer than this.
        private static let chunk = 64 << 10

        mutating func texts(of history: ExecutionHistory) -> [ByteBuffer] {
            var texts: [ByteBuffer] = []
            var text = EventText()
            let newest = history.records - 1
            if summary == nil {
                text.event("execution", id: last == nil ? newest : nil) {
                    $0.write(history.summary, steps: history.trace)
                }
                summary = history.summary
            }
            for (change, isLast) in Self.changes(in: history, after: last ?? newest) {
                // A record has been seen when the last of its events has.
                text.event(change.name, id: isLast ? change.record : nil) { $0.write(change) }
                if text.count > Self.chunk { texts.append(text.take()) }
            }
            last = newest
            if history.summary.outcome != nil {
                text.event("end", id: newest) { $0.write(history.summary, steps: nil) }
            } else if summary != history.summary {
                text.event("execution") { $0.write(history.summary, steps: nil) }
            }
            summary = history.summary
            if text.isEmpty { text.comment("alive") }
            return texts + [text.take()]
        }

        private static func changes(
            in history: ExecutionHistory, after last: Int
        ) -> [(change: ExecutionChange, isLast: Bool)] {
            let changes = history.changes.filter { change in
                if case .ended = change.kind { return false }
                return change.record > last
            }
            return changes.enumerated().map { position, change in
                let next = position + 1 < changes.count ? changes[position + 1].record : nil
                return (change, next != change.record)
            }
        }
    }
}

/// Server-sent events as text.
struct EventText {
    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count }

    /// What has been put together so far; nothing of it is left here.
    mutating func take() -> ByteBuffer {
        defer { bytes = [] }
        return ByteBuffer(bytes: bytes)
    }

    mutating func comment(_ text: String) { bytes += Array(": \(text)\n\n".utf8) }

    /// - Parameter data: JSON, which has no line ends outside of its strings, and those are escaped.
    mutating func event(_ name: String, id: Int? = nil, _ data: (inout JSONOutput) -> Void) {
        if let id { bytes += Array("id: \(id)\n".utf8) }
        bytes += Array("event: \(name)\ndata: ".utf8)
        var json = JSONOutput()
        data(&json)
        bytes += json.bytes
        bytes += [0x0A, 0x0A]
    }

    /// Says that the server ends the stream, though there may be more to tell.
    mutating func closed(_ end: LiveStreamEnd) {
        let detail =
            switch end {
            case .slow: "more happened than the client took; some of it is lost"
            case .revoked: "the API key has been revoked"
            case .completed, .left, .stopped, .refused: "the server shuts down, or cannot read its journal"
            }
        event("closed") { json in
            json.object { json in
                json.field("reason", end.rawValue)
                json.field("detail", detail)
            }
        }
    }

    static func closing(_ end: LiveStreamEnd) -> ByteBuffer {
        var text = EventText()
        text.closed(end)
        return text.take()
    }
}

extension ExecutionChange {
    var name: String {
        switch kind {
        case .stepStarted: "step_started"
        case .attemptStarted: "attempt_started"
        case .attemptEnded: "attempt_ended"
        case .attemptPostponed: "attempt_postponed"
        case .waiting: "waiting"
        case .eventArrived: "event_arrived"
        case .voted: "voted"
        case .stepEnded: "step_ended"
        case .paused: "paused"
        case .resumed: "resumed"
        case .compensating: "compensating"
        case .ended: "ended"
        }
    }
}

extension TraceAttempt {
    /// What it was given, without the values of headers: they may be secrets.
    fileprivate var shownInput: JSONValue? {
        guard [.httpRequest, .webhook].contains(activity), var shown = input?.object,
            let headers = shown["headers"]?.object
        else {
            return input
        }
        var names: JSONObject = [:]
        for (name, _) in headers { names[name] = "hidden" }
        shown["headers"] = .object(names)
        return .object(shown)
    }
}

extension JSONOutput {
    fileprivate mutating func write(_ change: ExecutionChange) {
        object { json in
            json.field("record", change.record)
            json.field("at", change.at)
            json.field("path", change.path)
            switch change.kind {
            case .attemptStarted(let attempt), .attemptEnded(let attempt):
                json.field("attempt") { $0.write(attempt) }
            case .attemptPostponed(let until, let reason):
                json.field("until", until)
                json.field("reason", reason)
            case .waiting(let until): json.field("until", until)
            case .voted(let vote): json.field("vote") { $0.write(vote) }
            case .stepEnded(let entry): json.field("step") { $0.write(entry) }
            case .compensating(let outcome), .ended(let outcome):
                json.field("result", outcome.result.rawValue)
                json.field("reason", outcome.reason)
            case .stepStarted, .eventArrived, .paused, .resumed: break
            }
        }
    }

    mutating func write(_ attempt: TraceAttempt) {
        object { json in
            json.field("activity", attempt.activity.rawValue)
            json.field("number", attempt.number)
            json.field("lease", attempt.lease.map { Int($0) })
            json.field("started_at", attempt.startedAt)
            json.field("ended_at", attempt.endedAt)
            json.field("input", bounded: attempt.shownInput, size: "input_bytes")
            json.field("output", bounded: attempt.output, size: "output_bytes")
            json.field("error", attempt.error)
            json.field("retry_at", attempt.retryAt)
        }
    }
}
