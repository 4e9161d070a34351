import Synchronization

/// A series that is recorded to: its values, its text and its instrument.
final class LiveSeries: Sendable {
    let values: LabelValues
    /// What ``SeriesLayout/text(for:)`` made of the values when the series was born.
    let text: [UInt8]
    let instrument: any Instrument

    init(values: LabelValues, text: [UInt8], instrument: any Instrument) {
        self.values = values
        self.text = text
        self.instrument = instrument
    }
}

/// The series of a family, by label values.
///
/// All ways in are ``find(_:)``, ``findOrMake(_:_:)``, ``remove(_:)`` and ``ordered()``: how a reader gets past a writer
/// is this type's own affair. It is not generic over the instrument, so that a lookup is compiled for one key and value.
final class SeriesTable: Sendable {
    private struct State {
        var series: [LabelValues: LiveSeries] = [:]
        var usage = LabelPolicy.Usage()
        /// By label values; nil after a series has come or gone.
        var ordered: [LiveSeries]?
    }

    private let state = Mutex(State())
    private let policy: LabelPolicy

    init(policy: LabelPolicy) { self.policy = policy }

    /// The series with exactly these values.
    func find(_ values: LabelValues) -> LiveSeries? {
        state.withLock { $0.series[values] }
    }

    /// The series for these values within their domains, made if need be, and the labels whose value overflowed.
    func findOrMake(
        _ values: LabelValues, _ make: (LabelValues) -> LiveSeries
    ) -> (series: LiveSeries, overflowed: [Int]) {
        state.withLock { state in
            let (resolved, overflowed) = policy.resolve(values, usage: state.usage)
            if let known = state.series[resolved] { return (known, overflowed) }
            let made = make(resolved)
            state.series[resolved] = made
            policy.claim(resolved, in: &state.usage)
            state.ordered = nil
            return (made, overflowed)
        }
    }

    /// Takes the series out; false if there was none.
    func remove(_ values: LabelValues) -> Bool {
        state.withLock { state in
            guard state.series.removeValue(forKey: values) != nil else { return false }
            policy.release(values, in: &state.usage)
            state.ordered = nil
            return true
        }
    }

    /// All series by label values.
    func ordered() -> [LiveSeries] {
        state.withLock { state in
            if let ordered = state.ordered { return ordered }
            let ordered = state.series.values.sorted { $0.values < $1.values }
            state.ordered = ordered
            return ordered
        }
    }
}
