import Workflow

extension WriteSession {
    private static let selectVersion = Query(
        .select, "versions",
        """
        SELECT v.source, w.current IS NOT NULL
        FROM versions v JOIN workflows w ON w.key = v.workflow WHERE v.key = ?
        """)
    private static let storeVersion = Query(
        .update, "versions", "UPDATE versions SET source = ?, deployed_at = ? WHERE key = ?")
    private static let setCurrent = Query(.update, "workflows", "UPDATE workflows SET current = ? WHERE key = ?")
    private static let setEnabled = Query(.update, "workflows", "UPDATE workflows SET enabled = ? WHERE key = ?")
    private static let changeEnabled = Query(
        .update, "workflows", "UPDATE workflows SET enabled = ? WHERE id = ? AND current IS NOT NULL")
    private static let deleteWorkflow = Query(
        .update, "workflows",
        """
        UPDATE workflows SET current = NULL, enabled = 0, schedule_handled = NULL, schedule_paused = 0
        WHERE id = ? AND current IS NOT NULL
        """)
    private static let beginSchedule = Query(
        .update, "workflows", "UPDATE workflows SET schedule_handled = ?, schedule_paused = ? WHERE key = ?")
    private static let handleSchedule = Query(
        .update, "workflows",
        """
        UPDATE workflows SET schedule_handled = max(coalesce(schedule_handled, ?1), ?1)
        WHERE id = ?2 AND current IS NOT NULL
        """)
    private static let pauseSchedule = Query(
        .update, "workflows", "UPDATE workflows SET schedule_paused = ? WHERE id = ? AND current IS NOT NULL")

    private struct Found {
        let source: String?
        /// The workflow has a current version: it is not deleted.
        let isListed: Bool
    }

    func deploy(_ workflow: WorkflowRecord) throws(VerbFailure) -> Deployment {
        let key = try key(workflow: workflow.id, version: workflow.version)
        let found = try statement(Self.selectVersion).bind(key.version).first { row in
            Found(source: row.optionalText(0), isListed: row.int(1) != 0)
        }
        guard let found else { throw .refused(.corrupt("a version that was written cannot be found")) }
        if let source = found.source, source != workflow.source { return .conflict }
        if found.source == nil {
            try statement(Self.storeVersion)
                .bind(workflow.source).bind(workflow.deployedAt).bind(key.version).run()
        }
        try statement(Self.setCurrent).bind(key.version).bind(key.workflow).run()
        if found.source != nil, found.isListed { return .unchanged }
        try statement(Self.setEnabled).bind(workflow.enabled ? 1 : 0).bind(key.workflow).run()
        if found.isListed { return .updated }
        try statement(Self.beginSchedule)
            .bind(workflow.schedule.handled).bind(workflow.schedule.isPaused ? 1 : 0).bind(key.workflow).run()
        return .created
    }

    func update(workflow id: String, _ change: WorkflowChange) throws(VerbFailure) -> Bool {
        switch change {
        case .enable: try statement(Self.changeEnabled).bind(1).bind(id).run()
        case .disable: try statement(Self.changeEnabled).bind(0).bind(id).run()
        case .delete: try statement(Self.deleteWorkflow).bind(id).run()
        case .handleSchedule(let time): try handle(ScheduleMark(workflow: id, handled: time))
        case .pauseSchedule: try statement(Self.pauseSchedule).bind(1).bind(id).run()
        case .resumeSchedule: try statement(Self.pauseSchedule).bind(0).bind(id).run()
        }
        return connection.lastChanges > 0
    }

    /// The schedule of a workflow that is not deployed keeps no mark.
    func handle(_ mark: ScheduleMark) throws(VerbFailure) {
        try statement(Self.handleSchedule).bind(mark.handled).bind(mark.workflow).run()
    }

    // Keys

    private static let saveKey = Query(
        .insert, "keys",
        """
        INSERT INTO keys (id, name, digest, permissions, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, digest = excluded.digest,
            permissions = excluded.permissions, created_at = excluded.created_at, revoked_at = excluded.revoked_at
        """)

    func save(_ key: KeyRecord) throws(VerbFailure) {
        let permissions = try TextList.encode(key.permissions)
        try statement(Self.saveKey)
            .bind(key.id).bind(key.name).bind(key.digest).bind(permissions)
            .bind(key.createdAt).bind(key.revokedAt).run()
    }
}
