import TestSupport
import Testing

@testable import Runtime

@Suite struct RetryBudgetTests {
    @Test(arguments: [0, 1, 100, 333, 1000]) func retriesAreAtMostAShareOfTheCalls(share: Int) {
        var random = SeededGenerator(seed: UInt64(share))
        var budget = RetryBudget(sharePerMille: share, reserve: 5)
        var (calls, retries) = (0, 0)
        for _ in 0..<5_000 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                budget.call()
                calls += 1
            } else if budget.retry() {
                retries += 1
            }
            #expect(retries * 1000 <= 5000 + share * calls)
        }
        #expect(retries * 1000 > share * calls * 9 / 10, "and hardly fewer, when they are asked for")
    }

    @Test func itsBoundsHold() {
        var none = RetryBudget(sharePerMille: .min, reserve: .min)
        none.call()
        let isFree = none.retry()
        #expect(!isFree)
        var much = RetryBudget(sharePerMille: .max, reserve: .max)
        much.call()
        let isGiven = much.retry()
        #expect(isGiven)
        var saved = RetryBudget(sharePerMille: 1000, reserve: 2)
        for _ in 0..<100 { saved.call() }
        let given = (0..<5).map { _ in saved.retry() }
        #expect(given == [true, true, false, false, false])
    }
}
