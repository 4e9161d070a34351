/// What a server has been told of the world that definitions name: whom it can notify, where records are kept,
/// from where context is loaded.
public struct ConfiguredNames: Sendable, Hashable {
    /// Whether there is a mail server.
    public var hasMail = false
    /// The roles that have mail addresses.
    public var roles: [String] = []
    /// The channels that have an address of their own.
    public var channels: [String] = []
    /// Whether there is an address for all other channels.
    public var hasAllChannels = false
    /// The kinds of records that it can create and change.
    public var entities: [String] = []
    /// The webhooks that it can call.
    public var webhooks: [String] = []
    /// What `context.load` can load; nil where nothing is loaded, and events hold the objects themselves.
    public var contextSources: [String]?

    /// None.
    public init() {}
}
