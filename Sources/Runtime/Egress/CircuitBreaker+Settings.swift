import Workflow

extension CircuitBreaker {
    /// When the breaker opens and closes.
    public struct Settings: Sendable, Hashable {
        /// The share of failures from which on it opens: more than 0, at most 1.
        public let failureRatio: Double
        /// How many calls must have ended within the window before the share says anything.
        public let minimumCalls: Int
        /// How far back calls count.
        public let window: Duration
        /// How long it stays open.
        public let openTime: Duration
        /// How many calls it lets through when half-open, all of which must succeed.
        public let probes: Int

        /// Opens when half of at least 20 calls within a minute have failed, for 30 seconds; then lets one through.
        public static let standard = Settings(
            checked: 0.5, minimumCalls: 20, window: .seconds(60), openTime: .seconds(30), probes: 1)

        /// Durations are from 1 ms to a day.
        public init(
            failureRatio: Double, minimumCalls: Int, window: Duration, openTime: Duration, probes: Int
        ) throws(SettingsError) {
            guard failureRatio > 0, failureRatio <= 1 else { throw .failureRatio(failureRatio) }
            guard minimumCalls >= 1 else { throw .minimumCalls(minimumCalls) }
            guard Self.durations.contains(window) else { throw .window(window) }
            guard Self.durations.contains(openTime) else { throw .openTime(openTime) }
            guard 1...1000 ~= probes else { throw .probes(probes) }
            self.init(
                checked: failureRatio, minimumCalls: minimumCalls, window: window, openTime: openTime, probes: probes)
        }

        private init(checked ratio: Double, minimumCalls: Int, window: Duration, openTime: Duration, probes: Int) {
            failureRatio = ratio
            self.minimumCalls = minimumCalls
            self.window = window
            self.openTime = openTime
            self.probes = probes
        }

        private static let durations = Duration.milliseconds(1)...Duration.seconds(86_400)
    }

    /// Which setting is out of its bounds.
    public enum SettingsError: Error, Sendable, Hashable {
        case failureRatio(Double)
        case minimumCalls(Int)
        case window(Duration)
        case openTime(Duration)
        case probes(Int)
    }
}

extension CircuitBreaker.SettingsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .failureRatio(let value): "the failure ratio is \(value); write a number above 0, at most 1, such as 0.5"
        case .minimumCalls(let value): "the minimum of calls is \(value); write 1 or more"
        case .window(let value): "the window is \(value); write a duration from 1ms to 1d"
        case .openTime(let value): "the open time is \(value); write a duration from 1ms to 1d"
        case .probes(let value): "the number of probes is \(value); write 1 to 1000"
        }
    }
}
