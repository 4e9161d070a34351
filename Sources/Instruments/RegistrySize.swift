/// How large the expositions of a registry are, and can become.
public struct RegistrySize: Sendable, Hashable {
    /// The families by name, then the collectors.
    public let families: [FamilySize]

    /// The series that there are now.
    public var series: Int { families.reduce(0) { $0.saturatingAdd($1.series) } }
    /// The series that there can be; nil if a family has no bound.
    public var maximumSeries: Int? { sum(\.maximumSeries) }
    /// The lines with a number that there can be in a text format; nil if a family has no bound.
    public var maximumSamples: Int? { sum(\.maximumSamples) }
    /// The bytes that an exposition in a text format can have, exemplars apart; nil if a family has no bound.
    public var maximumBytes: Int? { sum(\.maximumBytes).map { $0.saturatingAdd("# EOF\n".utf8.count) } }

    private func sum(_ size: (FamilySize) -> Int?) -> Int? {
        families.reduce(0) { sum, family in
            guard let sum, let size = size(family) else { return nil }
            return sum.saturatingAdd(size)
        }
    }
}

/// How large a family is, and can become: see ``RegistrySize``.
///
/// Of a collector, only the number of series is known. A number that would exceed `Int` is the greatest `Int`.
public struct FamilySize: Sendable, Hashable {
    /// The name of the family or collector.
    public let name: String
    /// The series that there are now; of a callback, those that it yielded last.
    public let series: Int
    /// The series that there can be, those of values that become ``Label/overflowValue`` included; nil if there is no
    /// bound.
    public let maximumSeries: Int?
    /// The lines with a number that there can be in a text format; nil if there is no bound.
    public let maximumSamples: Int?
    /// The bytes that header and lines can have in a text format, exemplars apart; nil if there is no bound.
    public let maximumBytes: Int?
}

extension Registry {
    /// How large expositions are and can become, computed from what is registered: before anything is recorded, or at any
    /// time after.
    ///
    /// A closed domain has as many values as it lists, an open one as many as its cap, a scope those that were registered;
    /// all but the last have one more, ``Label/overflowValue``. The others are bounded by what is deployed, so only the
    /// caller knows: where it does not say, there is no bound.
    ///
    /// - Parameters:
    ///   - values: how many values labels with the domains ``Label/Domain/route`` and ``Label/Domain/declared`` take, by
    ///     label name.
    ///   - longestValue: how many bytes of UTF-8 a value has at most that no domain lists; by default what the library
    ///     itself enforces. Each may need two bytes of text.
    public func size(values: [String: Int] = [:], longestValue: Int = 1 << 16) -> RegistrySize {
        let (families, collectors, constants) = store.state.withLock { ($0.families, $0.collectors, $0.constants) }
        let sorted = families.sorted { $0.key < $1.key }.map(\.value)
        let ownValue = (sorted.flatMap { [$0.definition.name] + $0.definition.labels.map(\.name) } + collectors.keys)
            .reduce(0) { max($0, $1.utf8.count) }
        var sizes = sorted.map { family in
            let scopes = Scopes(constants[family.definition.name] ?? [], of: family.definition)
            let known = selfMetric(family.definition, sorted, collectors.count)
            let most = known ?? scopes.most(values).least(with: family.mostSeries)
            let text = TextSize(
                family.definition, showsCreated: store.showsCreated,
                scopes.longest(known == nil ? longestValue : ownValue))
            return FamilySize(
                name: family.definition.name, series: family.seriesCount, maximumSeries: most,
                maximumSamples: most.map { $0.saturatingMultiply(text.samples) },
                maximumBytes: most.map { $0.saturatingMultiply(text.series).saturatingAdd(text.header) })
        }
        for (name, collector) in collectors.sorted(by: { $0.key < $1.key }) {
            sizes.append(
                FamilySize(
                    name: name, series: collector.seriesCount, maximumSeries: collector.callback.limits.series,
                    maximumSamples: nil, maximumBytes: nil))
        }
        return RegistrySize(families: sizes)
    }

    /// How many series a family of the registry's own can have; nil of others.
    private func selfMetric(
        _ definition: Definition, _ families: [any CollectedFamily], _ collectors: Int
    ) -> Int? {
        switch definition.name {
        case Self.overflowName:
            // Each label of each other family, and the wrong count of each.
            families.filter { ![Self.overflowName, Self.failuresName].contains($0.definition.name) }
                .reduce(0) { $0 + $1.definition.labels.count + 1 }
        case Self.failuresName:
            (families.count { $0.definition.observed } + collectors) * CallbackFailure.allCases.count
        default: nil
        }
    }
}

/// The values that the labels of a family can have, those included that scopes supply.
private struct Scopes {
    /// The labels whose values the callers choose.
    private let free: ArraySlice<Label>
    /// The values of the labels after these, from each scope; without one, none at all.
    private let constants: Set<[String]>

    init(_ constants: Set<[String]>, of definition: Definition) {
        free = definition.ownLabels
        self.constants = constants
    }

    /// How many combinations there are; nil if there is no bound.
    ///
    /// - Parameter values: how many values labels have whose domain does not tell, by name.
    func most(_ values: [String: Int]) -> Int? {
        free.reduce(constants.count) { product, label in
            guard let product, let count = count(label, values) else { return nil }
            return product.saturatingMultiply(count)
        }
    }

    private func count(_ label: Label, _ values: [String: Int]) -> Int? {
        switch label.domain {
        case .closed(let values): values.contains(Label.overflowValue) ? values.count : values.count + 1
        case .open(let cap, _, _): cap.saturatingAdd(1)
        case .route, .declared: values[label.name].map { max(0, $0).saturatingAdd(1) }
        }
    }

    /// For each label, the value that takes most text.
    ///
    /// - Parameter longestValue: how long those are that no domain lists.
    func longest(_ longestValue: Int) -> [String] {
        // A newline is one of the bytes that need two.
        let unlisted = String(repeating: "\n", count: max(0, min(longestValue, LabelPolicy.longestValue)))
        let chosen = free.map { label in
            switch label.domain {
            case .closed(let values): Self.longest(values)
            case .open(_, _, let reserved): Self.longest(reserved + [unlisted])
            case .route, .declared: Self.longest([unlisted])
            }
        }
        let supplied = constants.max { Self.size($0) < Self.size($1) } ?? []
        return chosen + supplied
    }

    private static func longest(_ values: [String]) -> String {
        (values + [Label.overflowValue]).max { size([$0]) < size([$1]) } ?? ""
    }

    private static func size(_ values: [String]) -> Int {
        values.reduce(0) { $0 + $1.utf8.count + Escaping.labelEscapes(in: $1) }
    }
}

/// The text that the longest series of a family can have, whatever format and escaping a reader asks for.
private struct TextSize {
    private(set) var samples = 0
    private(set) var series = 0
    private(set) var header = 0

    init(_ definition: Definition, showsCreated: Bool, _ values: [String]) {
        for escaping in EscapingScheme.allCases {
            let layout = SeriesLayout(definition.escaped(escaping))
            let longest = layout.series(values, Nobody())
            defer { longest.free() }
            for format in [ExpositionFormat.text100, .openMetrics100] {
                var buffer = ExpositionBuffer(format, escaping, limit: 1 << 10, showsCreated: showsCreated)
                layout.writeHeader(to: &buffer)
                header = max(header, buffer.bytes.count)
                buffer.clear()
                layout.write(Self.longest(definition), of: longest.text, to: &buffer)
                if buffer.showsCreated { layout.writeCreated(longest.created, of: longest.text, to: &buffer) }
                series = max(series, buffer.bytes.count)
                samples = max(samples, buffer.bytes.count { $0 == UInt8(ascii: "\n") })
            }
        }
    }

    private final class Nobody {}

    /// Numbers do not get longer than the smallest double below 0, counts not longer than the largest.
    private static func longest(_ definition: Definition) -> Reading {
        let number = -Double.leastNormalMagnitude
        switch (definition.type, definition.shape) {
        case (_, .quantiles(let window)):
            let quantiles = window.quantiles.map { SummaryReading.Quantile(rank: $0, value: number) }
            return .summary(SummaryReading(quantiles: quantiles, count: .max, sum: number))
        case (_, .states(let states)):
            return .states(states.map { StateReading(name: $0, holds: true) })
        case (.histogram, _):
            let buckets = (definition.buckets + [.infinity]).map {
                HistogramReading.Bucket(upperBound: $0, count: .max)
            }
            return .histogram(HistogramReading(buckets: buckets, sum: number))
        default:
            return .number(number)
        }
    }
}

extension Int {
    fileprivate func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func saturatingMultiply(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Int? {
    /// The smaller of two bounds, where there is none if nil.
    fileprivate func least(with other: Int?) -> Int? {
        guard let self else { return other }
        return Swift.min(self, other ?? self)
    }
}
