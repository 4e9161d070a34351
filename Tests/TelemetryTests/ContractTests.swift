import Documents
import Foundation
import Instruments
import Testing

@testable import Telemetry

/// The shipped dialects say just what the contract says of the parts that there are.
struct ContractTests {
    /// What waits for parts that are not built yet.
    static let missing: [String: Set<String>] = [
        "intelligent-workflows": [
            "redis_connections_active", "redis_connections_failed_total", "redis_operations_duration_seconds",
            "redis_operations_errors_total", "ai_requests_total",
            "ai_request_duration_seconds", "auth_requests_total", "auth_failures_total", "auth_token_validations_total",
        ],
        "compozy": [
            "compozy_postgres_connections_open", "compozy_postgres_connections_in_use",
            "compozy_postgres_connections_idle", "compozy_postgres_max_open_connections",
            "compozy_postgres_connection_wait_duration_seconds", "compozy_redis_pool_size",
            "compozy_redis_pool_hits_total", "compozy_redis_pool_misses_total", "compozy_redis_pool_timeouts_total",
            "compozy_redis_pool_idle_conns", "compozy_redis_pool_stale_conns_total", "compozy_auth_attempts_total",
            "compozy_auth_token_age_seconds", "compozy_auth_rate_limit_hits_total",
            "compozy_autoload_duration_seconds",
            "compozy_autoload_files_processed_total", "compozy_autoload_configs_loaded_total",
            "compozy_autoload_errors_total",
        ],
        "codeai": [
            "codeai_cache_hits_total", "codeai_cache_misses_total",
        ],
    ]

    /// A family as the contract has it.
    struct Entry: Hashable {
        let name: String
        let type: String
        let labels: [String: Set<String>?]
        let buckets: [Double]?
    }

    private static let path = #filePath.replacing(
        "TelemetryTests/ContractTests.swift", with: "Fixtures/metric-contract.yaml")

    static func contract(_ dialect: String) throws -> [Entry] {
        let file = SourceFile(path: path, bytes: Array(try Data(contentsOf: URL(filePath: path))))
        let root = try #require(try Document(yaml: file).roots.first)
        let families = try #require(root["dialects"]?[dialect]?["families"])
        return families.elements.map { family in
            var labels: [String: Set<String>?] = [:]
            for label in family["labels"]?.members ?? [] {
                var values: Set<String>?
                if case .sequence(let listed) = label.value.content {
                    values = Set(listed.compactMap(\.text?.value))
                }
                switch label.value.text?.value {
                case "http_method": values = Set(HTTPMethod.allCases.map(\.rawValue))
                case "status_code": values = Set(HTTPStatus.known.map(String.init))
                default: break
                }
                labels[label.key.value] = .some(values)
            }
            let buckets = family["buckets"]?.elements.compactMap { $0.text.flatMap { Double($0.value) } }
            return Entry(
                name: family["name"]?.text?.value ?? "", type: family["type"]?.text?.value ?? "", labels: labels,
                buckets: buckets)
        }
    }

    @Test(arguments: ["intelligent-workflows", "compozy", "codeai"])
    func dialectsAreTheContract(dialect: String) throws {
        let expected = try Self.contract(dialect).filter { Self.missing[dialect]?.contains($0.name) == false }
        let views = try Recorders.bind(try Dialect.shipped([dialect]))
        #expect(Set(views.map(\.view.family)) == Set(expected.map(\.name)))
        for entry in expected {
            guard let view = views.first(where: { $0.view.family == entry.name }) else { continue }
            #expect(view.type.rawValue == entry.type, "\(entry.name)")
            // Where the contract asks for names, a list of them will do.
            let labels = Dictionary(
                uniqueKeysWithValues: view.labels.map { label in
                    let isNamed = entry.labels[label.name].map { $0 == nil } ?? false
                    return (label.name, isNamed ? nil : label.domain.listed.map(Set.init))
                })
            #expect(labels == entry.labels, "\(entry.name)")
            if let buckets = entry.buckets, case .distribution(_, let bounds) = view.view.shows {
                #expect(bounds == buckets, "\(entry.name)")
            }
        }
    }

    @Test func whatIsMissingIsInTheContract() throws {
        for (dialect, names) in Self.missing {
            #expect(names.isSubset(of: Set(try Self.contract(dialect).map(\.name))))
        }
    }

    @Test(arguments: Dialect.choices + [Dialect.own])
    func shippedDialectsFit(name: String) throws {
        let dialect = try #require(try Dialect.shipped([name]).first)
        #expect(dialect.name == name)
        #expect(!dialect.views.isEmpty)
    }

    @Test func allDialectsFitTogether() throws {
        let dialects = try Dialect.shipped(Dialect.choices + [Dialect.own])
        #expect(try Recorders.bind(dialects).count == dialects.reduce(0) { $0 + $1.views.count })
    }
}
