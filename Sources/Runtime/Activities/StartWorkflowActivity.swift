import Workflow

/// Starts an execution of another workflow, once for each step that asks for it.
struct StartWorkflowActivity: Activity {
    let start: @Sendable (Engine.Call) async throws(EngineError) -> JSONObject

    var isBrief: Bool { false }

    func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        guard let workflow = task.arguments.object?["workflow"]?.string else {
            throw ActivityFailure(.invalid, "`workflow` is not the id of a workflow")
        }
        let input = task.arguments.object?["input"] ?? [:]
        guard let input = input.object else {
            throw ActivityFailure(.invalid, "`input` is \(input.kindName), not an object")
        }
        let caller = task.waitKey.map { Execution.Origin.Caller(execution: context.execution, key: $0) }
        let call = Engine.Call(
            workflow: workflow, input: input, idempotencyKey: task.idempotencyKey, caller: caller,
            depth: context.depth + 1)
        do {
            return .object(try await start(call))
        } catch {
            throw ActivityFailure(error.isFinal ? .invalid : .connection, error.message)
        }
    }
}
