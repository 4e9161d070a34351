/// A case that a definition states of itself: what it is given, and what is to come of it.
public struct TestCase: Sendable {
    public var name: String
    /// The context at the start: the event's data, and what `context.load` brings.
    public var given: JSONObject
    /// What comes from outside while it runs, by the id of the step, or `ID.compensate`, `ID.reminder`, `ID.escalation`.
    public var answers: [String: Answers]
    public var expected: Expectation

    /// What one step is answered.
    public struct Answers: Sendable {
        public var list: [Answer]
        /// Whether there is one answer for as often as the step asks; else each is given once, in order.
        public var isRepeated: Bool
    }

    public enum Answer: Sendable {
        /// The activity gives this.
        case result(JSONValue)
        /// The attempt at the activity fails.
        case failure(ActivityFailure)
        /// The event comes; without a name, the one that the step waits for.
        case event(name: String?, data: JSONObject)
        case vote(Vote)
        /// Nothing comes until the time of a wait or of an approval is over.
        case silence
    }

    /// What an approver says.
    public struct Vote: Sendable {
        public var decision: ApprovalVote.Decision
        /// Nil is somebody who may decide.
        public var by: String?
        public var comment: String?
        public var data: JSONObject?
        /// How long after the request has been opened; nil is at once.
        public var after: Duration?
    }

    /// What is to come of it; nil is not looked at.
    public struct Expectation: Sendable {
        public var result: ExecutionResult
        public var reason: String?
        public var errorType: ErrorType?
        /// The steps taken, as a trace has them, in the order in which they began.
        public var path: [String]?
        public var output: JSONValue?
    }
}

/// What came of a case.
public struct TestResult: Sendable, Hashable {
    public var name: String
    /// What was not as expected, one line each; none when the case has passed.
    public var differences: [String]
    /// The steps taken.
    public var path: [String]

    public init(name: String, differences: [String], path: [String]) {
        (self.name, self.differences, self.path) = (name, differences, path)
    }

    public var hasPassed: Bool { differences.isEmpty }
}

extension TestCase {
    /// Runs the case: pure, in no time, and always with the same result.
    public func run(on program: Program) -> TestResult {
        var run = TestRun(self, program)
        do throws(TestRun.Obstacle) {
            try run.finish()
            return TestResult(name: name, differences: differences(run), path: run.path)
        } catch {
            return TestResult(name: name, differences: [error.message], path: run.path)
        }
    }

    private func differences(_ run: TestRun) -> [String] {
        guard let outcome = run.execution.outcome else { return ["it has not ended"] }
        var lines: [String] = []
        func compare(_ what: String, _ expected: String?, _ found: String?) {
            guard let expected, expected != found else { return }
            lines.append("\(what): expected \(expected), was \(found ?? "none")")
        }
        compare("result", expected.result.rawValue, outcome.result.rawValue)
        let isSurprising = expected.result != outcome.result && expected.reason == nil
        if isSurprising, let reason = outcome.reason { lines.append("reason: \(reason)") }
        compare("reason", expected.reason, outcome.reason)
        compare("error_type", expected.errorType?.rawValue, outcome.errorType?.rawValue)
        if let path = expected.path, path != run.path {
            lines.append("path: expected \(Self.words(path))")
            lines.append("      was      \(Self.words(run.path))")
        }
        if let output = expected.output {
            let found = run.execution.result?["output"] ?? .null
            if !found.isEqual(to: output) { lines.append("output: expected \(output), was \(found)") }
        }
        return lines
    }

    private static func words(_ path: [String]) -> String { path.isEmpty ? "nothing" : path.joined(separator: " → ") }
}
