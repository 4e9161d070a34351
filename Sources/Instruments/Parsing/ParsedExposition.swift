/// What one exposition says, as plain values that leave nothing out but comments and the spelling of escapes.
///
/// Families, samples and labels stand in the order of the text. Equal are two expositions that say the same, byte for
/// byte: names and label values that `String` takes for equal may differ here.
///
/// ```swift
/// let exposition = try ParsedExposition(parsing: body, format: .openMetrics100)
/// for family in exposition.families { print(family.name, family.type, family.samples.count) }
/// ```
public struct ParsedExposition: Sendable, Hashable {
    /// The format that it was read in.
    public let format: TextFormat
    /// Those with a line of metadata alone are among them.
    public let families: [Family]

    /// The samples that share metadata.
    public struct Family: Sendable {
        /// As TYPE has it: in OpenMetrics without `_total` or `_info`, in Prometheus text as the samples have it.
        public let name: String
        /// ``FamilyType/unknown`` if there is no TYPE.
        public let type: FamilyType
        /// Unescaped; nil if there is none, or an empty one.
        public let help: String?
        /// OpenMetrics only; nil if there is none, or an empty one.
        public let unit: String?
        /// Empty if there is only metadata.
        public let samples: [Sample]
    }

    /// The type of a family.
    public enum FamilyType: String, Sendable, Hashable, CaseIterable {
        case counter, gauge, histogram, summary
        /// OpenMetrics only.
        case gaugehistogram, info, stateset
        /// Spelled `untyped` in Prometheus text.
        case unknown
    }

    /// One line with a value.
    public struct Sample: Sendable {
        /// With all suffixes, as it stands in the text.
        public let name: String
        /// In the order of the text, `le` and `quantile` included; no name stands twice.
        public let labels: [Label]
        /// In the unit of the family.
        public let value: Number
        /// Nil if the line has none: the value is that of the scrape.
        public let timestamp: Timestamp?
        /// OpenMetrics only.
        public let exemplar: Exemplar?

        /// The value of a label, or nil if the sample has no such label.
        public subscript(label: String) -> String? {
            labels.first { $0.name == label }?.value
        }
    }

    /// A label with its value, unescaped.
    public struct Label: Sendable {
        /// Never empty; `[a-zA-Z_][a-zA-Z0-9_]*` in text 0.0.4, else any UTF-8.
        public let name: String
        /// Any UTF-8; may be empty.
        public let value: String
    }

    /// An example of what a sample has counted.
    public struct Exemplar: Sendable, Hashable {
        /// At most 128 Unicode scalars, names and values together.
        public let labels: [Label]
        /// What was observed, or by how much the counter grew.
        public let value: Number
        /// When; nil if the text has none.
        public let timestamp: Timestamp?
    }

    /// A number as the text has it.
    ///
    /// `1` and `1.0` differ here, as do 0 and -0, and NaN equals itself; to compare what they say, take ``double``.
    public enum Number: Sendable {
        /// Digits without a minus sign, point or exponent, below 2⁶⁴: exact.
        case natural(UInt64)
        /// Anything else: the nearest double.
        case real(Double)

        /// The nearest double.
        public var double: Double {
            switch self {
            case .natural(let value): Double(value)
            case .real(let value): value
            }
        }
    }

    /// When a value was measured, since 1970-01-01 00:00:00 UTC.
    public enum Timestamp: Sendable, Hashable {
        /// Of Prometheus text.
        case milliseconds(Int64)
        /// Of OpenMetrics: finite, the nearest double.
        case seconds(Double)

        /// In seconds.
        public var seconds: Double {
            switch self {
            case .milliseconds(let value): Double(value) / 1000
            case .seconds(let value): value
            }
        }
    }
}

extension ParsedExposition {
    /// Reads a text strictly: what its specification forbids is refused, whatever other readers let pass.
    ///
    /// Histograms and summaries are held against the rules of their format, and one series may stand once. What the
    /// OpenMetrics specification merely reserves, names that start with an underscore or have a colon, is read; so are
    /// points of one metric with equal timestamps, as its tests ask. A timestamp finer than a double is rounded.
    ///
    /// Time is linear in the length of the text, save for a sort of the labels of one sample; the stack does not grow
    /// with it. Nothing is shared or kept: texts may be read on any number of threads at once.
    public init(
        parsing bytes: some Collection<UInt8>, format: TextFormat, limits: ExpositionLimits = .standard
    ) throws(ExpositionError) {
        let result = bytes.withContiguousStorageIfAvailable { ExpositionParser.parse($0, format, limits) }
        self = try (result ?? Array(bytes).withUnsafeBufferPointer { ExpositionParser.parse($0, format, limits) }).get()
    }
}
