import Workflow

/// A definition file that has been looked at.
struct DefinitionCheck {
    let file: String
    let source: [UInt8]
    let reading: DefinitionReader.Reading

    /// Reads and validates the file.
    init(file: String) throws {
        self.file = file
        source = try InputFile.bytes(file)
        reading = DefinitionReader.read(source)
    }

    var hasErrors: Bool { reading.definition == nil }

    /// Whether this problem, as the API sends it, has been found here too.
    func shows(_ problem: JSONObject) -> Bool {
        reading.problems.contains { $0.code == problem["code"]?.string && $0.path == problem["path"]?.string }
    }

    /// Each problem with its line, or one line that says all is well.
    var report: String {
        guard reading.problems.isEmpty, let definition = reading.definition else { return reading.rendered(file: file) }
        let count = definition.steps.count
        return "\(file): ok, \(definition.id) \(definition.version), \(count) step\(count == 1 ? "" : "s")"
    }

    var json: JSONValue {
        [
            "file": .string(file),
            "workflow_id": reading.definition.map { .string($0.id) } ?? .null,
            "version": reading.definition.map { .string($0.version) } ?? .null,
            "problems": .array(reading.problems.map(\.json)),
        ]
    }

    /// The file as a request's body.
    var body: APIClient.Body {
        let isJSON = file.lowercased().hasSuffix(".json")
        return APIClient.Body(bytes: source, contentType: isJSON ? "application/json" : "application/yaml")
    }
}

extension Problem {
    fileprivate var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "code": .string(code), "line": .integer(Int64(line)),
            "column": .integer(Int64(column)), "path": .string(path), "message": .string(message),
            "remedy": .string(remedy),
        ]
    }
}
