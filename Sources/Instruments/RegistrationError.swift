/// Why a family could not be registered.
///
/// Registration is the only part of the library that can fail. Nothing has changed when it does.
public struct RegistrationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of mistake it was. More may come: compare with the ones you handle, and have a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name in Swift.
        public let description: String

        /// A family name outside `[a-zA-Z_:][a-zA-Z0-9_:]*`, or empty if the registry has UTF-8 names; one with a suffix
        /// that its type must or must not have; of a state set, a name that is no label name.
        public static let invalidName = Code(description: "invalidName")
        /// A label name that is malformed, reserved or used twice, as it is or where names are escaped.
        public static let invalidLabel = Code(description: "invalidLabel")
        /// A closed domain without values or with one twice; a cap below 1 or below the number of reserved values, one of
        /// these twice, or an idle time that is not above 0.
        public static let invalidDomain = Code(description: "invalidDomain")
        /// Bounds that are not finite or not strictly rising; native buckets outside what their fields allow.
        public static let invalidBuckets = Code(description: "invalidBuckets")
        /// A summary's window outside what its fields allow.
        public static let invalidQuantiles = Code(description: "invalidQuantiles")
        /// No states, too many, or one twice.
        public static let invalidStates = Code(description: "invalidStates")
        /// Closed domains whose combinations exceed ``Registry/closedSeriesLimit``.
        public static let tooManySeries = Code(description: "tooManySeries")
        /// Another family holds the name, or a name that this family's samples would have, as it is or where names are
        /// escaped; or another collector holds its name.
        public static let conflict = Code(description: "conflict")
    }

    /// Which mistake it was.
    public let code: Code
    /// The name of the family, or of the collector, that was to be registered.
    public let family: String
    /// What is wrong, both sides of it if there are two, and a remedy.
    public let message: String

    /// The ``message``.
    public var description: String { message }
}
