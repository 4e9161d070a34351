public import Documents

/// What is wrong with the file of a dialect, and where.
public struct DialectError: Error, Sendable, CustomStringConvertible {
    /// Where it is wrong.
    public let place: SourcePlace
    /// What is wrong, and a remedy.
    public let message: String

    /// One line: place and message.
    public var description: String { "\(place): \(message)" }
}
