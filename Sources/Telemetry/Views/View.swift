/// How a signal becomes a family.
public struct View: Sendable, Hashable {
    /// What the family shows of the signal.
    public enum Shows: Sendable, Hashable {
        /// A counter of occurrences.
        case count
        /// A gauge of activities: how many there are now.
        case current
        /// A counter of a measure, added up; of an observed signal, what it says.
        case sum(measure: String)
        /// A gauge of a measure of an observed signal.
        case value(measure: String)
        /// A histogram of a measure of occurrences.
        case distribution(measure: String, buckets: [Double])
    }

    /// A label of the family.
    public struct ViewLabel: Sendable, Hashable {
        /// Where the values come from.
        public enum Source: Sendable, Hashable {
            /// The attribute of this name; its values, where they stand in the table, by other names.
            case attribute(String, renamed: [String: String])
            /// Always this.
            case constant(String)
        }

        /// The label's name.
        public let name: String
        /// Where its values come from.
        public let source: Source
        /// The values that there can be, instead of those that the attribute has; others become `other`.
        public let values: [String]?

        /// A label with these values, checked when the view is bound to its signal.
        public init(_ name: String, _ source: Source, values: [String]? = nil) {
            self.name = name
            self.source = source
            self.values = values
        }
    }

    /// The name of the family.
    public var family: String
    /// One sentence for people.
    public var help: String
    /// The name of the signal.
    public var signal: String
    /// What it shows of it.
    public var shows: Shows
    /// The labels, in order.
    public var labels: [ViewLabel]
    /// Only what has one of these values in these attributes is shown.
    public var conditions: [String: Set<String>]
    /// The version of Flowmeter that first had it.
    public var since: String
    /// The family to use instead, if this one is to go.
    public var deprecatedBy: String?

    /// A view, checked when it is bound to its signal.
    public init(
        family: String, help: String, signal: String, shows: Shows, labels: [ViewLabel],
        conditions: [String: Set<String>] = [:], since: String, deprecatedBy: String? = nil
    ) {
        self.family = family
        self.help = help
        self.signal = signal
        self.shows = shows
        self.labels = labels
        self.conditions = conditions
        self.since = since
        self.deprecatedBy = deprecatedBy
    }
}

/// A named set of views.
public struct Dialect: Sendable, Hashable {
    /// Such as `intelligent-workflows`.
    public let name: String
    /// One sentence for people.
    public let summary: String
    /// In the order in which the dialect has them.
    public let views: [View]
    /// What stands before the names of metrics that users declare; nil if the dialect shows none.
    public let declaredPrefix: String?

    /// A dialect of these views, checked when it is bound to the signals.
    public init(name: String, summary: String, views: [View], declaredPrefix: String? = nil) {
        self.name = name
        self.summary = summary
        self.views = views
        self.declaredPrefix = declaredPrefix
    }
}
