import Logging
import Runtime
import Synchronization
import Workflow

/// Writes each record as one line of JSON to stderr: `time`, `level`, `logger`, `message`, then the metadata by its
/// names (`request_id` among them).
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private static let output = Mutex<Void>(())
    private static let fields: Set<String> = ["time", "level", "logger", "message", "error"]
    /// Values of these names are never written, whoever logs them.
    private static let secrets: Set<String> = [
        "authorization", "x-api-key", "api_key", "admin_key", "key", "token", "password", "secret", "cookie",
    ]

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = line(for: event, at: Environment.system.now())
        Self.output.withLock { _ in Console.write(line, to: .error) }
    }

    /// The record as it is written, its line end included.
    func line(for event: LogEvent, at time: Timestamp) -> [UInt8] {
        var record: JSONObject = [
            "time": .string(time.description),
            "level": .string(event.level.rawValue),
            "logger": .string(label),
            "message": .string(event.message.description),
        ]
        if let error = event.error { record["error"] = .string("\(error)") }
        for (name, value) in merged(event.metadata).sorted(by: { $0.key < $1.key }) {
            record[Self.fields.contains(name) ? "_" + name : name] = Self.json(name, value)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        record.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// The closer to the statement, the stronger.
    private func merged(_ explicit: Logger.Metadata?) -> Logger.Metadata {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let explicit { all.merge(explicit) { $1 } }
        return all
    }

    private static func json(_ name: String, _ value: Logger.Metadata.Value) -> JSONValue {
        if secrets.contains(name.lowercased()) { return .string("********") }
        return switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): json(value)
        case .array(let values): .array(values.map { json(name, $0) })
        case .dictionary(let members):
            .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, json($0.key, $0.value)) }))
        }
    }

    /// Numbers and truth values stay what they are.
    private static func json(_ value: any CustomStringConvertible) -> JSONValue {
        switch value {
        case let value as Bool: .bool(value)
        case let value as any BinaryInteger: Int64(exactly: value).map { .integer($0) } ?? .string("\(value)")
        case let value as Double: value.isFinite ? .number(value) : .string("\(value)")
        default: .string(value.description)
        }
    }
}
