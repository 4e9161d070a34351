/// A step at which people decide how the execution goes on.
public struct Approval: Sendable {
    public var title: Template
    public var description: Template?
    /// Who may decide, by name and by role; either is enough.
    public var approvers: [Template]
    public var roles: [Template]
    /// How many must approve. One who rejects is enough to reject.
    public var quorum: Int
    /// How long the request stays open; nil is without end.
    public var expires: Duration?
    /// What is done before the request is open.
    public var activities: [ActivityCall]
    /// Where the execution goes; nil is the step that follows.
    public var onApproved: String?
    /// Where the execution goes; nil fails the step.
    public var onRejected: String?
    /// Where the execution goes; nil fails the step, as a timeout.
    public var onExpired: String?
    public var reminder: Reminder?
    public var escalation: Escalation?
    /// The context name that takes the result, beside `steps.ID.output`.
    public var into: String?

    /// What is done again and again while the request is open.
    public struct Reminder: Sendable {
        public var every: Duration
        public var activities: [ActivityCall]
    }

    /// Who else may decide when nobody has for some time, and what is done then.
    public struct Escalation: Sendable {
        public var after: Duration
        public var approvers: [Template]
        public var roles: [Template]
        public var activities: [ActivityCall]
    }

    /// What runs beside a request that is open. Its failure changes nothing for the request.
    enum Aside: String {
        case reminder, escalation
    }

    var asides: [(aside: Aside, activities: [ActivityCall])] {
        var asides: [(Aside, [ActivityCall])] = []
        if let reminder { asides.append((.reminder, reminder.activities)) }
        if let escalation { asides.append((.escalation, escalation.activities)) }
        return asides
    }

    var paths: [Path] {
        let texts = [title] + [description].compactMap(\.self) + approvers + roles
        return (texts + (escalation.map { $0.approvers + $0.roles } ?? [])).flatMap(\.paths)
    }
}
