import Workflow

/// The writer's side of the database: its connection, and what it remembers from one transaction to the next.
///
/// Not sendable: it belongs to the writer's thread. What it remembers is dropped when a transaction is rolled back and
/// when another process has written.
final class WriteSession {
    let connection: Connection
    /// Tokens that this transaction has found to be good.
    private var liveLeases: Set<Int64> = []
    private var versionKeys: [VersionName: VersionKey] = [:]
    /// By the event's name; nil when they have not been read.
    private var shapes: [String: [Shape]]?
    private var dataVersion: Int64 = -1
    var tallies = TallyLedger()

    private static let versionLimit = 10_000

    struct VersionName: Hashable {
        let workflow: String
        let version: String
    }

    /// The short keys that stand for the names of a workflow and its version.
    struct VersionKey {
        let workflow: Int64
        let version: Int64
    }

    init(_ connection: Connection) { self.connection = connection }

    func statement(_ query: Query) throws(VerbFailure) -> Statement { try connection.statement(query) }

    /// The number of an execution's last record, within a statement on executions.
    static let lastRecord = "coalesce((SELECT max(number) FROM records WHERE execution = executions.id), 0)"

    // Transactions

    private static let begin = Query(.other, "transaction", "BEGIN IMMEDIATE")
    private static let commit = Query(.other, "transaction", "COMMIT")
    private static let rollback = Query(.other, "transaction", "ROLLBACK")
    private static let dataVersionQuery = Query(.other, "transaction", "PRAGMA data_version")

    /// Runs the verbs in one transaction, or each in its own when one of them spoils it.
    func write(_ verbs: ArraySlice<WaitingVerb>) {
        do throws(VerbFailure) {
            try beginTransaction()
        } catch {
            abandon()
            for verb in verbs { verb.fail(error.journalError) }
            return
        }
        var completions: [WaitingVerb.Completion] = []
        completions.reserveCapacity(verbs.count)
        for verb in verbs {
            switch attempt(verb) {
            case .success(let completion): completions.append(completion)
            case .failure(let failure):
                abandon()
                if verbs.count == 1 { return verb.fail(failure.journalError) }
                for index in verbs.indices { write(verbs[index...index]) }
                return
            }
        }
        let failure = storeTallies() ?? commitTransaction()
        for completion in completions { completion(failure) }
    }

    /// A verb that said no before it wrote anything leaves the transaction sound; that is a success here.
    private func attempt(_ verb: WaitingVerb) -> Result<WaitingVerb.Completion, VerbFailure> {
        let changes = connection.changes
        do throws(VerbFailure) {
            return .success(try verb.run(self))
        } catch {
            if case .refused(let refusal) = error, connection.changes == changes {
                return .success({ verb.fail($0 ?? refusal) })
            }
            return .failure(error)
        }
    }

    private func beginTransaction() throws(VerbFailure) {
        liveLeases.removeAll(keepingCapacity: true)
        try statement(Self.begin).run()
        let version = try statement(Self.dataVersionQuery).first { $0.integer(0) } ?? -1
        if version != dataVersion {
            forget()
            dataVersion = version
        }
    }

    /// - Returns: what to tell the callers when the commit failed.
    private func commitTransaction() -> JournalError? {
        do throws(VerbFailure) {
            try statement(Self.commit).run()
            return nil
        } catch {
            abandon()
            if case .sql(let failure) = error { return failure.commitError }
            return error.journalError
        }
    }

    /// - Returns: what to tell the callers when the tallies could not be written: nothing has been committed then.
    private func storeTallies() -> JournalError? {
        do throws(VerbFailure) {
            try writeTallies()
            return nil
        } catch {
            abandon()
            return error.journalError
        }
    }

    /// Rolls back; SQLite itself may have done so already.
    private func abandon() {
        forget()
        guard connection.isInTransaction else { return }
        try? statement(Self.rollback).run()
    }

    private func forget() {
        liveLeases.removeAll()
        versionKeys.removeAll()
        shapes = nil
        tallies = TallyLedger()
    }

    // Leases

    private static let selectLease = Query(.select, "leases", "SELECT 1 FROM leases WHERE token = ?")

    /// - Throws: `fenced` when the lease has been taken away.
    func check(_ lease: Lease) throws(VerbFailure) {
        if liveLeases.contains(lease.token) { return }
        let found = try statement(Self.selectLease).bind(lease.token).first { _ in true }
        guard found != nil else { throw .refused(.fenced) }
        liveLeases.insert(lease.token)
    }

    func forgetLeases() { liveLeases.removeAll() }

    // Names

    private static let insertWorkflow = Query(
        .insert, "workflows", "INSERT INTO workflows (id, enabled) VALUES (?, 0) ON CONFLICT (id) DO NOTHING")
    private static let selectWorkflow = Query(.select, "workflows", "SELECT key FROM workflows WHERE id = ?")
    private static let insertVersion = Query(
        .insert, "versions",
        "INSERT INTO versions (workflow, version) VALUES (?, ?) ON CONFLICT (workflow, version) DO NOTHING")
    private static let selectVersion = Query(
        .select, "versions", "SELECT key FROM versions WHERE workflow = ? AND version = ?")

    /// The keys of a version, which are made when it has none.
    func key(workflow: String, version: String) throws(VerbFailure) -> VersionKey {
        let name = VersionName(workflow: workflow, version: version)
        if let key = versionKeys[name] { return key }
        try statement(Self.insertWorkflow).bind(workflow).run()
        let workflowKey = try one(statement(Self.selectWorkflow).bind(workflow))
        try statement(Self.insertVersion).bind(workflowKey).bind(version).run()
        let versionKey = try one(statement(Self.selectVersion).bind(workflowKey).bind(version))
        let key = VersionKey(workflow: workflowKey, version: versionKey)
        if versionKeys.count >= Self.versionLimit { versionKeys.removeAll() }
        versionKeys[name] = key
        return key
    }

    private func one(_ statement: Statement) throws(VerbFailure) -> Int64 {
        guard let key = try statement.first({ $0.integer(0) }) else {
            throw .refused(.corrupt("a row that was written cannot be found"))
        }
        return key
    }

    // Shapes

    private static let selectShapes = Query(.select, "shapes", "SELECT key, event, paths FROM shapes ORDER BY key")
    private static let insertShape = Query(.insert, "shapes", "INSERT INTO shapes (event, paths) VALUES (?, ?)")

    /// What the waits for events of this name look at.
    func shapes(of event: String) throws(VerbFailure) -> [Shape] {
        if let shapes { return shapes[event] ?? [] }
        var read: [String: [Shape]] = [:]
        try statement(Self.selectShapes).run { row throws(VerbFailure) in
            let shape = try Shape(key: row.integer(0), encoded: row.text(2))
            read[row.text(1), default: []].append(shape)
        }
        shapes = read
        return read[event] ?? []
    }

    /// The shape of a wait, which is made when there is none.
    func shape(of event: String, paths: [String]) throws(VerbFailure) -> Shape {
        if let known = try shapes(of: event).first(where: { $0.texts == paths }) { return known }
        let encoded = try TextList.encode(paths)
        try statement(Self.insertShape).bind(event).bind(encoded).run()
        let shape = try Shape(key: connection.lastInsertedKey, encoded: encoded)
        shapes?[event, default: []].append(shape)
        return shape
    }
}
