import JournalConformance
import MemoryJournal
import SQLiteJournal
import Testing

@Suite struct ConformanceTests {
    @Test(arguments: JournalConformance.cases)
    func sqlite(_ check: JournalCase) async throws {
        try await withTemporaryDirectory { directory in
            let journal = try SQLiteJournal(path: directory + "/journal.sqlite")
            try await check.run(on: journal)
            await journal.close()
        }
    }

    @Test(arguments: JournalConformance.cases)
    func memory(_ check: JournalCase) async throws { try await check.run(on: MemoryJournal()) }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func randomVerbsGiveTheAnswersOfTheModel(seed: UInt64) async throws {
        try await withTemporaryDirectory { directory in
            let journal = try SQLiteJournal(path: directory + "/journal.sqlite")
            var model = JournalModel(seed: seed, journal, MemoryJournal())
            try await model.run(steps: 400)
            await journal.close()
        }
    }
}
