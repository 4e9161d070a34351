/// What one sample of a family says.
enum SampleRole: UInt8 {
    case value, total, created, bucket, count, sum
}

extension ParsedExposition.FamilyType {
    static func all(in format: TextFormat) -> [Self] {
        format.isOpenMetrics ? allCases : [.counter, .gauge, .histogram, .summary, .unknown]
    }

    func spelling(in format: TextFormat) -> String {
        self == .unknown && !format.isOpenMetrics ? "untyped" : rawValue
    }

    /// The suffixes of the samples, and what each says.
    func suffixes(in format: TextFormat) -> [(suffix: String, role: SampleRole)] {
        if !format.isOpenMetrics {
            return switch self {
            case .histogram: [("_bucket", .bucket), ("_sum", .sum), ("_count", .count)]
            case .summary: [("", .value), ("_sum", .sum), ("_count", .count)]
            default: [("", .value)]
            }
        }
        return switch self {
        case .counter: [("_total", .total), ("_created", .created)]
        case .summary: [("", .value), ("_count", .count), ("_sum", .sum), ("_created", .created)]
        case .histogram: [("_bucket", .bucket), ("_count", .count), ("_sum", .sum), ("_created", .created)]
        case .gaugehistogram: [("_bucket", .bucket), ("_gcount", .count), ("_gsum", .sum)]
        case .info: [("_info", .value)]
        case .gauge, .stateset, .unknown: [("", .value)]
        }
    }

    var hasBuckets: Bool { self == .histogram || self == .gaugehistogram }

    /// The label that tells the parts of one point apart; nil if a sample with this role has none.
    func partLabel(_ role: SampleRole, family: String) -> String? {
        switch (self, role) {
        case (.histogram, .bucket), (.gaugehistogram, .bucket): "le"
        case (.summary, .value): "quantile"
        case (.stateset, .value): family
        default: nil
        }
    }
}
