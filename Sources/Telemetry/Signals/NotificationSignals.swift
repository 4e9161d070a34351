public import Instruments

extension Signals {
    /// An attempt to tell one recipient something has ended. Duration: of this attempt.
    public static let notification = Signal<NotificationAttributes>(
        "notification", .occurrence, measures: [Measure("duration", .seconds)],
        "An attempt to tell one recipient something that has ended.")
}

/// How a recipient is told.
public enum NotificationType: String, CaseIterable, LabelValue {
    case email, slack, webhook, log
}

/// How an attempt to tell a recipient something ended.
public enum NotificationStatus: String, CaseIterable, LabelValue {
    /// Whoever passes it on has taken it.
    case success
    case failure
}

/// What tells notifications apart.
public struct NotificationAttributes: LabelSet {
    let type: NotificationType
    let status: NotificationStatus

    /// Notifications of this type that ended so.
    public init(type: NotificationType, status: NotificationStatus) { (self.type, self.status) = (type, status) }

    /// Their names.
    public static var labels: [Label] {
        [Label("notification.type", NotificationType.self), Label("notification.status", NotificationStatus.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(type)
        encoder.add(status)
    }
}
