/// How many executions of a workflow may run at a time.
public struct Concurrency: Sendable {
    /// Executions for which it gives the same text share the limit; nil where all do. It reads the event's data.
    public var key: Template?
    public var limit: Int
    /// What becomes of an execution for which there is no room.
    public var excess: Admission.Excess

    public init(key: Template? = nil, limit: Int, excess: Admission.Excess = .queue) {
        (self.key, self.limit, self.excess) = (key, limit, excess)
    }
}

extension Execution {
    /// With which others it shares a limit.
    ///
    /// Empty where that has no key, and where nothing stands at the key's paths or what does is too large: those
    /// executions share one limit.
    public func key(for concurrency: Concurrency) -> String {
        guard let key = concurrency.key else { return "" }
        return (try? key.renderText(in: Scope(system: system, context: origin.data))) ?? ""
    }
}
