import Synchronization

/// Which of some named states hold: of a machine, one at a time; of feature flags, any.
///
/// At the start none holds. A state that the family was not registered with is ignored.
public final class StateSet: Instrument {
    /// How many states there may be: they fit one word, so that a transition is seen whole.
    static let limit = 64

    private let names: [String]
    private let bits = Atomic<UInt64>(0)

    /// - Parameter names: at most ``limit``, none twice, as the definition has checked.
    init(_ names: [String]) { self.names = names }

    /// Begins or ends one state, whatever the others are.
    public func set(_ state: String, _ holds: Bool) {
        guard let bit = bit(of: state) else { return }
        if holds {
            bits.bitwiseOr(bit, ordering: .relaxed)
        } else {
            bits.bitwiseAnd(~bit, ordering: .relaxed)
        }
    }

    /// Begins one state and ends all others, at once.
    public func become(_ state: String) {
        guard let bit = bit(of: state) else { return }
        bits.store(bit, ordering: .relaxed)
    }

    /// Each state and whether it holds.
    public var reading: Reading {
        let bits = bits.load(ordering: .relaxed)
        return .states(
            names.enumerated().map { .init(name: $1, holds: bits & (1 << UInt64($0)) != 0) })
    }

    private func bit(of state: String) -> UInt64? {
        names.firstIndex(of: state).map { 1 << UInt64($0) }
    }
}

/// Whether one state of a state set holds.
public struct StateReading: Sendable, Hashable {
    /// The state's name.
    public let name: String
    /// Whether the set is in this state.
    public let holds: Bool

    /// A state as a parser or a test makes it.
    public init(name: String, holds: Bool) {
        self.name = name
        self.holds = holds
    }
}
