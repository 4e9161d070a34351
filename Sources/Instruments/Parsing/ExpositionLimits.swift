/// What a parser of expositions accepts at most; an exposition beyond any of these is refused with the place where it
/// went too far.
public struct ExpositionLimits: Sendable, Hashable {
    /// The length of the whole text.
    public var bytes: Int
    /// Families in all, those without samples included.
    public var families: Int
    /// Sample lines in all.
    public var samples: Int
    /// The labels of one sample, or of one exemplar.
    public var labels: Int
    /// The length of one name, label value or help text, as it stands in the text.
    public var stringBytes: Int

    /// The length of one number, which no limit changes: the longest double without an exponent is half of it.
    static let numberBytes = 2048

    /// Limits that are those of ``standard`` where nothing else is said.
    public init(
        bytes: Int = 256 << 20, families: Int = 100_000, samples: Int = 5_000_000, labels: Int = 128,
        stringBytes: Int = 1 << 20
    ) {
        self.bytes = bytes
        self.families = families
        self.samples = samples
        self.labels = labels
        self.stringBytes = stringBytes
    }

    /// 256 MiB, 100,000 families, 5,000,000 samples, 128 labels, strings up to 1 MiB.
    public static let standard = ExpositionLimits()
}
