public import Instruments

extension Signals {
    /// Streams of live updates that are open, and what waits for their clients to take it.
    public static let liveStreams = Signal<NoAttributes>(
        "live.streams", .observed, measures: [Measure("open", .count), Measure("waiting", .count)],
        "Streams of live updates that are open, and the events that wait in them.")

    /// A stream of live updates has ended, or was refused. A request for one is answered, and counted as such, when its
    /// stream begins.
    public static let liveStream = Signal<LiveStreamAttributes>(
        "live.stream", .occurrence, "A stream of live updates that has ended, or was refused.")
}

/// Why a stream of live updates ended.
public enum LiveStreamEnd: String, CaseIterable, LabelValue {
    /// The execution that was looked at has ended.
    case completed
    /// The client has gone, or has taken nothing for so long that its connection was closed.
    case left
    /// The key that it was opened with was revoked.
    case revoked
    /// The client took less than there was to tell.
    case slow
    /// The server shuts down, or could not read its journal.
    case stopped
    /// It did not begin: too many were open, or the server shuts down.
    case refused
}

/// What tells streams of live updates apart.
public struct LiveStreamAttributes: LabelSet {
    let end: LiveStreamEnd

    /// A stream that ended so.
    public init(end: LiveStreamEnd) { self.end = end }

    /// Their names.
    public static var labels: [Label] { [Label("live.end", LiveStreamEnd.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(end) }
}
