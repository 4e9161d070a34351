extension ParsedExposition {
    /// What a family shows for one combination of labels at one time, put together from its samples.
    public struct Point: Sendable, Hashable {
        /// Without `le`, `quantile` and a state's label, in the order of the first sample.
        public let labels: [Label]
        /// Nil if the samples have none.
        public let timestamp: Timestamp?
        /// What the samples say together.
        public let reading: PointReading
    }

    /// What a point shows, by the type of its family.
    public enum PointReading: Sendable, Hashable {
        /// Of a gauge, and of a family without a type.
        case number(Number)
        case counter(CounterPoint)
        /// Of a histogram or gauge histogram.
        case histogram(HistogramPoint)
        case summary(SummaryPoint)
        /// The labels say all.
        case info
        /// In the order of the text.
        case states([State])
    }

    /// What a counter shows.
    public struct CounterPoint: Sendable, Hashable {
        /// Nil if the text has only the time of creation.
        public let total: Number?
        /// When the counter began at 0, in seconds since 1970.
        public let created: Double?
        /// Of the total; nil if it has none.
        public let exemplar: Exemplar?
    }

    /// What a histogram shows.
    public struct HistogramPoint: Sendable, Hashable {
        /// One bucket.
        public struct Bucket: Sendable, Hashable {
            /// The greatest value that counts; infinity in the last bucket.
            public let upperBound: Double
            /// The observations in this bucket and in all before it.
            public let count: Number
            /// One of those observations; nil if the text has none.
            public let exemplar: Exemplar?
        }

        /// By rising bound. Never empty.
        public let buckets: [Bucket]
        /// Of all observations; nil if the text has none, as in OpenMetrics where it could go down.
        public let sum: Number?
        /// That of the last bucket; nil if the text has none.
        public let count: Number?
        /// When the histogram began, in seconds since 1970.
        public let created: Double?
    }

    /// What a summary shows.
    public struct SummaryPoint: Sendable, Hashable {
        /// One quantile.
        public struct Quantile: Sendable, Hashable {
            /// From 0 to 1.
            public let quantile: Double
            /// NaN if nothing was observed of late.
            public let value: Number
        }

        /// In the order of the text.
        public let quantiles: [Quantile]
        /// Of all observations; nil if the text has none.
        public let sum: Number?
        /// Of observations; nil if the text has none.
        public let count: Number?
        /// When the summary began, in seconds since 1970.
        public let created: Double?
    }

    /// One state of a state set.
    public struct State: Sendable, Hashable {
        /// The value of the label that is named like the family.
        public let name: String
        /// Whether it holds now.
        public let isOn: Bool
    }
}

extension ParsedExposition.Family {
    /// The samples put together into points, in the order in which the points begin.
    ///
    /// - Parameter format: that of the exposition, which says which suffixes the type has.
    public func points(in format: TextFormat) -> [ParsedExposition.Point] {
        var assembler = PointAssembler(self, format)
        for sample in samples { assembler.add(sample) }
        return assembler.points
    }
}

/// Puts the samples of a family together.
private struct PointAssembler {
    typealias Parsed = ParsedExposition

    /// What was gathered for one point.
    private struct Draft {
        let labels: [Parsed.Label]
        let timestamp: Parsed.Timestamp?
        var samples: [(role: SampleRole, part: String?, sample: Parsed.Sample)] = []
        var slots: Set<Slot> = []
    }

    /// A place in a point that one sample can take.
    private struct Slot: Hashable {
        let role: SampleRole
        let part: [UInt8]
    }

    /// Labels in the order of their names, and the time.
    private struct Key: Hashable {
        let labels: [Parsed.Label]
        let timestamp: Parsed.Timestamp?
    }

    private let family: Parsed.Family
    private let roles: [String: SampleRole]
    private var drafts: [Draft] = []
    private var indices: [Key: Int] = [:]

    init(_ family: Parsed.Family, _ format: TextFormat) {
        self.family = family
        let pairs = family.type.suffixes(in: format).map { (family.name + $0.suffix, $0.role) }
        roles = Dictionary(uniqueKeysWithValues: pairs)
    }

    mutating func add(_ sample: Parsed.Sample) {
        guard let role = roles[sample.name] else { return }
        let partLabel = family.type.partLabel(role, family: family.name)
        let labels = sample.labels.filter { $0.name != partLabel }
        let key = Key(labels: labels.sorted(by: Self.precedes), timestamp: sample.timestamp)
        let part = partLabel.flatMap { sample[$0] }
        if indices[key].map({ !begins(role, part, after: drafts[$0]) }) != true {
            indices[key] = drafts.count
            drafts.append(Draft(labels: labels, timestamp: sample.timestamp))
        }
        guard let index = indices[key] else { return }
        drafts[index].samples.append((role, part, sample))
        drafts[index].slots.insert(slot(role, part))
    }

    /// Whether the sample begins another point of the same time, which OpenMetrics lets stand.
    private func begins(_ role: SampleRole, _ part: String?, after draft: Draft) -> Bool {
        draft.slots.contains(slot(role, role == .bucket ? "+Inf" : part))
    }

    private func slot(_ role: SampleRole, _ part: String?) -> Slot {
        let text = family.type == .summary && part != nil ? "\(Self.double(part) + 0)" : part ?? ""
        return Slot(role: role, part: Array(text.utf8))
    }

    private static func precedes(_ left: Parsed.Label, _ right: Parsed.Label) -> Bool {
        left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    var points: [Parsed.Point] {
        drafts.map { Parsed.Point(labels: $0.labels, timestamp: $0.timestamp, reading: reading($0)) }
    }

    private func reading(_ draft: Draft) -> Parsed.PointReading {
        let created = first(.created, draft)?.value.double
        let count = first(.count, draft)?.value
        let sum = first(.sum, draft)?.value
        switch family.type {
        case .gauge, .unknown: return .number(first(.value, draft)?.value ?? .real(.nan))
        case .info: return .info
        case .counter:
            let total = first(.total, draft) ?? first(.value, draft)
            return .counter(.init(total: total?.value, created: created, exemplar: total?.exemplar))
        case .histogram, .gaugehistogram:
            let buckets = draft.samples.filter { $0.role == .bucket }.map { _, part, sample in
                Parsed.HistogramPoint.Bucket(
                    upperBound: Self.double(part), count: sample.value, exemplar: sample.exemplar)
            }
            return .histogram(.init(buckets: buckets, sum: sum, count: count, created: created))
        case .summary:
            let quantiles = draft.samples.filter { $0.role == .value }.map { _, part, sample in
                Parsed.SummaryPoint.Quantile(quantile: Self.double(part), value: sample.value)
            }
            return .summary(.init(quantiles: quantiles, sum: sum, count: count, created: created))
        case .stateset:
            return .states(draft.samples.map { .init(name: $1 ?? "", isOn: $2.value.double == 1) })
        }
    }

    private func first(_ role: SampleRole, _ draft: Draft) -> Parsed.Sample? {
        draft.samples.first { $0.role == role }?.sample
    }

    private static func double(_ text: String?) -> Double {
        var text = text ?? ""
        return text.withUTF8 { (try? NumberText.number($0).double) ?? .nan }
    }
}
