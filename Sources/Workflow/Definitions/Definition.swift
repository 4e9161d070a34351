/// A workflow as a user deploys it: what starts it and which steps it takes.
///
/// A value of this type has been validated: step ids are unique, targets exist, expressions parse.
/// ``DefinitionReader`` makes it from YAML or JSON.
public struct Definition: Sendable {
    public var id: String
    public var version: String
    public var name: String
    public var description: String
    public var enabled: Bool
    public var tags: [String]
    public var trigger: Trigger
    /// The objects that the context must hold, such as `order.details`: the part before the dot names the object.
    public var load: [String]
    /// How long an execution may take from its start, waits included; nil is no limit.
    public var timeout: Duration?
    /// What the owner promises; nil for nothing.
    public var slo: ServiceLevel?
    /// The author's own metrics, by name.
    public var metrics: [MetricDeclaration] = []
    /// Which of its ended executions are forgotten; nil as the server is configured.
    public var retention: Retention?
    public var steps: [Step]
    /// The text this definition was read from, kept byte for byte.
    public var source: String
    /// The data of a scheduled run, and of a manual run that brings none (`trigger.data`).
    public var input: JSONObject = [:]
    /// What an execution gives to a workflow that calls it, made of its context at its end; nil for nothing.
    public var output: TemplateValue?
    /// The rules that its conditions ask.
    public var rules: Set<String> = []
    /// Nil when any number of executions may run at a time.
    public var concurrency: Concurrency?
    /// Of its executions; see ``Priority``.
    public var priority = Priority.usual
    /// What the definition states of itself; nothing that an execution sees.
    public var tests: [TestCase] = []
}

/// How many of a workflow's executions are to go well: neither `failed` nor `timeout`.
public struct ServiceLevel: Sendable, Hashable {
    /// The part of all, above 0 and below 1.
    public var objective: Double
    /// Over what time.
    public var window: Duration
}

/// What starts a workflow.
public enum Trigger: Sendable {
    /// Every event of this name whose data satisfies the condition.
    case event(name: String, condition: Condition?)
    /// Only a request to run it.
    case manual
    /// The times of a schedule; ``Definition/input`` is the data of each run.
    case schedule(Schedule)
    /// Every delivery of this webhook's source, or only those of one event, whose body satisfies the condition.
    case webhook(source: String, event: String?, condition: Condition?)
    /// Only another workflow, or a request to run it.
    case workflow
}

/// One node of a definition.
public struct Step: Sendable {
    public var id: String
    public var name: String?
    public var kind: Kind
    /// Where the execution goes after this step; nil is the step that follows in the list.
    public var next: String?
    /// How long the step may take, its retries included; nil is no limit.
    public var timeout: Duration?
    public var retry: RetryPolicy?
    /// Where the execution goes when the step fails; nil fails the execution.
    public var onError: String?
    /// What undoes the step, when the execution fails or is cancelled after it has completed.
    public var compensation: [ActivityCall] = []
    public var metadata: JSONObject

    public enum Kind: Sendable {
        case condition(Condition, onTrue: String?, onFalse: String?)
        /// Ends the execution with the verdict, after its activities.
        case decision(Verdict, reason: Template?, activities: [ActivityCall])
        case execute([ActivityCall])
        /// Each step is a branch; all start together.
        case parallel([Step], ParallelStrategy)
        /// The steps run once for each item, one item after the other.
        case foreach(items: Template, variable: String, [Step])
        /// The steps run again and again as long as the condition holds, at most so often.
        case loop(Condition, limit: Int, [Step])
        case wait(Wait)
        /// Runs another workflow.
        case workflow(WorkflowCall)
        /// People decide.
        indirect case approval(Approval)
    }
}

public enum Verdict: String, Sendable, CaseIterable {
    case allow, block
}

/// When a parallel step has succeeded.
public enum ParallelStrategy: String, Sendable, CaseIterable {
    /// Every branch must; the first failure fails the step and drops the rest.
    case allMustPass = "all_must_pass"
    /// One branch must; the first success ends the step and drops the rest.
    case anyCanPass = "any_can_pass"
    /// All branches run to their end; the step succeeds.
    case bestEffort = "best_effort"
}

/// What a wait step waits for.
public enum Wait: Sendable {
    case events([AwaitedEvent], Mode, timeout: Duration?, onTimeout: String?)
    case duration(Duration)
    /// A time, in RFC 3339; one that is past is over at once.
    case until(Template)

    /// How many of the events must come.
    public enum Mode: String, Sendable, CaseIterable {
        case any, all
    }
}

/// An event of this name whose data has, at each path, the value that the template gives when the wait begins.
public struct AwaitedEvent: Sendable {
    public var name: String
    public var match: [EventMatch]

    public init(name: String, match: [EventMatch] = []) { (self.name, self.match) = (name, match) }
}

/// Another workflow to run.
public struct WorkflowCall: Sendable {
    /// Its id.
    public var workflow: String
    /// An object with the id, `workflow`, and the data that it starts with, `input`; every string is a template.
    public var arguments: TemplateValue
    public var mode: Mode
    /// The context name that takes what it gives, beside `steps.ID.output`.
    public var into: String?

    public enum Mode: String, Sendable, CaseIterable {
        /// The step ends when the workflow does, and fails when it fails.
        case call
        /// The step ends when the workflow has started.
        case start
    }

    public init(workflow: String, arguments: TemplateValue, mode: Mode = .call, into: String? = nil) {
        (self.workflow, self.arguments, self.mode, self.into) = (workflow, arguments, mode, into)
    }
}

public struct EventMatch: Sendable {
    /// Where in the event's data.
    public var path: Path
    /// What must stand there.
    public var value: TemplateValue
}

/// How the activities of a step are tried again.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first included.
    public var maxAttempts: Int
    public var backoff: Backoff
    /// The delay before the second attempt.
    public var initialDelay: Duration
    /// No delay is longer, jitter included.
    public var maxDelay: Duration
    /// The part of each delay, 0 to 1, that is drawn at random.
    public var jitter: Double
    /// Which failures are tried again; empty means each that can be.
    public var retryOn: [FailureClass]

    public enum Backoff: String, Sendable, CaseIterable {
        case fixed, linear, exponential
    }

    public init(
        maxAttempts: Int, backoff: Backoff = .exponential, initialDelay: Duration = .seconds(1),
        maxDelay: Duration = .seconds(60), jitter: Double = 0.2, retryOn: [FailureClass] = []
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.initialDelay = initialDelay
        self.maxDelay = maxDelay
        self.jitter = jitter
        self.retryOn = retryOn
    }
}

/// A class of failures that `retry_on` can name: `timeout`, `connection`, `5xx`, `4xx`, `429`, …
public enum FailureClass: Sendable, Hashable {
    case timeout
    case connection
    /// A whole class of HTTP statuses: 5 is `5xx`.
    case statusClass(Int)
    case status(Int)
}

/// An activity as a step names it: what to do, with which arguments, and where the result goes.
public struct ActivityCall: Sendable {
    public var kind: ActivityKind
    /// The arguments; every string in them is a template.
    public var arguments: TemplateValue
    /// The context name that takes the result, beside `steps.ID.output`.
    public var into: String?

    public init(kind: ActivityKind, arguments: TemplateValue, into: String? = nil) {
        self.kind = kind
        self.arguments = arguments
        self.into = into
    }
}

/// The activities that exist. `set` is pure and costs no commit; the others act on the world outside.
public enum ActivityKind: String, Sendable, CaseIterable {
    case httpRequest = "http_request"
    case emit
    case set
    case log
    /// Starts an execution of another workflow; the activity of a step of type `workflow`.
    case startWorkflow = "start_workflow"
    /// Records one of the definition's own metrics.
    case metric
    /// Tells one recipient something: by mail, in a channel, over a webhook, in the log.
    case notify
    /// Creates a record in a resource that the configuration names.
    case createRecord = "create_record"
    /// Changes one.
    case updateRecord = "update_record"
    /// Calls a webhook: an address, or one that the configuration names and whose calls are signed.
    case webhook
}
