/// The series of one metric: one instrument for each combination of label values.
///
/// Look an instrument up by its label values, or keep it where the values are known beforehand:
///
/// ```swift
/// let requests = try registry.counter("requests_total", help: "Requests served.", labels: [Label("path", .route)])
/// requests.with("/orders/{id}").increment()
/// ```
///
/// Nothing here traps or throws. All methods may be called from any thread at any time.
public final class Family<Member: Instrument>: Sendable {
    /// The value of the label `label` of ``Registry/overflowName`` when the number of values was wrong.
    static var wrongCount: String { "*" }

    let definition: Definition
    private let layout: SeriesLayout
    private let table: SeriesTable
    private let make: @Sendable ([String]) -> Member
    private let overflows: Family<Counter>?
    private let problems: Misuses?
    /// The values of the last labels, which a scope supplies.
    let constants: [String]
    /// Of a family without labels, its instrument; else one that no exposition shows.
    private let unlabelled: Member
    /// How many values a lookup takes as they are; none does where a scope supplies some.
    private let labelCount: Int

    /// - Parameters:
    ///   - constants: the values of the last labels, which a scope supplies.
    ///   - overflows: the family that counts values outside their domains; nil for that family itself.
    convenience init(
        _ definition: Definition, constants: [String] = [], overflows: Family<Counter>?, problems: Misuses? = nil,
        make: @escaping @Sendable () -> Member
    ) {
        self.init(definition, constants: constants, overflows: overflows, problems: problems) { _ in make() }
    }

    /// - Parameter make: gets the values of all labels; none for the instrument that no exposition shows.
    convenience init(
        _ definition: Definition, constants: [String] = [], overflows: Family<Counter>?, problems: Misuses?,
        making make: @escaping @Sendable ([String]) -> Member
    ) {
        let table = SeriesTable(policy: LabelPolicy(definition.labels), idleLimit: definition.idleLimit)
        self.init(
            definition, constants: constants, layout: SeriesLayout(definition), table: table, overflows: overflows,
            problems: problems, make: make)
    }

    /// The same family, for a scope that supplies other values.
    convenience init(_ family: Family, constants: [String]) {
        self.init(
            family.definition, constants: constants, layout: family.layout, table: family.table,
            overflows: family.overflows, problems: family.problems, make: family.make)
    }

    private init(
        _ definition: Definition, constants: [String], layout: SeriesLayout, table: SeriesTable,
        overflows: Family<Counter>?, problems: Misuses?, make: @escaping @Sendable ([String]) -> Member
    ) {
        self.definition = definition
        self.constants = constants
        self.layout = layout
        self.table = table
        self.overflows = overflows
        self.problems = problems
        self.make = make
        labelCount = constants.isEmpty ? definition.labels.count : -1
        if definition.ownLabels.isEmpty {
            let first = table.findOrMake(LabelValues(constants)) { layout.series($0.strings, make($0.strings)) }
            unlabelled = unsafeDowncast(first.instrument, to: Member.self)
        } else {
            unlabelled = make([])
        }
        for values in definition.initialValues(constants: constants) { _ = findOrMake(values) }
        for label in definition.labels where label.domain.canOverflow {
            _ = overflows?.with(definition.name, label.name)
        }
    }

    /// The instrument of a family without labels.
    ///
    /// In a family with labels, this is as wrong a count of values as any: see ``with(_:)-([String])``.
    public var only: Member {
        if !definition.ownLabels.isEmpty { countWrong([]) }
        return unlabelled
    }

    /// The instrument for these label values, in the order of the labels; made when they are new.
    public func with(_ values: String...) -> Member { with(values) }

    /// The instrument for the value of the only label; made when it is new.
    public func with(_ first: String) -> Member {
        if labelCount == 1, let found = table.instrument(first) { return member(found) }
        return with([first])
    }

    /// Records to the instrument for the value of the only label, without keeping it: the fastest way by name.
    ///
    /// - Parameter record: is called once, with an instrument that it must not keep.
    public func record(_ first: String, _ record: (Member) -> Void) {
        if labelCount == 1, table.visit(first, { record(member($0)) }) { return }
        record(with([first]))
    }

    /// The instrument for the values of two labels, in their order; made when it is new.
    public func with(_ first: String, _ second: String) -> Member {
        if labelCount == 2, let found = table.instrument(first, second) { return member(found) }
        return with([first, second])
    }

    /// Records to the instrument for the values of two labels, without keeping it: the fastest way by name.
    ///
    /// - Parameter record: is called once, with an instrument that it must not keep.
    public func record(_ first: String, _ second: String, _ record: (Member) -> Void) {
        if labelCount == 2, table.visit(first, second, { record(member($0)) }) { return }
        record(with([first, second]))
    }

    /// The instrument for the values of three labels, in their order; made when it is new.
    public func with(_ first: String, _ second: String, _ third: String) -> Member {
        if labelCount == 3, let found = table.instrument(first, second, third) { return member(found) }
        return with([first, second, third])
    }

    /// Records to the instrument for the values of three labels, without keeping it: the fastest way by name.
    ///
    /// - Parameter record: is called once, with an instrument that it must not keep.
    public func record(_ first: String, _ second: String, _ third: String, _ record: (Member) -> Void) {
        if labelCount == 3, table.visit(first, second, third, { record(member($0)) }) { return }
        record(with([first, second, third]))
    }

    /// The instrument for these label values, in the order of the labels; made when they are new.
    ///
    /// A value outside its label's domain is taken for `other`. If there are more or fewer values than labels, the
    /// instrument works, but no exposition shows it. Both move `instruments_label_overflow_total{family,label}`, where
    /// the latter has the label `*`.
    public func with(_ values: [String]) -> Member {
        guard values.count == definition.ownLabels.count else {
            countWrong(values)
            return unlabelled
        }
        let values = LabelValues(constants.isEmpty ? values : values + constants)
        if let found = table.instrument(values) { return member(found) }
        let (instrument, overflowed) = findOrMake(values)
        for index in overflowed { countOverflow(of: values.strings[index], at: index) }
        return member(instrument)
    }

    @usableFromInline
    func instrument(_ key: LabelKey) -> Member? { table.instrument(key).map(member) }

    @usableFromInline
    func visit(_ key: LabelKey, _ body: (Member) -> Void) -> Bool {
        table.visit(key) { body(member($0)) }
    }

    /// As ``with(_:)-([String])``; from now on, the series is found by the key too, which has the numbers of the values.
    @usableFromInline
    func with(_ values: [String], rememberedBy key: LabelKey) -> Member {
        let member = with(values)
        if values.count == labelCount, 1...LabelKey.capacity ~= labelCount {
            table.remember(LabelValues(values), by: key)
        }
        return member
    }

    /// Takes the series with exactly these values out of the exposition; false if there is none.
    ///
    /// Whoever holds its instrument may go on using it, unseen. ``with(_:)-([String])`` starts a new series at 0. The
    /// series of a family without labels stays.
    @discardableResult
    public func remove(_ values: String...) -> Bool { remove(values) }

    /// Takes the series with exactly these values out of the exposition; false if there is none.
    @discardableResult
    public func remove(_ values: [String]) -> Bool {
        guard !values.isEmpty else { return false }
        return table.remove(LabelValues(values + constants))
    }

    /// Takes all series with these values of these labels out of the exposition, as ``remove(_:)-([String])`` does;
    /// returns how many.
    ///
    /// - Parameter values: by label name; a name that the family does not have takes nothing out.
    @discardableResult
    public func remove(where values: [String: String]) -> Int {
        let positions = values.map { name, value in (definition.labels.firstIndex { $0.name == name }, value) }
        guard !positions.isEmpty, positions.allSatisfy({ $0.0 != nil }) else { return 0 }
        let ofScope = LabelValues(constants)
        return table.removeAll { series in
            LabelValues(Array(series.strings.suffix(ofScope.strings.count))) == ofScope
                && positions.allSatisfy { position, value in
                    position.map { LabelValues([series.strings[$0]]) == LabelValues([value]) } ?? false
                }
        }
    }

    private func findOrMake(_ values: LabelValues) -> (instrument: AnyObject, overflowed: [Int]) {
        table.findOrMake(values) { values in
            layout.series(values.strings, make(values.strings))
        }
    }

    /// Invariant: what the table holds was made by ``findOrMake(_:)``, with ``make`` or as ``unlabelled``: a `Member`.
    @inline(__always)
    private func member(_ instrument: AnyObject) -> Member {
        unsafeDowncast(instrument, to: Member.self)
    }

    private func countOverflow(of value: String, at label: Int) {
        let label = definition.labels[label]
        overflows?.with(definition.name, label.name).increment()
        problems?.add(.outsideDomain(value, of: label, definition.name))
    }

    private func countWrong(_ values: [String]) {
        overflows?.with(definition.name, Self.wrongCount).increment()
        problems?.add(.wrongCount(values, definition))
    }
}

extension Label.Domain {
    /// Whether a value can be outside.
    var canOverflow: Bool {
        switch self {
        case .closed, .open: true
        case .route, .declared: false
        }
    }
}

extension Family: CollectedFamily {
    var seriesCount: Int { table.count }

    func expire(at now: Duration) {
        table.expire(at: now) { (member: Member) in member.reading.hashValue }
    }

    func readings() -> [SeriesReading] {
        table.withOrdered { all in
            all.map {
                let instrument = member($0.unmanaged.takeUnretainedValue())
                return SeriesReading(
                    values: $0.values, reading: instrument.reading,
                    created: definition.type.hasBeginning ? $0.created : nil, exemplars: exemplars(of: instrument))
            }
        }
    }

    func write(to buffer: inout ExpositionBuffer, from position: inout SeriesPosition) -> Bool {
        guard layout.shows(buffer.escaping) else { return writeEscaped(to: &buffer, from: &position) }
        return write(layout, to: &buffer, from: &position) { series, buffer in
            write(series, series.text, layout, to: &buffer)
        }
    }

    /// Writes names that are not those of the series' texts: these are made again, at every scrape.
    private func writeEscaped(to buffer: inout ExpositionBuffer, from position: inout SeriesPosition) -> Bool {
        let layout = layout.escaped(buffer.escaping)
        return write(layout, to: &buffer, from: &position) { series, buffer in
            let escaped = layout.series(series.values.strings, unlabelled)
            defer { escaped.free() }
            write(series, escaped.text, layout, to: &buffer)
        }
    }

    @inline(__always)
    private func write(
        _ layout: SeriesLayout, to buffer: inout ExpositionBuffer, from position: inout SeriesPosition,
        _ write: (LiveSeries, inout ExpositionBuffer) -> Void
    ) -> Bool {
        let series = position.series ?? table.ordered()
        if position.series == nil, !series.isEmpty { layout.writeHeader(to: &buffer) }
        position.series = series
        while position.next < series.count {
            if buffer.isFull { return false }
            write(series[position.next], &buffer)
            position.next &+= 1
        }
        return true
    }

    private func exemplars(of instrument: Member) -> [Exemplar?] {
        switch instrument {
        case let counter as Counter: counter.exemplar.map { [$0] } ?? []
        case let histogram as Histogram: histogram.exemplars
        case let histogram as NativeHistogram: histogram.exemplars
        default: []
        }
    }

    /// - Parameter text: of the series, as the layout has it.
    @inline(__always)
    private func write(
        _ series: LiveSeries, _ text: UnsafeRawBufferPointer, _ layout: SeriesLayout,
        to buffer: inout ExpositionBuffer
    ) {
        series.unmanaged._withUnsafeGuaranteedRef { instrument in
            // Counters are many and small: what an enum in between costs would be seen.
            if Member.self == Counter.self {
                let counter = unsafeDowncast(instrument, to: Counter.self)
                let exemplar = buffer.format == .openMetrics100 ? counter.exemplar : nil
                layout.write(counter.value, exemplar, of: text, to: &buffer)
            } else if buffer.format == .openMetrics100, Member.self == Histogram.self {
                let histogram = unsafeDowncast(instrument, to: Histogram.self)
                layout.write(histogram.reading, histogram.exemplars, of: text, to: &buffer)
            } else {
                layout.write(member(instrument).reading, of: text, to: &buffer)
            }
        }
        if buffer.showsCreated { layout.writeCreated(series.created, of: text, to: &buffer) }
    }
}
