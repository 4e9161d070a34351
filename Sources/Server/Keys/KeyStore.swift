import Foundation
import Synchronization
public import Workflow

/// The API keys: those of the journal, kept in memory so that a request's key is found without asking the disk.
///
/// All methods may be called from any task.
public final class KeyStore: Sendable {
    private let journal: any Journal
    private let now: @Sendable () -> Timestamp
    private let table = Mutex(Table())

    /// Who makes a request.
    struct Caller: Sendable {
        let keyID: String
        /// The key's, by which approvals know who decides.
        let name: String
        let permissions: PermissionSet
        /// Those in approvals.
        let roles: [String]

        /// Whether it may hand out, or take away, such a key.
        func covers(_ permissions: PermissionSet, roles others: [String]) -> Bool {
            self.permissions.covers(permissions)
                && (self.permissions.isAdmin || others.allSatisfy(roles.contains))
        }
    }

    fileprivate struct Table {
        var records: [String: KeyRecord] = [:]
        /// Active keys, by the first 8 bytes of the digest.
        var active: [UInt64: Entry] = [:]
        /// Whether a key is active that has not the form of ``APIKey``.
        var hasOpaqueKeys = false
    }

    fileprivate struct Entry {
        let digest: [UInt8]
        let caller: Caller
    }

    /// Loads all keys of the journal.
    public convenience init(journal: any Journal) async throws(JournalError) {
        try await self.init(journal: journal) {
            Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
        }
    }

    init(journal: any Journal, now: @escaping @Sendable () -> Timestamp) async throws(JournalError) {
        self.journal = journal
        self.now = now
        let records = try await journal.keys()
        table.withLock { table in
            for record in records { table.put(record) }
        }
    }

    /// Finds the active key that these bytes are.
    func caller(presenting bytes: [UInt8]) -> Caller? {
        let isWellFormed = APIKey.isWellFormed(bytes)
        guard isWellFormed || table.withLock({ $0.hasOpaqueKeys }) else { return nil }
        let digest = APIKey.digest(of: bytes)
        guard let entry = table.withLock({ $0.active[Table.slot(digest)] }),
            constantTimeEqual(entry.digest, digest)
        else { return nil }
        return entry.caller
    }

    /// Whether the key may still be used.
    func isActive(_ id: String) -> Bool {
        table.withLock { $0.records[id].map { $0.revokedAt == nil } ?? false }
    }

    /// All keys, revoked ones too, oldest first.
    func records() -> [KeyRecord] {
        table.withLock { Array($0.records.values) }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Makes a key, and stores what is kept of it.
    func create(
        name: String, permissions: [Permission], roles: [String] = []
    ) async throws(JournalError) -> (APIKey, KeyRecord) {
        let key = APIKey.generate()
        let record = KeyRecord(
            id: key.id, name: name, digest: key.digest,
            permissions: permissions.map(\.rawValue) + roles.map { "role:\($0)" }, createdAt: now(), revokedAt: nil)
        try await store(record)
        return (key, record)
    }

    enum Revocation: Sendable, Hashable {
        case revoked
        case unknown
        case lastAdmin
        /// The key can do more than whoever wants to revoke it.
        case beyondCaller
    }

    /// Revokes a key: refused from this moment on, also while the journal still writes.
    ///
    /// A key that is revoked already counts as revoked. The last key that may do everything stays.
    func revoke(_ id: String, by caller: Caller) async throws(JournalError) -> Revocation {
        let time = now()
        let (verdict, change) = table.withLock { $0.revoke(id, by: caller, at: time) }
        guard let change else { return verdict }
        do {
            try await journal.save(change.after)
        } catch {
            table.withLock { $0.put(change.before) }
            throw error
        }
        return verdict
    }

    private func store(_ record: KeyRecord) async throws(JournalError) {
        try await journal.save(record)
        table.withLock { $0.put(record) }
    }
}

extension KeyStore {
    /// Sees to it that there is a key that may do everything.
    ///
    /// - Parameter preset: an ``APIKey``, or any other text of 20 to 200 printable ASCII characters without spaces
    ///   that does not begin with `fm_`. It opens the API from now on, also if it had been revoked. Without it, a key
    ///   is made if no active one has the permission `admin`.
    /// - Returns: the key that was made, to be shown once; nil when none was.
    /// - Throws: ``PresetKeyError`` when the preset has neither form, `JournalError` when the journal fails.
    public func ensureAdminKey(preset: String? = nil) async throws -> APIKey? {
        guard let preset else {
            if table.withLock({ $0.adminCount }) > 0 { return nil }
            return try await create(name: "first admin key", permissions: [.admin]).0
        }
        let key = try Self.read(preset: preset)
        if caller(presenting: Array(preset.utf8))?.permissions.isAdmin == true { return nil }
        try await store(
            KeyRecord(
                id: key.id, name: "preset admin key", digest: key.digest, permissions: [Permission.admin.rawValue],
                createdAt: now(), revokedAt: nil))
        return nil
    }

    private static func read(preset: String) throws(PresetKeyError) -> APIKey {
        if let key = APIKey(parsing: preset) { return key }
        if preset.hasPrefix(APIKey.prefix) { throw .wrongChecksum }
        guard (20...200).contains(preset.utf8.count), preset.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .unusable
        }
        return APIKey(unchecked: preset)
    }
}

/// Why a preset admin key cannot be used. The key itself is in no message.
public enum PresetKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    case wrongChecksum
    case unusable

    public var description: String {
        switch self {
        case .wrongChecksum:
            "the preset admin key begins with fm_ but is none of Flowmeter's; make one with `flowmeter key generate`"
        case .unusable:
            "the preset admin key must be 20 to 200 printable ASCII characters without spaces"
        }
    }
}

extension KeyStore.Table {
    static func slot(_ digest: [UInt8]) -> UInt64 { digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    var adminCount: Int { active.values.count { $0.caller.permissions.isAdmin } }

    mutating func put(_ record: KeyRecord) {
        records[record.id] = record
        let slot = Self.slot(record.digest)
        guard record.revokedAt == nil else {
            active[slot] = nil
            return
        }
        // A permission that this version does not know grants nothing.
        let permissions = PermissionSet(record.permissions.compactMap(Permission.init))
        active[slot] = .init(
            digest: record.digest,
            caller: .init(
                keyID: record.id, name: record.name, permissions: permissions,
                roles: record.permissions.compactMap(KeyRole.name)))
        // Digests do not tell their form; the names of preset keys do not either. So any preset opens the second way.
        if record.name == "preset admin key" { hasOpaqueKeys = true }
    }

    /// - Returns: the verdict, and the record before and after if it is to be written.
    mutating func revoke(
        _ id: String, by caller: KeyStore.Caller, at now: Timestamp
    ) -> (KeyStore.Revocation, (before: KeyRecord, after: KeyRecord)?) {
        guard let record = records[id] else { return (.unknown, nil) }
        guard let entry = active[Self.slot(record.digest)] else { return (.revoked, nil) }
        guard caller.covers(entry.caller.permissions, roles: entry.caller.roles) else { return (.beyondCaller, nil) }
        if entry.caller.permissions.isAdmin, adminCount == 1 { return (.lastAdmin, nil) }
        var revoked = record
        revoked.revokedAt = now
        put(revoked)
        return (.revoked, (record, revoked))
    }
}

/// Compares without telling by its time where the difference is.
func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
