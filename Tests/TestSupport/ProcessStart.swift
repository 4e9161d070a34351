public import Foundation
import Synchronization

extension Process {
    private static let starting = Mutex(())

    /// Runs it, one at a time. A process that is started at the same moment as another one may inherit the descriptor by
    /// which `waitUntilExit` notices the other's end, and hold it open; the wait would then last as long as both do.
    public func start() throws { try Self.starting.withLock { _ in try run() } }
}
