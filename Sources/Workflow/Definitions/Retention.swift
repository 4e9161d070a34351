/// Which ended executions are forgotten: those that are too old, and those that are too many.
public struct Retention: Sendable, Hashable {
    /// How long after its end an execution is kept; nil is for ever.
    public var age: Duration?
    /// How many of the newest executions of a workflow are kept; nil is all.
    public var count: Int?

    public init(age: Duration? = nil, count: Int? = nil) { (self.age, self.count) = (age, count) }

    /// More than the longest count would be counted anew for too long while others wait to write.
    public static let counts = 1...100_000
    public static let ages = Duration.seconds(1)...Duration.longestInText
}
