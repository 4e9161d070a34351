/// How the sources of webhooks and their events are called.
public enum WebhookName {
    /// No other event is called so.
    public static let prefix = "webhook."
    private static let longestEvent = 120

    /// What ``isSource(_:)`` asks for, in words.
    public static let sourceForm = Names.stepForm
    static let eventForm = "words of letters, digits, _ and - joined by dots, at most \(longestEvent) in all"

    /// Whether a source can be called so. There is no dot in it, so that each ``event(_:of:)`` is of one source.
    public static func isSource(_ name: String) -> Bool { Names.isIdentifier(name, hyphens: true) }

    /// Whether a sender's name for an event can be used.
    public static func isEvent(_ name: String) -> Bool { name.utf8.count <= longestEvent && Names.isEvent(name) }

    /// The name of the event that a delivery becomes: `webhook.SOURCE.EVENT`, or `webhook.SOURCE` where the sender gives
    /// none. Thus a sender cannot pass its deliveries off as the events of others.
    public static func event(_ event: String?, of source: String) -> String {
        "\(prefix)\(source)" + (event.map { ".\($0)" } ?? "")
    }
}
