public import Logging
import NIOCore
import NIOHTTP1
public import Workflow

/// Loads what `context.load` names, from the sources that are configured.
///
/// The output is the object that the source answers; null when the source is optional and has none, and when none is
/// configured but the event holds the object itself.
public struct LoadActivity: Activity {
    private let sources: [String: ContextSource]
    private let cache: ContextCache
    private let requests: HTTPRequestActivity
    private let logger: Logger

    /// - Parameter requests: makes the calls.
    public init(sources: [ContextSource], cache: ContextCache, requests: HTTPRequestActivity, logger: Logger) {
        self.sources = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
        (self.cache, self.requests, self.logger) = (cache, requests, logger)
    }

    public var isBrief: Bool { false }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let name = task.arguments.object?["name"]?.string ?? ""
        let data = task.arguments.object?["data"]?.object ?? [:]
        guard let source = sources[name] else {
            if data[String(name.prefix { $0 != "." })]?.object != nil { return .null }
            throw ActivityFailure(
                .invalid, "nothing is configured to load it, and the event has no such object; add it to context.file")
        }
        do throws(ActivityFailure) {
            return try await load(source, data, turn: context.turn)
        } catch {
            // Also when the call is held back: nobody waits for what is optional until its circuit closes.
            let isLast = error.notBefore != nil || !RetryPolicy.loading.tries(again: error, after: task.id.attempt)
            guard source.isOptional, isLast else { throw error }
            logger.warning(
                "an execution goes on without what could not be loaded",
                metadata: ["execution_id": "\(context.execution)", "load": "\(name)", "error": "\(error.message)"])
            // No object: it goes into the trace, and not into the context.
            return .string("not loaded: \(error.message)")
        }
    }

    private func load(
        _ source: ContextSource, _ data: JSONObject, turn: Timestamp
    ) async throws(ActivityFailure) -> JSONValue {
        let request = try source.request(for: data)
        return try await cache.value(of: source, at: request.url) { await fetch(request, turn: turn) }
    }

    private func fetch(_ request: EgressRequest, turn: Timestamp) async -> ContextCache.Answer {
        do throws(ActivityFailure) {
            return Self.answer(try await requests.exchange(request, turn: turn))
        } catch {
            return .failure(error)
        }
    }

    private static func answer(_ response: EgressResponse) -> ContextCache.Answer {
        let status = response.status
        guard 200..<300 ~= status.code else {
            return .failure(
                ActivityFailure(.status(Int(status.code)), "the answer was \(status.code) \(status.reasonPhrase)"))
        }
        do {
            let value = try JSONValue(parsing: response.body.readableBytesView)
            guard value.object != nil else {
                return .failure(ActivityFailure(.result, "the answer is \(value.kindName), not an object"))
            }
            return .success(.init(value: value, bytes: response.body.readableBytes))
        } catch {
            return .failure(ActivityFailure(.result, "the answer is no JSON that can be taken in: \(error)"))
        }
    }
}
