/// Holds the samples of one family against the rules of its type, and against each other.
///
/// The samples with the same labels, but for `le`, `quantile` or a state, are a metric; those of a metric with the same
/// timestamp are a point. OpenMetrics wants the samples of a point, and the points of a metric, to stand together. In
/// Prometheus text a metric has one point, and its samples may stand among those of others.
struct PointCheck {
    typealias FamilyType = ParsedExposition.FamilyType

    private let family: String
    private let format: TextFormat
    private var type = FamilyType.unknown
    /// The latest point of each metric.
    private var points: [Point] = []
    private var indices: [[UInt8]: Int] = [:]
    private var current = -1
    private var currentKey: [UInt8] = []
    /// The key of a sample, while it is put together.
    private var key: [UInt8] = []

    init(_ family: String, _ format: TextFormat) {
        self.family = family
        self.format = format
    }

    mutating func add(
        _ sample: ParsedExposition.Sample, _ line: SampleLine, _ names: LabelNames, _ type: FamilyType,
        _ role: SampleRole
    ) throws(ExpositionFlaw) {
        self.type = type
        let part = try part(of: sample, line, names, role)
        if format.isOpenMetrics { try checkValue(sample, line, role) }
        try checkExemplar(sample, line, role, part)
        let index = try metric(of: line, names, without: part?.index)
        if format.isOpenMetrics { try advance(index, to: line, role, part) }
        try fill(index, sample, line, role, part)
    }

    /// Checks the points that nothing can be added to any more.
    func end() throws(ExpositionFlaw) {
        for point in points { try end(point) }
    }

    private func flaw(_ fault: ExpositionFault, at offset: Int) -> ExpositionFlaw {
        ExpositionFlaw(fault: fault, offset: offset)
    }

    // MARK: Labels

    /// What tells a sample apart within its point.
    private struct Part {
        /// The index of the label.
        let index: Int
        let text: String
        /// The bound or the quantile; 0 of a state.
        let number: Double
        /// What is the same of two quantiles that are, such as 1 and 1.0, or of two states.
        let key: [UInt8]
    }

    private func part(
        of sample: ParsedExposition.Sample, _ line: SampleLine, _ names: LabelNames, _ role: SampleRole
    ) throws(ExpositionFlaw) -> Part? {
        guard let label = type.partLabel(role, family: family) else {
            try forbidPartLabel(sample, names)
            return nil
        }
        guard let index = line.labels.firstIndex(where: { $0.name.utf8.elementsEqual(label.utf8) }) else {
            throw flaw(.missingLabel(label, sample: sample.name), at: line.offset)
        }
        let text = line.labels[index].value
        let number = try number(text, at: names.offsets[index])
        let key =
            switch type {
            case .stateset: Array(text.utf8)
            case .summary where format.isOpenMetrics: Array("\(number + 0)".utf8)
            default: [UInt8]()
            }
        return Part(index: index, text: text, number: number, key: key)
    }

    /// The sum of a distribution has no `le` or `quantile`.
    private func forbidPartLabel(_ sample: ParsedExposition.Sample, _ names: LabelNames) throws(ExpositionFlaw) {
        let label = type.hasBuckets ? "le" : "quantile"
        guard type.hasBuckets || type == .summary, let index = sample.labels.firstIndex(where: { $0.name == label })
        else { return }
        throw flaw(.forbiddenLabel(label, sample: sample.name), at: names.offsets[index])
    }

    private func number(_ text: String, at offset: Int) throws(ExpositionFlaw) -> Double {
        if type == .stateset { return 0 }
        var text = text
        let number = text.withUTF8 { bytes in
            bytes.count > ExpositionLimits.numberBytes ? nil : try? NumberText.number(bytes).double
        }
        if type == .summary {
            guard let number, 0...1 ~= number else { throw flaw(.malformedQuantile(text), at: offset) }
            return number
        }
        guard let number, !number.isNaN else { throw flaw(.malformedBound(text), at: offset) }
        if number == .infinity, text != "+Inf" { throw flaw(.infinityBound(text), at: offset) }
        return number
    }

    // MARK: Values

    private func checkValue(
        _ sample: ParsedExposition.Sample, _ line: SampleLine, _ role: SampleRole
    ) throws(ExpositionFlaw) {
        let value = sample.value.double
        for rule in type.rules(role) where !rule.admits(value) {
            throw flaw(.badValue(rule, sample: sample.name), at: line.valueOffset)
        }
    }

    private func checkExemplar(
        _ sample: ParsedExposition.Sample, _ line: SampleLine, _ role: SampleRole, _ part: Part?
    ) throws(ExpositionFlaw) {
        guard let exemplar = sample.exemplar else { return }
        guard role == .total || role == .bucket else {
            throw flaw(.exemplarNotAllowed(sample: sample.name), at: line.exemplarOffset)
        }
        guard let part, !(exemplar.value.double <= part.number) else { return }
        throw flaw(.exemplarOutsideBucket(bound: part.text), at: line.exemplarOffset)
    }

    // MARK: Metrics and points

    /// The index of the sample's metric among the points.
    private mutating func metric(
        of line: SampleLine, _ names: LabelNames, without part: Int?
    ) throws(ExpositionFlaw) -> Int {
        key.removeAll(keepingCapacity: true)
        for index in names.order where index != part {
            // No UTF-8 has this byte.
            key.append(contentsOf: line.labels[index].name.utf8)
            key.append(0xFF)
            key.append(contentsOf: line.labels[index].value.utf8)
            key.append(0xFF)
        }
        if current >= 0, key == currentKey { return current }
        let index = indices[key]
        if let index {
            if format.isOpenMetrics { throw flaw(.interleavedMetric(family: family), at: line.offset) }
            current = index
        } else {
            if format.isOpenMetrics, current >= 0 {
                try end(points[current])
                points[current] = Point(offset: points[current].offset, timestamp: nil)
            }
            current = points.count
            indices[key] = current
            points.append(Point(offset: line.offset, timestamp: line.timestamp))
        }
        currentKey = key
        return current
    }

    /// Goes on to the metric's next point, if the sample begins one.
    private mutating func advance(
        _ index: Int, to line: SampleLine, _ role: SampleRole, _ part: Part?
    ) throws(ExpositionFlaw) {
        let point = points[index]
        guard !point.isEmpty else { return }
        guard (line.timestamp == nil) == (point.timestamp == nil) else {
            throw flaw(.mixedTimestamps(family: family), at: line.timestamp == nil ? line.offset : line.timestampOffset)
        }
        guard let old = point.timestamp?.seconds, let new = line.timestamp?.seconds else { return }
        if new < old { throw flaw(.timestampsBackwards(family: family), at: line.timestampOffset) }
        let repeats = part.map { point.parts.contains($0.key) || point.bound == .infinity }
        guard new > old || repeats ?? point.has(role) else { return }
        try end(point)
        points[index] = Point(offset: line.offset, timestamp: line.timestamp)
    }

    private mutating func fill(
        _ index: Int, _ sample: ParsedExposition.Sample, _ line: SampleLine, _ role: SampleRole, _ part: Part?
    ) throws(ExpositionFlaw) {
        if let part {
            switch type {
            case .stateset: try fillState(index, part, line)
            case .summary: try fillQuantile(index, part, line, sample)
            default: try fillBucket(index, part, line, sample)
            }
        } else if points[index].has(role) {
            throw flaw(.duplicateSample(sample.name), at: line.offset)
        }
        points[index].note(role)
        switch role {
        case .count: points[index].count = sample.value
        case .sum: points[index].sum = sample.value.double
        default: break
        }
    }

    private mutating func fillState(_ index: Int, _ part: Part, _ line: SampleLine) throws(ExpositionFlaw) {
        guard points[index].parts.insert(part.key).inserted else {
            throw flaw(.duplicateState(part.text), at: line.offset)
        }
    }

    /// Text wants quantiles in order; OpenMetrics has them in any.
    private mutating func fillQuantile(
        _ index: Int, _ part: Part, _ line: SampleLine, _ sample: ParsedExposition.Sample
    ) throws(ExpositionFlaw) {
        if format.isOpenMetrics {
            guard points[index].parts.insert(part.key).inserted else {
                throw flaw(.duplicateSample(sample.name), at: line.offset)
            }
        } else if let bound = points[index].bound, !(bound < part.number) {
            throw flaw(.quantilesOrder(family: family), at: line.offset)
        }
        points[index].bound = part.number
    }

    private mutating func fillBucket(
        _ index: Int, _ part: Part, _ line: SampleLine, _ sample: ParsedExposition.Sample
    ) throws(ExpositionFlaw) {
        if let bound = points[index].bound, !(bound < part.number) {
            throw flaw(.boundsOrder(family: family), at: line.offset)
        }
        guard points[index].bucket.isAtMost(sample.value) else {
            throw flaw(.bucketsNotCumulative(family: family), at: line.valueOffset)
        }
        points[index].bound = part.number
        points[index].bucket = sample.value
        if part.number < 0 { points[index].hasNegativeBounds = true }
    }

    private func end(_ point: Point) throws(ExpositionFlaw) {
        guard type.hasBuckets, !point.isEmpty else { return }
        func require(_ condition: Bool, _ fault: ExpositionFault) throws(ExpositionFlaw) {
            if !condition { throw flaw(fault, at: point.offset) }
        }
        try require(point.bound == .infinity, .missingInfinity(family: family))
        if let count = point.count { try require(count.isSame(as: point.bucket), .countMismatch(family: family)) }
        guard format.isOpenMetrics else { return }
        if let sum = point.sum {
            try require(type != .histogram || !point.hasNegativeBounds, .sumOverNegativeBounds(family: family))
            try require(sum >= 0 || point.hasNegativeBounds, .negativeSum(family: family))
            try require(point.count != nil, .sumWithoutCount(family: family))
        } else {
            try require(point.count == nil, .countWithoutSum(family: family))
        }
    }
}

/// What is known of a point so far.
private struct Point {
    /// Where its first sample stands.
    let offset: Int
    let timestamp: ParsedExposition.Timestamp?
    /// A bit for each ``SampleRole`` that it has.
    private var roles: UInt8 = 0
    /// The latest bucket's bound, or the latest quantile.
    var bound: Double?
    /// The latest bucket's count.
    var bucket = ParsedExposition.Number.natural(0)
    var hasNegativeBounds = false
    var count: ParsedExposition.Number?
    var sum: Double?
    /// The states, or the quantiles where they may stand in any order.
    var parts: Set<[UInt8]> = []

    init(offset: Int, timestamp: ParsedExposition.Timestamp?) {
        self.offset = offset
        self.timestamp = timestamp
    }

    var isEmpty: Bool { roles == 0 }

    func has(_ role: SampleRole) -> Bool { roles & 1 << role.rawValue != 0 }

    mutating func note(_ role: SampleRole) { roles |= 1 << role.rawValue }
}

extension ParsedExposition.Number {
    /// Exact where both are whole numbers; false with NaN.
    fileprivate func isAtMost(_ other: Self) -> Bool {
        if case .natural(let left) = self, case .natural(let right) = other { return left <= right }
        return double <= other.double
    }

    /// The same number, however it is written; false with NaN.
    fileprivate func isSame(as other: Self) -> Bool { isAtMost(other) && other.isAtMost(self) }
}

extension ParsedExposition.FamilyType {
    /// What OpenMetrics asks of a value; NaN passes all rules but its own.
    fileprivate func rules(_ role: SampleRole) -> [ExpositionFault.ValueRule] {
        switch (self, role) {
        case (_, .total): Self.counterRules
        case (_, .created): Self.createdRules
        case (_, .bucket), (_, .count): Self.countRules
        case (.gaugehistogram, .sum): Self.gaugeSumRules
        case (_, .sum): Self.counterRules
        case (.summary, .value): Self.quantileRules
        case (.info, .value): Self.infoRules
        case (.stateset, .value): Self.stateRules
        default: []
        }
    }

    private static let counterRules: [ExpositionFault.ValueRule] = [.notNaN, .notNegative]
    private static let createdRules: [ExpositionFault.ValueRule] = [.finite]
    private static let countRules: [ExpositionFault.ValueRule] = [.notNaN, .notNegative, .whole]
    private static let gaugeSumRules: [ExpositionFault.ValueRule] = [.notNaN]
    private static let quantileRules: [ExpositionFault.ValueRule] = [.notNegative]
    private static let infoRules: [ExpositionFault.ValueRule] = [.one]
    private static let stateRules: [ExpositionFault.ValueRule] = [.zeroOrOne]
}

extension ExpositionFault.ValueRule {
    fileprivate func admits(_ value: Double) -> Bool {
        switch self {
        case .notNaN: !value.isNaN
        case .notNegative: !(value < 0)
        case .whole: value.isFinite && value == value.rounded(.towardZero)
        case .finite: value.isFinite
        case .one: value == 1
        case .zeroOrOne: value == 0 || value == 1
        }
    }
}
