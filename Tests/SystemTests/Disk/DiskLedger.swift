import Synchronization

/// What a server has acknowledged, and must therefore show at the end.
final class DiskLedger: Sendable {
    struct Entries {
        /// The result that the one execution of each event must have.
        var events: [String: String] = [:]
        /// Paths at the receiver that must have been called.
        var calls: Set<String> = []
        /// Keys that must open the door, and those that must not.
        var keys: [String: Bool] = [:]
        /// The current version of each workflow, and whether it is enabled.
        var versions: [String: String] = [:]
        var enabled: [String: Bool] = [:]
    }

    private let state = Mutex(Entries())

    var entries: Entries { state.withLock { $0 } }

    func note(_ change: (inout Entries) -> Void) { state.withLock { change(&$0) } }
}
