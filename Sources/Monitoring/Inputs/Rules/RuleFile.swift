public import Documents

/// The rules of one file, or of one resource of the Prometheus Operator.
public struct RuleFile: Sendable {
    /// What kind of file or resource holds the rules.
    public enum Form: Sendable {
        /// A file that Prometheus loads.
        case prometheus
        /// A `PrometheusRule`.
        case resource(name: SourceText?, namespace: SourceText?)
    }

    /// What holds the rules.
    public let form: Form
    /// The groups, in their order.
    public let groups: [RuleGroup]
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// Rules that are evaluated together, one after the other.
public struct RuleGroup: Sendable {
    /// The name.
    public let name: SourceText
    /// How often the rules are evaluated; nil for what Prometheus is set to.
    public let interval: DurationText?
    /// How far back from the time of evaluation the queries look.
    public let queryOffset: DurationText?
    /// The most series or alerts that a rule may give; 0 is no limit.
    public let limit: Int?
    /// Labels that all its rules add.
    public let labels: [LabelText]
    /// The rules that could be read, in their order.
    public let rules: [Rule]
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// A recording rule or an alert.
public struct Rule: Sendable {
    /// What a rule makes: a metric or an alert.
    public enum Kind: String, Sendable, Hashable {
        case recording, alerting
    }

    /// What the rule makes.
    public let kind: Kind
    /// The metric that is recorded, or the alert's name.
    public let name: SourceText
    /// The query.
    public let expression: SourceText
    /// How long the condition must hold before the alert fires.
    public let pendingFor: DurationText?
    /// How long the alert goes on when the condition no longer holds.
    public let keepFiringFor: DurationText?
    /// Labels that the rule adds; of an alert, templates.
    public let labels: [LabelText]
    /// Texts for people; of an alert, templates.
    public let annotations: [LabelText]
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// A name with a text, which for alerts may be a template.
public struct LabelText: Sendable {
    /// The name.
    public let name: SourceText
    /// The text.
    public let value: SourceText
}
