/// Whose instruments are whose, for the registries in pedantic mode alone: an instrument itself does not know, so that it
/// stays small and nothing is added to recording.
enum Audit {
    private struct Entry {
        /// Nil once it is gone: another may have its address by then.
        weak var instrument: (any Instrument)?
        weak var problems: Misuses?
        let owner: ObjectIdentifier
        let family: String
    }

    private static let entries = Guarded<[ObjectIdentifier: Entry]>([:])

    static func begin(_ instrument: some Instrument, family: String, _ problems: Misuses) {
        let entry = Entry(instrument: instrument, problems: problems, owner: ObjectIdentifier(problems), family: family)
        entries.withLock { $0[ObjectIdentifier(instrument)] = entry }
    }

    /// Forgets the instruments of a registry.
    static func end(of problems: Misuses) {
        let owner = ObjectIdentifier(problems)
        entries.withLock { entries in entries = entries.filter { $1.owner != owner } }
    }

    /// Reports an amount that an instrument has ignored.
    @inline(never)
    static func ignored(_ amount: Double, by instrument: some Instrument) {
        let entry = entries.withLock { $0[ObjectIdentifier(instrument)] }
        guard let entry, entry.instrument === instrument else { return }
        entry.problems?.add(
            Misuse(.ignoredAmount, family: entry.family, "\"\(entry.family)\" ignored the amount \(amount)."))
    }
}
