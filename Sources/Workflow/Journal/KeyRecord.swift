/// An API key as it is stored: never the key itself.
public struct KeyRecord: Sendable, Hashable {
    public var id: String
    public var name: String
    /// SHA-256 of the key.
    public var digest: [UInt8]
    public var permissions: [String]
    public var createdAt: Timestamp
    public var revokedAt: Timestamp?

    public init(
        id: String, name: String, digest: [UInt8], permissions: [String], createdAt: Timestamp,
        revokedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.permissions = permissions
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}
