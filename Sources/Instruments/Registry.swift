/// The families of a process, or of a part of it, and their exposition.
///
/// There is no global registry: make one, and hand it to what measures. Families may be registered at any time from any
/// thread. The same registration again, with equal type, help, labels, buckets and the like, gives the same family; any
/// other use of a name that is taken is a ``RegistrationError``. After registration nothing can fail.
///
/// A registry counts label values outside their domains in a family of its own,
/// `instruments_label_overflow_total{family,label}`, and callbacks that failed in another,
/// `instruments_collector_failures_total{collector,reason}`, where the reason is `timeout`, `error`, `flood` or `invalid`.
///
/// A callback is called at every scrape and snapshot, on a thread of the registry's own. One that throws, yields more than
/// its limit or misses its deadline is counted, and the scrape goes on without what it should have yielded. As long as it
/// runs it is not called again: scrapes wait for it up to the deadline of the call that is under way. Nothing can
/// be done about one that traps: it ends the process.
public final class Registry: Sendable {
    /// How many series the closed domains of one family may make at most.
    public static let closedSeriesLimit = 10_000

    /// The name of the family that counts label values outside their domains.
    public static let overflowName = "instruments_label_overflow_total"

    /// The name of the family that counts the failures of callbacks.
    public static let failuresName = "instruments_collector_failures_total"

    /// What a registry has in common with its scopes.
    final class Store: Sendable {
        let state: Guarded<State>
        let overflows: Family<Counter>
        let callbacks: CallbackHost
        let problems: Misuses?
        /// The time since the registry was made.
        let age: @Sendable () -> Duration

        let showsCreated: Bool
        /// Whether names need not be legacy names.
        let utf8Names: Bool

        init(
            _ state: sending State, _ overflows: Family<Counter>, _ callbacks: CallbackHost, showsCreated: Bool,
            utf8Names: Bool, age: @escaping @Sendable () -> Duration
        ) {
            self.state = Guarded(state)
            self.showsCreated = showsCreated
            self.utf8Names = utf8Names
            self.overflows = overflows
            self.callbacks = callbacks
            self.problems = callbacks.problems
            self.age = age
        }
    }

    struct State {
        var families: [String: any CollectedFamily] = [:]
        /// In which schemes names may not collide.
        let schemes: [EscapingScheme]
        /// Every name that a family or a sample can have, and the definition that claimed it.
        var owners: [NameClaim: Definition] = [:]
        /// By name; nil after a registration.
        var ordered: [any CollectedFamily]?
        /// By name.
        var collectors: [String: Collector] = [:]
        /// Which values scopes supply for the last labels of a family, by its name.
        var constants: [String: Set<[String]>] = [:]

        init(utf8Names: Bool) {
            // No scheme gives the same name to two legacy names.
            schemes = utf8Names ? EscapingScheme.allCases : [.allowUTF8]
        }
    }

    let store: Store
    /// What stands before each name that is registered here.
    let prefix: String
    /// What is added to the labels of each family that is registered here.
    let constants: [MetricFamily.LabelPair]

    /// - Parameters:
    ///   - showingCreated: whether OpenMetrics tells when a counter, histogram or summary began, in a sample `_created` of
    ///     its own. Prometheus takes these for series, twice as many for counters; protobuf always tells, at no such price.
    ///   - pedantic: whether misuse that is otherwise put right or ignored is kept as ``problems``: for tests, as it
    ///     takes memory for each instrument.
    ///   - utf8Names: whether families and labels may have any name that is not empty, such as `http.server.duration`,
    ///     the rules of suffixes and reserved names apart. Readers that do not ask for such names get them escaped, as
    ///     ``EscapingScheme`` says; names that would then be the same are a conflict. Names that `String` takes for equal
    ///     are one name. Without this, names match the pattern that each registration tells.
    ///   - clock: by which idle series expire. It may be called from any thread.
    public convenience init(
        showingCreated: Bool = false, pedantic: Bool = false, utf8Names: Bool = false,
        clock: some Clock<Duration> = ContinuousClock()
    ) {
        let start = clock.now
        let definition = Definition(
            name: Self.overflowName, type: .counter,
            help: "Label values outside their domain, recorded as other; label * stands for a wrong count of values.",
            labels: [Label("family", .declared), Label("label", .declared)])
        let problems = pedantic ? Misuses() : nil
        let overflows = Family(definition, overflows: nil) { Counter() }
        let failures = Family(Self.failures, overflows: nil) { Counter() }
        var state = State(utf8Names: utf8Names)
        state.add(overflows, constants: [])
        state.add(failures, constants: [])
        let host = CallbackHost(threads: CallbackThreads(), failures: failures, problems: problems)
        let store = Store(state, overflows, host, showsCreated: showingCreated, utf8Names: utf8Names) {
            start.duration(to: clock.now)
        }
        self.init(store: store, prefix: "", constants: [])
    }

    private static var failures: Definition {
        Definition(
            name: failuresName, type: .counter, help: "Scrapes without what a callback should have yielded.",
            labels: [
                Label("collector", .declared), Label("reason", .closed(CallbackFailure.allCases.map(\.rawValue))),
            ])
    }

    init(store: Store, prefix: String, constants: [MetricFamily.LabelPair]) {
        self.store = store
        self.prefix = prefix
        self.constants = constants
    }

    /// What was found wrong so far, the first 1,000 of it; always empty unless the registry is pedantic.
    public var problems: [Misuse] { store.problems?.all ?? [] }

    func register<Member: Instrument>(
        _ definition: Definition, allowingTotal: Bool = false, _ make: @escaping @Sendable () -> Member
    ) throws(RegistrationError) -> Family<Member> {
        let definition = scoped(definition)
        try definition.validate(allowingTotal: allowingTotal, utf8Names: store.utf8Names)
        let constants = constants.map(\.value)
        return try store.state.withLock { state throws(RegistrationError) in
            if let known = state.families[definition.name] as? Family<Member>, known.definition == definition {
                state.constants[definition.name, default: []].insert(constants)
                return known.constants == constants ? known : Family(known, constants: constants)
            }
            try state.check(definition)
            let family = Family(
                definition, constants: constants, overflows: store.overflows, problems: store.problems,
                make: audited(make, definition.name))
            state.add(family, constants: constants)
            return family
        }
    }

    func observe(
        _ definition: Definition, allowingTotal: Bool = false, _ limits: CallbackLimits,
        _ read: @escaping @Sendable () throws -> [Observation]
    ) throws(RegistrationError) {
        let definition = scoped(definition)
        try definition.validate(allowingTotal: allowingTotal, utf8Names: store.utf8Names)
        let constants = constants.map(\.value)
        try store.state.withLock { state throws(RegistrationError) in
            try state.check(definition)
            let callback = Callback(definition.name, limits: limits, host: store.callbacks, read)
            let family = ObservedFamily(
                definition, constants: constants, overflows: store.overflows, callback: callback)
            state.add(family, constants: constants)
        }
    }
}

extension Registry.State {
    fileprivate mutating func add(_ family: any CollectedFamily, constants values: [String]) {
        constants[family.definition.name] = [values]
        families[family.definition.name] = family
        for claim in family.definition.claims(in: schemes) { owners[claim] = family.definition }
        ordered = nil
    }

    /// Throws if another family has one of the names that this one needs.
    fileprivate func check(_ definition: Definition) throws(RegistrationError) {
        for claim in definition.claims(in: schemes) {
            guard let owner = owners[claim] else { continue }
            throw owner.name == definition.name
                ? .redefinition(of: owner, as: definition) : .collision(of: definition, with: owner, at: claim)
        }
    }
}

extension RegistrationError {
    fileprivate static func redefinition(of owner: Definition, as new: Definition) -> RegistrationError {
        let differences = new.differences(from: owner).joined(separator: ", ")
        let reason =
            differences.isEmpty
            ? "Callbacks cannot be compared: register the family once."
            : "They differ in \(differences): make them alike, or choose another name."
        return RegistrationError(
            code: .conflict, family: new.name,
            message: "\(new.summary): the name is taken by \(owner.summary). \(reason)")
    }

    fileprivate static func collision(
        of new: Definition, with owner: Definition, at claim: NameClaim
    ) -> RegistrationError {
        RegistrationError(
            code: .conflict, family: new.name,
            message: "\(new.summary): it needs \(claim), which belongs to \(owner.summary)."
                + " Rename one of the two.")
    }
}
