/// What the configuration of a server names, for definitions to be held against when they are deployed.
public struct ConfiguredNames: Sendable, Hashable {
    /// What `context.load` can load, in order; nil where nothing is loaded, and the event must hold the objects itself.
    public var contextSources: [String]?

    public init(contextSources: [String]? = nil) { self.contextSources = contextSources }
}
