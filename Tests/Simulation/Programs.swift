import Synchronization
import Workflow

/// Definitions, read once.
final class Programs: Sendable {
    private let programs: [String: Program]

    init(_ texts: [String] = Definitions.all.flatMap { [$0.text(version: 1), $0.text(version: 2)] }) {
        var programs: [String: Program] = [:]
        for text in texts {
            let result = DefinitionReader.read(Array(text.utf8))
            guard let definition = result.definition, let program = try? Program(definition) else {
                fatalError("a definition of the simulation cannot be read: \(result.problems)\n\(text)")
            }
            programs[Self.key(definition.id, definition.version)] = program
        }
        self.programs = programs
    }

    private static func key(_ workflow: String, _ version: String) -> String { "\(workflow) \(version)" }

    func program(_ workflow: String, _ version: String) -> Program? { programs[Self.key(workflow, version)] }

    /// The execution as its records have it.
    func restore(_ stored: StoredExecution, records: [[UInt8]]? = nil) -> Execution? {
        let summary = stored.summary
        guard let program = program(summary.workflow, summary.version) else { return nil }
        let data = (try? JSONValue(parsing: stored.event.data, limits: .trusted))?.object ?? [:]
        let origin = Execution.Origin(
            trigger: summary.trigger, eventID: stored.event.id, eventName: stored.event.name, data: data,
            startedAt: summary.startedAt, depth: stored.event.depth)
        return try? Execution(
            id: summary.id, program: program, origin: origin, records: records ?? stored.records)
    }
}
