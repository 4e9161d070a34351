import HTTPTypes
import Runtime
import Workflow

/// What has ended within a time, from tallies that are kept with each end: however many executions there are, an answer
/// reads a few rows for each hour or day and workflow.
struct AnalyticsRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits

    var routes: [Route] {
        [
            route("getDashboard", "dashboard", handler: dashboard),
            route("getStatistics", "stats") { call throws(APIProblem) in
                let period = try Period(call, now: engine.now)
                let sum = EndSum.sum(try await tallies(period.query(.executions)))
                return .json { json in
                    json.object { json in
                        period.write(into: &json)
                        sum.write(into: &json)
                    }
                }
            },
            route("getTrends", "trends", query: ["interval"]) { call throws(APIProblem) in
                let period = try Period(call, now: engine.now, interval: try Self.interval(call))
                let tallies = try await tallies(period.query(.executions))
                return .json { json in
                    json.object { json in
                        period.write(into: &json)
                        json.field("interval", period.interval?.rawValue)
                        json.field("items") { period.write(trend: tallies, into: &$0) }
                    }
                }
            },
            route("getWorkflowAnalytics", "workflows", query: ["limit"]) { call throws(APIProblem) in
                let period = try Period(call, now: engine.now)
                let ranking = Ranking.workflows(try await tallies(period.query(.executions)))
                return ranking.page(period, try call.query.pageSize(limits))
            },
            route("getErrorAnalytics", "errors", query: ["limit"], handler: errors),
            route("getStepAnalytics", "steps", query: ["limit"]) { call throws(APIProblem) in
                let period = try Period(call, now: engine.now)
                let ranking = Ranking.steps(try await tallies(period.query(.steps)))
                return ranking.page(period, try call.query.pageSize(limits))
            },
        ]
    }

    private func route(
        _ operation: String, _ name: String, query: [String] = [], handler: @escaping Route.Handler
    ) -> Route {
        Route(
            operation: operation, method: .get, template: "/api/v1/analytics/\(name)",
            access: .permission(.executionsRead), query: .only(["from", "before", "workflow_id"] + query),
            answers: [200, 422, 429, 503], handler: handler)
    }

    private func tallies(_ query: TallyQuery) async throws(APIProblem) -> [Tally] {
        try await asking { () throws(EngineError) in try await engine.tallies(query) }
    }

    private static func interval(_ call: Call) throws(APIProblem) -> TallyQuery.Interval {
        try call.query.choices("interval", of: TallyQuery.Interval.self).first ?? .hour
    }

    /// How many of the executions that failed last an answer about errors shows.
    private static let recentFailures = 10

    @Sendable private func errors(_ call: Call) async throws(APIProblem) -> Reply {
        let period = try Period(call, now: engine.now)
        let size = try call.query.pageSize(limits)
        let ranking = Ranking.errors(try await tallies(period.query(.executions)))
        let query = ExecutionQuery(
            workflow: period.workflow, results: [.failed, .timeout], startedFrom: period.from,
            startedBefore: period.before, limit: Self.recentFailures)
        let recent = try await asking { () throws(EngineError) in try await engine.executions(query) }
        return ranking.page(period, size) { json in
            json.field("recent") { $0.array(recent) { $0.write($1, steps: nil) } }
        }
    }

    @Sendable private func dashboard(_ call: Call) async throws(APIProblem) -> Reply {
        var period = try Period(call, now: engine.now)
        period.chooseInterval()
        let tallies = try await tallies(period.query(.executions))
        let standing = engine.standing.within(period.workflow)
        return .json { json in
            json.object { json in
                period.write(into: &json)
                json.field("now") { $0.write(standing) }
                json.field("total") { json in json.object { EndSum.sum(tallies).write(into: &$0) } }
                json.field("interval", period.interval?.rawValue)
                json.field("trend") { period.write(trend: tallies, into: &$0) }
                json.field("workflows") { Ranking.workflows(tallies).write(into: &$0, first: 10) }
                json.field("errors") { Ranking.errors(tallies).write(into: &$0, first: 10) }
            }
        }
    }
}

/// The time that a request asks about.
struct Period {
    let workflow: String?
    private let asked: Range<Timestamp>
    private(set) var interval: TallyQuery.Interval?

    private static let longest = Duration.seconds(400 * 86_400)
    private static let longestByHour = Duration.seconds(31 * 86_400)
    private static let usual = Duration.seconds(86_400)

    /// The last 24 hours, unless the request says otherwise.
    init(_ call: Call, now: Timestamp, interval: TallyQuery.Interval? = nil) throws(APIProblem) {
        workflow = try call.query.text("workflow_id")
        self.interval = interval
        let before = try call.query.timestamp("before") ?? now
        let from = try call.query.timestamp("from") ?? before + Self.usual * -1
        guard from < before else {
            throw .badRange("is not earlier than `before`", remedy: "exchange them, or leave `before` out")
        }
        let longest = interval == .hour ? Self.longestByHour : Self.longest
        guard from + longest >= before else {
            throw .badRange(
                "is more than \(longest.inMicroseconds / 86_400_000_000) days before `before`",
                remedy: interval == .hour ? "ask for days: interval=day" : "ask for a shorter time")
        }
        asked = from..<before
    }

    /// So that a trend has a handful to some hundreds of points.
    mutating func chooseInterval() {
        interval = asked.lowerBound + .seconds(7 * 86_400) < asked.upperBound ? .day : .hour
    }

    func query(_ subject: TallyQuery.Subject) -> TallyQuery {
        TallyQuery(subject, workflow: workflow, from: asked.lowerBound, before: asked.upperBound, interval: interval)
    }

    /// What is counted: whole hours or days.
    var from: Timestamp { query(.executions).from }
    var before: Timestamp { query(.executions).before }

    func write(into json: inout JSONOutput) {
        json.field("from", from)
        json.field("before", before)
        json.field("workflow_id", workflow)
    }

    /// Every hour or day of the time, those in which nothing ended too.
    func write(trend tallies: [Tally], into json: inout JSONOutput) {
        let interval = interval ?? .hour
        let sums = EndSum.sums(tallies, by: \.start)
        json.array(interval.number(of: from)..<interval.number(of: before)) { json, number in
            let start = interval.start(number)
            json.object { json in
                json.field("start", start)
                (sums[start] ?? EndSum()).write(into: &json)
            }
        }
    }
}

/// What ended, by workflow, error or step; the most frequent first.
struct Ranking {
    private var rows: [(count: Int, names: [String], write: (inout JSONOutput) -> Void)] = []

    static func workflows(_ tallies: [Tally]) -> Ranking {
        var ranking = Ranking()
        for (workflow, sum) in EndSum.sums(tallies, by: \.workflow) {
            ranking.add(sum.count, [workflow]) { json in
                json.field("workflow_id", workflow)
                sum.write(into: &json)
            }
        }
        return ranking.sorted()
    }

    /// Ends with an error, by workflow, result and kind of error.
    static func errors(_ tallies: [Tally]) -> Ranking {
        var ranking = Ranking()
        let sums = EndSum.sums(tallies) { tally -> [String]? in
            guard case .execution(let result, _, let error?) = tally.end else { return nil }
            return [tally.workflow, result.rawValue, error.rawValue]
        }
        for (names, sum) in sums {
            ranking.add(sum.count, names) { json in
                json.field("workflow_id", names[0])
                json.field("result", names[1])
                json.field("error_type", names[2])
                json.field("executions", sum.count)
                json.field("last_ended_at", sum.last)
            }
        }
        return ranking.sorted()
    }

    static func steps(_ tallies: [Tally]) -> Ranking {
        var sums: [[String]: StepSum] = [:]
        for tally in tallies {
            guard case .step(let step, _) = tally.end else { continue }
            sums[[tally.workflow, step], default: StepSum()].add(tally)
        }
        var ranking = Ranking()
        for (names, sum) in sums {
            ranking.add(sum.count, names) { json in
                json.field("workflow_id", names[0])
                json.field("step", names[1])
                sum.write(into: &json)
            }
        }
        return ranking.sorted()
    }

    private mutating func add(_ count: Int, _ names: [String], _ write: @escaping (inout JSONOutput) -> Void) {
        rows.append((count, names, write))
    }

    private func sorted() -> Ranking {
        var ranking = self
        ranking.rows.sort { left, right in
            left.count == right.count
                ? left.names.lexicographicallyPrecedes(right.names) : left.count > right.count
        }
        return ranking
    }

    func write(into json: inout JSONOutput, first count: Int) {
        json.array(rows.prefix(count)) { json, row in json.object(row.write) }
    }

    func page(_ period: Period, _ size: Int, _ more: (inout JSONOutput) -> Void = { _ in }) -> Reply {
        .json { json in
            json.object { json in
                period.write(into: &json)
                json.field("items") { write(into: &$0, first: size) }
                json.field("omitted", max(0, rows.count - size))
                more(&json)
            }
        }
    }
}

extension JournalStatistics {
    /// Of one workflow only; how many are runnable is known of all together.
    fileprivate func within(_ workflow: String?) -> JournalStatistics {
        guard let workflow else { return self }
        func only<Value>(_ all: [String: Value]) -> [String: Value] { all.filter { $0.key == workflow } }
        var statistics = self
        (statistics.active, statistics.held) = (only(active), only(held))
        (statistics.deadLetters, statistics.approvals) = (only(deadLetters), only(approvals))
        return statistics
    }
}

extension JSONOutput {
    fileprivate mutating func write(_ standing: JournalStatistics) {
        object { json in
            json.field("active", standing.active.values.reduce(0, +))
            json.field("held", standing.held.values.reduce(0, +))
            json.field("dead_letters", standing.deadLetters.values.reduce(0, +))
            json.field("pending_approvals", standing.approvals.values.reduce(0) { $0 + $1.count })
        }
    }
}
