import Testing
import TestSupport
import Workflow

@Suite struct DurationTallyTests {
    @Test func quantilesAreWithinASixteenthOfTheTruth() {
        var random = SeededGenerator(seed: 7)
        // From microseconds to months.
        for top in [3, 100, 5_000, 1_000_000, 86_400_000_000, 10_000_000_000_000] as [UInt64] {
            let values = (0..<2_000).map { _ in Int64(random.next() % top) }.sorted()
            var tally = DurationTally()
            for value in values { tally.add(.microseconds(value)) }
            #expect(tally.count == 2_000 && tally.microseconds == values.reduce(0, +))
            for part in [0, 0.01, 0.5, 0.95, 0.99, 1] {
                let truth = values[max(1, Int((part * 2_000).rounded(.up))) - 1]
                let told = tally.quantile(part)?.inMicroseconds ?? -1
                #expect(abs(told - truth) <= truth / 8 + 1, "\(part) of \(top)")
            }
        }
    }

    @Test func whatIsNotThereHasNoQuantile() {
        #expect(DurationTally().quantile(0.5) == nil && DurationTally().mean == nil)
    }

    @Test(arguments: [-5, 0, 7, 8, 15, 16, 1 << 40, Int64.max])
    func eachValueGoesThroughItsBytes(_ value: Int64) {
        var tally = DurationTally()
        for _ in 0..<300 { tally.add(.microseconds(value)) }
        var read = DurationTally()
        let isRead = read.add(encodedBuckets: tally.encodedBuckets, microseconds: tally.microseconds)
        #expect(isRead && read == tally && tally.count == 300)
        let told = tally.quantile(0.5)?.inMicroseconds ?? -1
        #expect(abs(told - max(0, value)) <= max(0, value) / 16 + 1)
    }

    @Test func talliesAddUp() {
        var (left, right, all) = (DurationTally(), DurationTally(), DurationTally())
        for value in 0..<500 as Range<Int64> {
            let duration = Duration.microseconds(value * value)
            if value % 3 == 0 { left.add(duration) } else { right.add(duration) }
            all.add(duration)
        }
        left.add(right)
        #expect(left == all)
    }

    @Test(
        arguments: [[1], [1, 0x80], [1, 1, 0, 1], [0xff, 0xff, 0xff, 0xff, 1, 1], Array(repeating: 0xff, count: 40)]
            as [[UInt8]])
    func damagedBytesAreRefused(_ bytes: [UInt8]) {
        var tally = DurationTally()
        let isRead = tally.add(encodedBuckets: bytes, microseconds: 5)
        #expect(!isRead && tally == DurationTally())
    }

    @Test func aTimeIsCutIntoWholeDaysAndTheHoursAround() {
        func pieces(_ from: Int64, _ before: Int64) -> [String] {
            let query = TallyQuery(
                .steps, from: Timestamp(microseconds: from * 3_600_000_000),
                before: Timestamp(microseconds: before * 3_600_000_000))
            return query.pieces.map { "\($0.interval) \($0.numbers)" }
        }
        #expect(pieces(0, 48) == ["day 0..<2"])
        #expect(pieces(5, 10) == ["hour 5..<10"])
        #expect(pieces(5, 30) == ["hour 5..<30"])
        #expect(pieces(5, 50) == ["hour 5..<24", "day 1..<2", "hour 48..<50"])
        #expect(pieces(-30, 3) == ["hour -30..<-24", "day -1..<0", "hour 0..<3"])
        #expect(pieces(9, 3) == ["hour 9..<9"])
    }
}
