/// What the readers of documents accept at most; a text beyond any of these is refused with the place where it went too
/// far.
public struct DocumentLimits: Sendable, Hashable {
    /// The length of the text.
    public var bytes: Int
    /// Nodes in all, keys included; an alias counts as all that it stands for.
    public var nodes: Int
    /// Lists and maps inside one another. At most ``deepest`` takes effect.
    public var depth: Int

    /// The JSON reader recurses; this deep, a thread's stack holds.
    public static let deepest = 200

    /// The limits that are not given are those of ``standard``.
    public init(bytes: Int = 32 << 20, nodes: Int = 1_000_000, depth: Int = 100) {
        self.bytes = bytes
        self.nodes = nodes
        self.depth = min(max(depth, 0), Self.deepest)
    }

    /// 32 MiB, a million nodes, 100 levels.
    public static let standard = DocumentLimits()
}
