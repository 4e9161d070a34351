import Documents

/// An operation of the API, as the OpenAPI document has it.
public struct APIOperation: Sendable, Hashable {
    /// In capitals.
    public let method: String
    /// The template of its path.
    public let path: String
    /// The statuses that it can answer with.
    public let statuses: [String]

    /// All, in the order of the document.
    public static let all: [APIOperation] = {
        let file = SourceFile(path: "openapi.yaml", bytes: PackageResources.openapi_yaml)
        // It is part of the program; a test reads it.
        guard let root = try? Document(yaml: file).roots.first else { return [] }
        return (root["paths"]?.members ?? []).flatMap { path in
            path.value.members.compactMap { operation in
                guard let responses = operation.value["responses"] else { return nil }
                return APIOperation(
                    method: operation.key.value.uppercased(), path: path.key.value,
                    statuses: responses.members.map(\.key.value))
            }
        }
    }()
}
