public import Workflow

/// Takes an event in, as if it came from outside; its id is the activity's idempotency key, so that it counts once.
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
            let receipt = try await ingest(IncomingEvent(id: task.idempotencyKey, name: name, data: object))
            let ids = receipt.executions.map { JSONValue.string($0.summary.id.description) }
            return ["event_id": .string(receipt.eventID), "executions": .array(ids)]
        } catch {
            throw ActivityFailure(error.code == .invalidEvent ? .invalid : .connection, error.message)
        }
    }
}
