import Foundation
import Instruments
import Testing

@testable import Telemetry

struct CatalogueTests {
    private let catalogue: Catalogue

    init() throws { catalogue = try Catalogue(Dialect.shipped()) }

    @Test func jsonGoesRound() throws {
        let json = try JSONEncoder().encode(catalogue)
        #expect(try JSONDecoder().decode(Catalogue.self, from: json) == catalogue)
    }

    @Test func theDocumentNamesEveryFamily() throws {
        let path = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../docs/metrics.md").standardized
        let document = try String(contentsOf: path, encoding: .utf8)
        for name in catalogue.families.map(\.name) where !name.hasPrefix("process_") {
            #expect(document.contains("`\(name)`"), "\(name)")
        }
    }

    @Test func allOfAFamilyIsTold() throws {
        let family = try #require(catalogue["http_request_size_bytes"])
        #expect(family.type == "histogram")
        #expect(family.unit == "bytes")
        #expect(family.labels.map(\.name) == ["method", "path", "service"])
        #expect(family.labels.map(\.domain) == [.closed, .route, .declared])
        #expect(family.buckets?.first == 100)
        #expect(family.signal == "http.server.request")
        #expect(family.dialect == "intelligent-workflows")
        #expect(family.since == "0.1.0")
        #expect(catalogue["process_threads"]?.signal == nil)
    }

    @Test func seriesAreCounted() throws {
        let census = Census([
            "workflow.execution": [
                ["workflow.id": "a", "workflow.trigger": "event"], ["workflow.id": "a", "workflow.trigger": "manual"],
            ],
            "http.server.request": [
                ["http.route": "/", "service.name": "s", "http.request.method": "GET"],
                ["http.route": "/", "service.name": "s", "http.response.status_code": "405"],
            ],
        ])
        let counted = try Catalogue(Dialect.shipped(), census: census)
        #expect(counted["workflow_executions_total"]?.maximumSeries == 12)
        #expect(counted["workflow_execution_errors_total"]?.maximumSeries == 5)
        // GET with every status, and 405 with the other methods.
        #expect(counted["http_requests_total"]?.maximumSeries == HTTPStatus.known.count + HTTPMethod.allCases.count - 1)
        #expect(counted["workflow_step_duration_seconds"]?.maximumSeries == nil)
        #expect(counted["flowmeter_task_wait_seconds"]?.maximumSeries == 10)
        #expect(counted["process_page_faults_total"]?.maximumSeries == 2)
        #expect(counted["instruments_label_overflow_total"]?.maximumSeries != nil)
    }

    @Test func whatBreaksIsFound() throws {
        var newer = catalogue
        newer.families.removeAll { $0.name == "workflow_info" }
        newer.change("http_requests_total") { $0.type = "gauge" }
        newer.change("http_request_duration_seconds") {
            $0.labels.removeLast()
            $0.buckets?[0] = 0.0007
        }
        newer.change("workflow_executions_total") {
            $0.labels[1].values = ["allowed", "blocked", "executed", "failed", "cancelled", "late"]
        }
        newer.change("db_pool_size") { $0.labels.append(.init(name: "role", domain: .declared)) }
        newer.change("process_threads") { $0.deprecatedBy = "threads" }
        let changes = catalogue.changes(to: newer).map { "\($0.effect.rawValue) \($0.family) \($0.message)" }
        #expect(
            changes == [
                "notable db_pool_size has a new label role: what was one series can be several",
                "breaking http_request_duration_seconds has no label service any more",
                "breaking http_request_duration_seconds has no bucket up to 0.0005 any more",
                "notable http_request_duration_seconds has new buckets up to 0.0007",
                "breaking http_requests_total was a counter and is a gauge",
                "notable process_threads is to go; use threads",
                "breaking workflow_executions_total never has status=\"timeout\" any more",
                "notable workflow_executions_total can have status=\"late\" now",
                "breaking workflow_info is gone",
            ])
        #expect(newer.changes(to: newer) == [])
        #expect(newer.changes(to: catalogue).contains { $0.effect == .added && $0.family == "workflow_info" })
    }
}

extension Catalogue {
    fileprivate mutating func change(_ name: String, _ change: (inout Family) -> Void) {
        guard let index = families.firstIndex(where: { $0.name == name }) else { return }
        change(&families[index])
    }
}

/// `docs/dialects.md` lists the signals as they are.
struct SignalDocumentTests {
    @Test func theDocumentHasAllSignals() throws {
        let path = #filePath.replacing("Tests/TelemetryTests/CatalogueTests.swift", with: "docs/dialects.md")
        let document = try String(contentsOfFile: path, encoding: .utf8)
        for signal in Signals.all {
            #expect(document.contains(signal.documentRow), "add to docs/dialects.md: \(signal.documentRow)")
        }
    }
}

extension SignalDescription {
    fileprivate var documentRow: String {
        let attributes = attributes.map { attribute -> String in
            guard let values = attribute.domain.listed, values.count <= 8 else { return "`\(attribute.name)`" }
            return "`\(attribute.name)` (\(values.map { $0.isEmpty ? "empty" : $0 }.joined(separator: ", ")))"
        }
        let measures = measures.map { "`\($0.name)`" + ($0.unit == .count ? "" : " (\($0.unit.rawValue))") }
        return "| `\(name)`: \(summary) | \(attributes.joined(separator: ", ")) | \(measures.joined(separator: ", ")) |"
    }
}
