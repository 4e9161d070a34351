import Documents
import Instruments
import Testing

@testable import Telemetry

/// What is recorded once shows in every family that is on.
struct RecorderTests {
    private let registry = Registry(pedantic: true)

    private func recorders(_ names: [String] = Dialect.choices) throws -> Recorders {
        try Recorders(registry: registry, dialects: Dialect.shipped(names))
    }

    private func request(
        _ method: HTTPMethod = .get, _ route: String = "/orders/{id}", _ status: Int = 200
    ) -> HTTPRequestAttributes {
        HTTPRequestAttributes(
            method: method, route: RouteTemplate(route), status: HTTPStatus(status), service: DeclaredName("shop"))
    }

    @Test func oneRequestShowsInAllDialects() throws {
        let requests = try recorders().recorder(of: Signals.httpServerRequest)
        requests.record(request(), 0.003, 120, 5_000)
        requests.record(request(.post, "/orders", 201), 0.07, 1, 2)
        let get = try #require(registry.family("http_requests_total")).series("GET", "/orders/{id}", "200", "shop")
        #expect(get?.value == 1)
        let post = registry.family("codeai_http_request_duration_seconds")?.series("POST", "/orders")
        #expect(
            post?.reading
                == .histogram(
                    HistogramReading(
                        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, .infinity].map {
                            .init(upperBound: $0, count: $0 < 0.07 ? 0 : 1)
                        }, sum: 0.07)))
        #expect(registry.family("compozy_http_requests_total")?.series("POST", "/orders", "201")?.value == 1)
        let otel = registry.family("http_server_request_duration_seconds")
        #expect(otel?.series("GET", "200", "/orders/{id}", "http")?.value == 1)
        #expect(registry.problems.isEmpty)
    }

    @Test func droppedLabelsAddUp() throws {
        let requests = try recorders(["codeai"]).recorder(of: Signals.httpServerRequest)
        for status in [200, 200, 404, 500] { requests.record(request(.get, "/", status), 0.2, 10, 20) }
        let durations = registry.family("codeai_http_request_duration_seconds")
        #expect(durations?.series.count == 1)
        #expect(durations?.series.first?.value == 4)
        #expect(registry.family("codeai_http_requests_total")?.series.count == 3)
    }

    @Test func conditionsChoose() throws {
        let executions = try recorders(["compozy", "intelligent-workflows"]).recorder(of: Signals.workflowExecution)
        let id = DeclaredName("refunds")
        executions.announce(["workflow.id": "refunds", "workflow.trigger": "event"])
        let errors = try #require(registry.family("workflow_execution_errors_total"))
        #expect(errors.series.map(\.value) == [0, 0, 0, 0, 0])
        executions.record(.init(workflow: id, result: .allowed, trigger: .event, error: .none), 0.1)
        executions.record(.init(workflow: id, result: .failed, trigger: .event, error: .execution), 0.1)
        executions.record(.init(workflow: id, result: .timeout, trigger: .event, error: .timeout), 0.1)
        #expect(registry.family("compozy_temporal_workflow_completed_total")?.series("refunds")?.value == 1)
        #expect(registry.family("compozy_temporal_workflow_failed_total")?.series("refunds")?.value == 2)
        #expect(registry.family("workflow_executions_total")?.series.count == 6)
        let timeouts = registry.family("workflow_execution_errors_total")?.series("refunds", "timeout")
        #expect(timeouts?.value == 1)
    }

    @Test func whatIsUnderWayIsCounted() throws {
        let active = try recorders().count(of: Signals.httpServerActive)
        let attributes = HTTPActiveAttributes(method: .other, service: DeclaredName("shop"))
        active.begin(attributes)
        active.begin(attributes)
        active.end(attributes)
        #expect(registry.family("compozy_http_requests_in_flight")?.series("other")?.value == 1)
        #expect(registry.family("http_server_active_requests")?.series("_OTHER", "http")?.value == 1)
    }

    @Test func whatIsObservedIsReadAtEachScrape() throws {
        try recorders().observe(Signals.databasePool) {
            [Observed(DatabaseAttributes(system: .sqlite), 1, 2, 3, 4)]
        }
        #expect(registry.family("db_pool_size")?.series("sqlite")?.value == 3)
        #expect(registry.family("db_connections_failed_total")?.series("sqlite")?.value == 4)
        #expect(registry.family("codeai_db_connections_idle")?.series.first?.value == 2)
    }

    @Test func noDialectRecordsNothing() throws {
        let requests = try recorders([]).recorder(of: Signals.httpServerRequest)
        requests.record(request(), 0.003, 120, 5_000)
        #expect(registry.snapshot().allSatisfy { $0.name.hasPrefix("instruments_") })
    }

    @Test func whatIsRemovedStartsAnew() throws {
        let starts = try recorders(["intelligent-workflows"]).recorder(of: Signals.workflowStart)
        let attributes = WorkflowStartAttributes(workflow: DeclaredName("gone"), trigger: .manual)
        starts.record(attributes)
        starts.remove(["workflow.id": "gone"])
        #expect(registry.family("workflow_executions_started_total")?.series.isEmpty == true)
        starts.record(attributes)
        #expect(registry.family("workflow_executions_started_total")?.series("gone", "manual")?.value == 1)
    }

    @Test func familiesOfTheSameNameMustBeTheSame() throws {
        let dialect = try #require(try Dialect.shipped(["codeai"]).first)
        var view = dialect.views[0]
        #expect(throws: Never.self) {
            try Recorders(registry: registry, dialects: [dialect, Dialect(name: "x", summary: "", views: [view])])
        }
        view.labels.removeLast()
        #expect(throws: ViewError.self) {
            try Recorders(registry: registry, dialects: [dialect, Dialect(name: "x", summary: "", views: [view])])
        }
    }
}

extension Registry {
    fileprivate func family(_ name: String) -> MetricFamily? { snapshot().first { $0.name == name } }
}
