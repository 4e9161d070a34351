/// How large a definition may be. Each is checked when the definition is read, unless it says otherwise.
public enum Limits {
    /// Bytes of the file or request.
    public static let sourceBytes = 256 << 10
    /// Lists and maps inside one another in the text.
    public static let sourceDepth = 128
    /// Scalars, lists and maps in the text, aliases counted as often as they are used.
    public static let sourceNodes = 10_000
    /// Steps in all, those inside others included.
    public static let steps = 500
    /// `parallel`, `foreach` and `while` inside one another.
    public static let stepDepth = 8
    /// Entries of one `execute` list.
    public static let activitiesPerStep = 50
    /// Branches of one `parallel` step.
    public static let branches = 64
    /// Items that one `foreach` runs over; more fail the step at run time.
    public static let foreachItems = 10_000
    /// Times that one `while` goes round.
    public static let iterations = 10_000
    /// Events that one `wait` waits for.
    public static let awaitedEvents = 16
    /// Names under `approvers` or `roles`.
    public static let approvers = 100
    /// Reminders of one approval; after so many there are no more.
    public static let reminders = 1_000
    /// Comparisons, `and`, `or` and `not` of one condition.
    public static let conditionNodes = 1000
    /// Comparisons, `and`, `or` and `not` of one rule.
    public static let ruleNodes = 250
    /// Times that the conditions of one definition ask rules.
    public static let ruleUses = 100
    /// `and`, `or` and `not` inside one another.
    public static let conditionDepth = 32
    /// Characters, classes and repeats of all patterns of one definition, those in counted repeats as often.
    public static let patternInstructions = 50_000
    /// UTF-8 bytes of one text with placeholders.
    public static let templateBytes = Template.maximumBytes
    /// The largest `concurrency.limit`.
    public static let concurrency = 10_000
    /// Cases under `tests`.
    public static let tests = 100
    public static let tags = 32
    /// Unicode scalars of one tag.
    public static let tagLength = 64
    /// Unicode scalars of a name.
    public static let nameLength = 200
    /// Unicode scalars of a description.
    public static let descriptionLength = 4000
    /// Unicode scalars of a version.
    public static let versionLength = 64
    /// Metrics that one definition declares.
    public static let metrics = 32
    /// Labels of one metric.
    public static let metricLabels = 8
    /// Series of one metric.
    public static let metricSeries = 1_000
    /// Buckets of one histogram.
    public static let metricBuckets = 50
    /// Entries of `context.load`.
    public static let loads = 32
    /// Members of the `match` of one `wait` step.
    public static let matches = 32
    /// Parts of a path that `set` writes to.
    public static let setDepth = 16
    /// `max_attempts` of a retry.
    public static let attempts = 100
    /// The largest `max_response_bytes` of an `http_request`.
    public static let responseBytes = 1 << 20
    /// Problems reported for one definition; one more says that there are others.
    public static let problems = 200
    /// The longest duration: 365 days.
    public static let duration = Duration.longestInText
}
