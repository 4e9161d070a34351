import Telemetry

/// Measures, at each scrape, where the journal is kept.
enum StorageInstruments {
    static func register(_ directory: DataDirectory, _ recorders: Recorders) throws {
        try recorders.observe(Signals.storage) { [weak directory] in
            guard let directory, let space = directory.space else { return [] }
            return [Observed(NoAttributes(), space.free, space.capacity, directory.databaseSize)]
        }
    }
}
