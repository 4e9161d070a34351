import Foundation
import Instruments

/// Whether the condition comes to hold within ten minutes, however long threads do not run that stand in its way. It is
/// asked again and again until then.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(600)
    while try !condition() {
        guard ContinuousClock.now < end else { return false }
        sched_yield()
    }
    return true
}

extension CallbackLimits {
    /// For callbacks that are to succeed, even if their thread does not run for a long time.
    static let ample = CallbackLimits(deadline: .seconds(600))
}
