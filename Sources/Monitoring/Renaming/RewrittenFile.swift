/// A file whose queries have been changed.
public struct RewrittenFile: Sendable {
    /// The file's bytes; all that is not changed, as it was.
    public let bytes: [UInt8]
    /// What could not be changed, or means something else now.
    public let problems: [Problem]
}
