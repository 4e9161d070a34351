public import Documents

/// The rules of one file, or of one resource of the Prometheus Operator.
public struct RuleFile: Sendable {
    public enum Form: Sendable {
        /// A file that Prometheus loads.
        case prometheus
        /// A `PrometheusRule`.
        case resource(name: SourceText?, namespace: SourceText?)
    }

    public let form: Form
    public let groups: [RuleGroup]
    public let node: DocumentNode
}

/// Rules that are evaluated together, one after the other.
public struct RuleGroup: Sendable {
    public let name: SourceText
    public let interval: DurationText?
    public let queryOffset: DurationText?
    /// The most series or alerts that a rule may give; 0 is no limit.
    public let limit: Int?
    /// Labels that all its rules add.
    public let labels: [LabelText]
    public let rules: [Rule]
    public let node: DocumentNode
}

public struct Rule: Sendable {
    public enum Kind: String, Sendable, Hashable {
        case recording, alerting
    }

    public let kind: Kind
    /// The metric that is recorded, or the alert's name.
    public let name: SourceText
    public let expression: SourceText
    /// How long the condition must hold before the alert fires.
    public let pendingFor: DurationText?
    /// How long the alert goes on when the condition no longer holds.
    public let keepFiringFor: DurationText?
    public let labels: [LabelText]
    public let annotations: [LabelText]
    public let node: DocumentNode
}

/// A name with a text, which for alerts may be a template.
public struct LabelText: Sendable {
    public let name: SourceText
    public let value: SourceText
}
