/// Why a journal could not be opened or copied.
public struct SQLiteJournalError: Error, Sendable, Hashable, CustomStringConvertible {
    public let code: Code
    /// What was wrong, with the path.
    public let message: String
    /// What to do about it.
    public let remedy: String

    public var description: String { "\(message). \(remedy)." }

    /// The kind of the problem. More may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// The directory of the file does not exist, or is no directory.
        public static let noDirectory = Code(description: "no_directory")
        /// The file is no SQLite database, or one of another program.
        public static let notAJournal = Code(description: "not_a_journal")
        /// The file or its directory cannot be written.
        public static let readOnly = Code(description: "read_only")
        /// The file was written by a later release.
        public static let tooNew = Code(description: "too_new")
        /// A migration that the file went through is not the one that this release knows.
        public static let alteredMigration = Code(description: "altered_migration")
        /// Another process holds the file locked.
        public static let locked = Code(description: "locked")
        /// A backup would stand where there is something already.
        public static let exists = Code(description: "exists")
        /// There is no such file.
        public static let missing = Code(description: "missing")
        /// The file is not sound; a backup that came out so has been removed.
        public static let damaged = Code(description: "damaged")
        /// SQLite failed otherwise.
        public static let failed = Code(description: "failed")
    }
}
