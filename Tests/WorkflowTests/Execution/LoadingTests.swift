import Testing

@testable import Workflow

/// How an execution begins with loading what `context.load` names.
@Suite struct LoadingTests {
    static let yaml = """
        workflow_id: w
        trigger: {type: event, event: order.placed}
        context: {load: [order.details, customer.profile, order.history]}
        steps:
          - {id: large, type: condition, condition: {field: order.total, operator: gt, value: 100}, on_true: no_, on_false: yes_}
          - {id: no_, type: action, action: {type: block, reason: "{{order.total}} of {{customer.name}}"}}
          - {id: yes_, type: action, action: {type: allow}}
        """
    static let data: JSONObject = ["order": ["id": 7, "note": "the event's"], "customer": "c-1"]

    private static func begin(_ yaml: String = yaml, _ data: JSONObject = data) throws -> Rehearsal {
        try Rehearsal(yaml, data: data, loadsContext: true)
    }

    @Test func allAreAskedForAtOnce() throws {
        let run = try Self.begin()
        #expect(run.tasks.map(\.kind) == [.load, .load, .load])
        #expect(
            run.tasks.map(\.arguments) == [
                ["name": "order.details", "data": .object(Self.data)],
                ["name": "customer.profile", "data": .object(Self.data)],
                ["name": "order.history", "data": .object(Self.data)],
            ])
        #expect(Set(run.tasks.map(\.idempotencyKey)).count == 3)
        #expect(run.execution.trace.map(\.kind) == ["load", "load", "load", "load"])
        // One record holds all decisions, and none of the data.
        #expect(run.records.count == 1 && run.records[0].count < 200)
    }

    /// The event's members stay; of two sources the first counts, in whatever order they answer.
    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) func whatIsThereStays(order: [Int]) throws {
        var run = try Self.begin()
        let answers: [JSONValue] = [
            ["id": 8, "note": "loaded", "total": 500, "address": ["city": "Rome"]], ["id": "c-1", "name": "Ada"],
            ["total": 1, "address": ["city": "Bonn", "street": "A"], "older": [3]],
        ]
        let tasks = run.tasks
        for index in order { try run.handle(.completed(tasks[index].id, output: answers[index], at: run.now)) }
        #expect(
            run.execution.context == [
                "order": [
                    "id": 7, "note": "the event's", "total": 500, "address": ["city": "Rome", "street": "A"],
                    "older": [3],
                ],
                "customer": ["id": "c-1", "name": "Ada"],
            ])
        #expect(run.outcome?.result == .blocked)
        #expect(run.outcome?.reason == "500 of Ada")
        #expect(
            Set(run.path) == [
                "context.load.order.details:completed", "context.load.customer.profile:completed",
                "context.load.order.history:completed", "context.load:completed", "large:completed", "no_:completed",
            ])
    }

    @Test func anOptionalSourceGivesNothing() throws {
        var run = try Self.begin()
        for _ in 0..<3 { try run.complete(.null) }
        #expect(run.outcome?.result == .allowed)
        #expect(run.execution.context == Self.data)
    }

    @Test func failuresAreTriedAgainAndThenFailTheExecution() throws {
        var run = try Self.begin()
        try run.complete(["total": 1])
        try run.handle(.completed(run.tasks[1].id, output: [:], at: run.now))
        run.forgetStale()
        for delay in [1, 2] {
            try run.fail(.init(.status(503), "the answer was 503"))
            #expect(run.outcome == nil)
            try run.pass(.seconds(delay))
        }
        #expect(run.tasks.map(\.id.attempt) == [3])
        try run.fail(.init(.status(503), "the answer was 503"))
        #expect(run.outcome?.result == .failed)
        #expect(run.outcome?.errorType == .contextBuild)
        #expect(run.outcome?.reason?.hasSuffix("could not be loaded: the answer was 503") == true)
        #expect(run.outcome?.reason?.contains("customer.profile") == true, "\(run.outcome?.reason ?? "")")
    }

    @Test(arguments: [ActivityFailure.Reason.status(404), .invalid, .result])
    func whatWouldFailAlikeIsNotTriedAgain(reason: ActivityFailure.Reason) throws {
        var run = try Self.begin()
        try run.fail(.init(reason, "no"))
        #expect(run.outcome?.errorType == .contextBuild)
        #expect(run.outcome?.reason == "order.details could not be loaded: no")
        #expect(run.execution.finishedSteps.filter { $0.status == .skipped }.count == 2)
    }

    @Test func aRestartDoesNotLoadAgain() throws {
        var run = try Self.begin()
        try run.complete(["total": 1])
        run.crash()
        #expect(run.tasks.map { $0.arguments.object?["name"] } == ["customer.profile", "order.history"])
        try run.complete(["name": "Ada"])
        try run.complete([:])
        run.crash()
        #expect(run.tasks.isEmpty && run.outcome?.result == .allowed)
        #expect(run.keys.values.max() == 2)
    }

    @Test func aRerunKeepsWhatWasLoaded() throws {
        let yaml = Self.yaml.replacing(
            "id: yes_, type: action, action: {type: allow}",
            with: "id: yes_, type: execute, execute: [{type: log, message: \"{{order.total}}\"}]")
        var run = try Self.begin(yaml)
        for _ in 0..<3 { try run.complete(["total": 1]) }
        try run.fail(.init(.invalid, "no"))
        let again = try run.rerun(from: .failure)
        #expect(again.tasks.map(\.arguments) == [["message": 1]])
        #expect(try run.rerun(from: .step("large")).tasks.map(\.step) == ["yes_"])
        var failed = try Self.begin(yaml)
        try failed.complete(["total": 1])
        try failed.fail(.init(.invalid, "no"))
        #expect(try failed.rerun(from: .failure).tasks.map(\.kind) == [.load, .load, .load])
    }

    @Test func itCanBeCancelledMeanwhile() throws {
        var run = try Self.begin()
        try run.handle(.cancel(reason: "enough", at: run.now))
        #expect(run.outcome?.result == .cancelled)
        run.forgetStale()
        #expect(run.tasks.isEmpty)
    }

    /// A definition's own steps are called as before, and nothing that they read has to do with the loading.
    @Test func loadingIsNoStep() throws {
        let yaml = """
            workflow_id: w
            trigger: {type: manual}
            context: {load: [context]}
            steps:
              - {id: context, type: execute, execute: [{type: log, message: "{{steps}}"}]}
            """
        var run = try Self.begin(yaml, [:])
        try run.complete(["a": 1])
        #expect(run.tasks.map(\.arguments) == [["message": .null]] || run.tasks.map(\.arguments) == [["message": [:]]])
        #expect(run.keys.count == 2)
    }

    @Test func withoutSourcesNothingIsLoaded() throws {
        let run = try Rehearsal(Self.yaml, data: ["order": ["total": 1], "customer": [:]])
        #expect(run.tasks.isEmpty && run.outcome?.result == .allowed)
    }

    /// The event may hold what no source loads.
    @Test func unknownNamesAreWarned() throws {
        var names = ConfiguredNames()
        #expect(DefinitionReader.read(Self.yaml, for: names).problems == [])
        names.contextSources = ["customer.profile", "order.details"]
        let result = DefinitionReader.read(Self.yaml.replacing("order.history", with: "order.detail"), for: names)
        #expect(result.definition != nil && result.problems.count == 1)
        let problem = try #require(result.problems.first)
        #expect(problem.message == "this server does not know the context source \"order.detail\"")
        #expect(problem.remedy == "did you mean order.details?" && problem.line == 3)
    }

    @Test func noStepLoads() throws {
        let source = Self.yaml.replacing(
            "type: action, action: {type: allow}", with: "type: execute, execute: [{type: load}]")
        let result = DefinitionReader.read(source)
        #expect(result.definition == nil && result.problems.map(\.code) == ["unknown-activity"], "\(result.problems)")
    }
}
