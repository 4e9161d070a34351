internal import CInstruments
import Synchronization

/// Lookups by the keys of typed labels.
extension SeriesTable {
    func instrument(_ key: LabelKey) -> AnyObject? {
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return keys.load(ordering: .acquiring)._withUnsafeGuaranteedRef { keys in
            keys.find(key)?.unmanaged.takeUnretainedValue()
        }
    }

    @inline(__always)
    func visit(_ key: LabelKey, _ body: (AnyObject) -> Void) -> Bool {
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return keys.load(ordering: .acquiring)._withUnsafeGuaranteedRef { keys in
            guard let series = keys.find(key) else { return false }
            series.unmanaged._withUnsafeGuaranteedRef(body)
            return true
        }
    }
}
