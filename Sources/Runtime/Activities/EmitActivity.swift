public import Workflow

/// Takes an event in, as if it came from outside; its id is made of the activity's idempotency key, so that it counts
/// once.
public struct EmitActivity: Activity {
    public typealias Ingest = @Sendable (IncomingEvent) async throws(EngineError) -> Receipt
    private let ingest: Ingest

    public init(ingest: @escaping Ingest) { self.ingest = ingest }

    public var isBrief: Bool { false }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        guard let name = task.arguments.object?["event"]?.string, !name.isEmpty else {
            throw ActivityFailure(.invalid, "`event` is not the name of an event")
        }
        let data = task.arguments.object?["data"] ?? [:]
        guard let object = data.object else {
            throw ActivityFailure(.invalid, "`data` is \(data.kindName), not an object")
        }
        do {
            // No event from outside can have it.
            let id = "\(Engine.reservedPrefix)emit/\(task.idempotencyKey)"
            var event = IncomingEvent(id: id, name: name, data: object)
            event.depth = context.depth + 1
            let receipt = try await ingest(event)
            let ids = receipt.executions.map { JSONValue.string($0.summary.id.description) }
            return ["event_id": .string(receipt.eventID), "executions": .array(ids)]
        } catch {
            let isRefused = error.code == .invalidEvent || error.code == .eventConflict
            throw ActivityFailure(isRefused ? .invalid : .connection, error.message)
        }
    }
}
