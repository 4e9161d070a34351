/// Why a text is not an exposition of its format, and where.
public struct ExpositionError: Error, Sendable, Hashable {
    /// What kind of mistake it is, in kebab case. More may come: compare with the ones you handle, and have a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Such as `end-of-file`.
        public let description: String

        /// The text is larger in some way than ``ExpositionLimits`` allow.
        public static let limit = Code(description: "limit")
        /// Bytes that are not UTF-8, or a byte order mark.
        public static let encoding = Code(description: "encoding")
        /// A line that the grammar does not have: a wrong character, space, line end or escape.
        public static let syntax = Code(description: "syntax")
        /// A value, bound or timestamp that is no number, or none that a double can hold.
        public static let number = Code(description: "number")
        /// `# EOF` is missing, or something follows it.
        public static let endOfFile = Code(description: "end-of-file")
        /// HELP, TYPE or UNIT that is unknown, stands twice or too late, or does not fit the family.
        public static let metadata = Code(description: "metadata")
        /// A family that was ended comes again, or has a name that another needs.
        public static let family = Code(description: "family")
        /// A sample whose name does not fit its family's type.
        public static let sampleName = Code(description: "sample-name")
        /// A label that stands twice, is missing, is reserved, or has a value that its sample does not allow.
        public static let label = Code(description: "label")
        /// The same series or point twice, or one that was ended and goes on.
        public static let duplicate = Code(description: "duplicate")
        /// Timestamps of one metric that go back, or that only some of its points have.
        public static let timestamp = Code(description: "timestamp")
        /// A value that the type does not allow, such as a negative counter.
        public static let value = Code(description: "value")
        /// Buckets, quantiles, sum and count that do not fit together.
        public static let distribution = Code(description: "distribution")
        /// An exemplar where none may stand, too long, or outside its bucket.
        public static let exemplar = Code(description: "exemplar")
    }

    /// What kind of mistake it is.
    public let code: Code
    /// Bytes before the place, from 0.
    public let offset: Int
    /// The line, from 1; lines end with LF.
    public let line: Int
    /// The column, from 1, counted in Unicode scalars.
    public let column: Int
    /// What is wrong, as a clause without a full stop.
    public let message: String
    /// What to do about it, as a clause without a full stop.
    public let remedy: String
}

extension ExpositionError: CustomStringConvertible {
    /// One line: place, what is wrong, remedy.
    public var description: String { "line \(line), column \(column): \(message); \(remedy)" }
}

extension ExpositionError {
    init(_ flaw: ExpositionFlaw, in bytes: UnsafeBufferPointer<UInt8>) {
        code = flaw.fault.code
        message = flaw.fault.message
        remedy = flaw.fault.remedy
        offset = flaw.offset
        var line = 1
        var column = 1
        for byte in bytes.prefix(flaw.offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}
