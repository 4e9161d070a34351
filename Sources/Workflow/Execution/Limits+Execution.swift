extension Limits {
    /// Steps that one execution may take, those of loops counted each time; one more fails it.
    public static let stepsPerExecution = 50_000
    /// Bytes of journal that one execution may write; the step after that fails it.
    public static let journalBytesPerExecution = 16 << 20
    /// Executions that one event from outside may start one after another, each through an `emit` of the one before.
    public static let eventDepth = 100
}
