import Workflow

extension Connection {
    private static let selectCurrent = Query(
        .select, "workflows",
        """
        SELECT w.id, v.version, v.source, w.enabled, v.deployed_at, w.schedule_handled, w.schedule_paused
        FROM workflows w JOIN versions v ON v.key = w.current ORDER BY w.id
        """)
    private static let selectVersion = Query(
        .select, "versions",
        """
        SELECT w.id, v.version, v.source, w.enabled, v.deployed_at, w.schedule_handled, w.schedule_paused
        FROM workflows w JOIN versions v ON v.workflow = w.key
        WHERE w.id = ? AND v.version = ? AND v.source IS NOT NULL
        """)
    private static let selectVersions = Query(
        .select, "versions",
        """
        SELECT w.id, v.version, v.source, w.enabled, v.deployed_at, w.schedule_handled, w.schedule_paused
        FROM workflows w JOIN versions v ON v.workflow = w.key
        WHERE w.id = ? AND v.source IS NOT NULL ORDER BY v.deployed_at DESC, v.version DESC LIMIT ?
        """)
    private static let selectKeys = Query(
        .select, "keys",
        "SELECT id, name, digest, permissions, created_at, revoked_at FROM keys ORDER BY created_at, id")

    func workflows(_ selection: WorkflowSelection) throws(VerbFailure) -> [WorkflowRecord] {
        let statement =
            switch selection {
            case .current: try statement(Self.selectCurrent)
            case .version(let workflow, let version):
                try statement(Self.selectVersion).bind(workflow).bind(version)
            case .versions(let workflow, let limit):
                try statement(Self.selectVersions).bind(workflow).bind(max(limit, 0))
            }
        var workflows: [WorkflowRecord] = []
        try statement.run { row in
            workflows.append(
                WorkflowRecord(
                    id: row.text(0), version: row.text(1), source: row.text(2), enabled: row.int(3) != 0,
                    deployedAt: row.timestamp(4),
                    schedule: ScheduleState(handled: row.optionalTimestamp(5), isPaused: row.int(6) != 0)))
        }
        return workflows
    }

    func keys() throws(VerbFailure) -> [KeyRecord] {
        var keys: [KeyRecord] = []
        try statement(Self.selectKeys).run { row throws(VerbFailure) in
            keys.append(
                KeyRecord(
                    id: row.text(0), name: row.text(1), digest: row.bytes(2),
                    permissions: try TextList.decode(row.text(3)), createdAt: row.timestamp(4),
                    revokedAt: row.optionalTimestamp(5)))
        }
        return keys
    }
}
