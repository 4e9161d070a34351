public import Workflow

extension Engine {
    /// What has ended within a time, added up.
    public func tallies(_ query: TallyQuery) async throws(EngineError) -> [Tally] {
        try await journaling { () throws(JournalError) in try await journal.tallies(query) }
    }

    /// What waits and what runs, as it was when the engine last asked its journal: some seconds ago at most.
    public var standing: JournalStatistics { metrics.statistics.current }
}
