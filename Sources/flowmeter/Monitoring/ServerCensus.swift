import Runtime
import SQLiteJournal
import Server
import Telemetry
import Workflow

/// What a server with these definitions can record.
enum ServerCensus {
    /// Reads the definitions; their problems are printed.
    static func census(of files: [String], _ configuration: Configuration) throws -> Census {
        let definitions = try DefinitionCheck.definitions(in: files)
        for (index, definition) in definitions.enumerated() {
            for other in definitions[..<index] {
                guard let metric = definition.metricDeclaredOtherwise(in: other) else { continue }
                throw CommandError(
                    .refused, "the metric \(metric.name) is declared otherwise in \(files[index]) than by \(other.id)",
                    remedy: "declare it with the same type, help, labels and buckets, or rename it")
            }
        }
        let context = try configuration.contextSettings(environment: nil) ?? ContextSettings()
        // These need their secrets; without them, what they call is shown as `other`.
        let channels = (try? configuration.notificationChannels()) ?? NotificationChannels()
        let resources = (try? configuration.recordResources()) ?? [:]
        return census(
            of: definitions, integrations: configuration.integrationUses(channels, resources, context),
            caches: context.cached, serviceName: configuration.serviceName)
    }

    static func census(
        of definitions: [Definition], integrations: [IntegrationUse], caches: [String], serviceName: String
    ) -> Census {
        var census = EngineCensus.census(of: definitions, configured: integrations, caches: caches)
        census.combinations[Signals.httpServerRequest.description.name] = requests(serviceName)
        census.combinations[Signals.httpServerActive.description.name] = [["service.name": serviceName]]
        census.combinations[Signals.databaseQuery.description.name] = QueryObservation.tables.map {
            ["db.collection.name": $0]
        }
        census.combinations[Signals.build.description.name] = [
            [
                "service.version": Version.number, "vcs.revision": Version.commit,
                "swift.version": Version.swift,
            ]
        ]
        return census
    }

    private static func requests(_ service: String) -> [[String: String]] {
        let service = ["service.name": service]
        // What has no route, and what comes with a method that a path does not have.
        var all = [service.merging(["http.route": "other"]) { $1 }]
        for path in Set(APIOperation.all.map(\.path)) {
            for status in ["400", "405", "408"] {
                all.append(service.merging(["http.route": path, "http.response.status_code": status]) { $1 })
            }
        }
        for operation in APIOperation.all {
            // A HEAD is answered as a GET is.
            for method in operation.method == "GET" ? ["GET", "HEAD"] : [operation.method] {
                for status in operation.statuses {
                    all.append(
                        service.merging([
                            "http.request.method": method, "http.route": operation.path,
                            "http.response.status_code": status,
                        ]) { $1 })
                }
            }
        }
        return all
    }
}
