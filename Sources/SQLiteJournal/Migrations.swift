/// The steps by which a database comes to the present schema.
///
/// A migration that has been released is never edited: its checksum is stored in each database that ran it, and a
/// database whose checksum differs is not opened. The present format is described at each table.
struct Migration {
    /// From 1, without gaps.
    let number: Int
    let sql: String

    /// FNV-1a (64 bits) over the SQL, as 16 hexadecimal digits.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static let all = [
        Migration(number: 1, sql: initialSchema), Migration(number: 2, sql: eventDepth),
        Migration(number: 3, sql: admissionAndRetention), Migration(number: 4, sql: talliesAndLists),
        Migration(number: 5, sql: trials), Migration(number: 6, sql: listsOfAllWorkflows),
        Migration(number: 7, sql: queueByPriority), Migration(number: 8, sql: forgottenOccurrence),
    ]

    /// Stands in the file's header, so that a database of something else is recognised: "flow" in ASCII.
    static let applicationID = 0x666c_6f77

    /// depth: how many executions lie between the event and one from outside.
    private static let eventDepth = "ALTER TABLE events ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;"

    private static let forgottenOccurrence = """
        -- At most one row. received_at: of the last event that was removed of those that are occurrences of schedules.
        CREATE TABLE forgotten (only INTEGER PRIMARY KEY CHECK (only = 1), received_at INTEGER NOT NULL) STRICT;
        """

    private static let queueByPriority = """
        -- With the priority, so that what waits is counted by it without looking at the rows.
        DROP INDEX executions_rank;
        CREATE INDEX executions_rank ON executions (runnable_since - priority * 30000000, runnable_since, priority)
            WHERE runnable_since IS NOT NULL;
        """

    private static let listsOfAllWorkflows = """
        -- As executions_active and executions_listed, for lists that ask for no workflow: there may be thousands.
        CREATE INDEX executions_active_all ON executions (status, started_by) WHERE status < 4;
        CREATE INDEX executions_listed_all ON executions (result, started_by) WHERE result IS NOT NULL;
        """

    private static let trials = """
        -- trial_until: of one on trial; stays until its end is noticed. strikes: those that count, since record struck_at.
        ALTER TABLE executions ADD COLUMN trial_until INTEGER;
        CREATE INDEX executions_suspect ON executions (strikes, id) WHERE runnable_since IS NOT NULL AND strikes > 0;
        CREATE INDEX executions_trial ON executions (trial_until) WHERE trial_until IS NOT NULL;
        """

    private static let admissionAndRetention = """
        -- priority: 0 to 9. slot: the place that an execution needs which has not ended; slot_limit: how many there are.
        -- held: 1 while it waits for its place; it is queued then, and runnable_since is null.
        -- strikes: how often its process died since it had the record number struck_at.
        -- reason: also of one that was set aside.
        ALTER TABLE executions ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;
        ALTER TABLE executions ADD COLUMN slot TEXT;
        ALTER TABLE executions ADD COLUMN slot_limit INTEGER;
        ALTER TABLE executions ADD COLUMN held INTEGER;
        ALTER TABLE executions ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE executions ADD COLUMN struck_at INTEGER;
        DROP INDEX executions_runnable;
        -- By rank, as Priority says; with the time, so that statistics need not look at the rows.
        CREATE INDEX executions_rank ON executions (runnable_since - priority * 30000000, runnable_since)
            WHERE runnable_since IS NOT NULL;
        CREATE INDEX executions_slot ON executions (slot, held, id, workflow) WHERE slot IS NOT NULL;
        CREATE INDEX executions_ended ON executions (workflow, ended_at) WHERE ended_at IS NOT NULL;
        -- Events that started no execution, or whose executions are all gone.
        CREATE INDEX events_idle ON events (received_at) WHERE executions = x'';

        -- body: of a message, or the data of a resumption. wait: also the key of a message.
        ALTER TABLE signals ADD COLUMN body BLOB;

        -- schedule_handled: occurrences up to this time have been handled.
        ALTER TABLE workflows ADD COLUMN schedule_handled INTEGER;
        ALTER TABLE workflows ADD COLUMN schedule_paused INTEGER NOT NULL DEFAULT 0;

        -- approvers, roles: JSON arrays of texts.
        CREATE TABLE approvals (
            execution INTEGER NOT NULL,
            name TEXT NOT NULL,
            workflow INTEGER NOT NULL,
            version INTEGER NOT NULL,
            requested_at INTEGER NOT NULL,
            expires_at INTEGER,
            quorum INTEGER NOT NULL,
            approvals INTEGER NOT NULL,
            step TEXT NOT NULL,
            title TEXT NOT NULL,
            description TEXT,
            approvers TEXT NOT NULL,
            roles TEXT NOT NULL,
            PRIMARY KEY (execution, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX approvals_requested ON approvals (requested_at, execution, name);
        CREATE INDEX approvals_workflow ON approvals (workflow, requested_at);
        """

    private static let talliesAndLists = """
        -- Executions and steps that have ended, each counted in its hour (span 0) and in its day (span 1).
        -- start: the hour's or day's number since 1970. step: empty for executions. outcome: a result, or a step's status.
        -- started_by, error: of executions; -1 for steps, and where there was no error.
        -- microseconds, buckets: how long they took, as DurationTally has it.
        CREATE TABLE tallies (
            span INTEGER NOT NULL,
            start INTEGER NOT NULL,
            workflow INTEGER NOT NULL,
            step TEXT NOT NULL,
            outcome INTEGER NOT NULL,
            started_by INTEGER NOT NULL,
            error INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            microseconds INTEGER NOT NULL,
            buckets BLOB NOT NULL,
            PRIMARY KEY (span, start, workflow, step, outcome, started_by, error)
        ) STRICT, WITHOUT ROWID;

        -- Each kind of execution has a stretch of its own, in the order of ids.
        DROP INDEX executions_active;
        DROP INDEX executions_failure;
        CREATE INDEX executions_active ON executions (status, workflow, started_by) WHERE status < 4;
        CREATE INDEX executions_listed ON executions (workflow, result, started_by) WHERE result IS NOT NULL;
        """

    /// Times are microseconds since 1970; enums are the numbers in `Codes.swift`.
    private static let initialSchema = """
        -- A row goes when its lease ends or is taken away; AUTOINCREMENT never gives a token twice.
        CREATE TABLE leases (
            token INTEGER PRIMARY KEY AUTOINCREMENT,
            holder TEXT NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        -- current: the version that further executions start on; null when deleted, or never deployed.
        CREATE TABLE workflows (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            current INTEGER,
            enabled INTEGER NOT NULL
        ) STRICT;

        -- source: null for a version that executions name but nobody deployed.
        CREATE TABLE versions (
            key INTEGER PRIMARY KEY,
            workflow INTEGER NOT NULL,
            version TEXT NOT NULL,
            source TEXT,
            deployed_at INTEGER,
            UNIQUE (workflow, version)
        ) STRICT;

        -- executions: the ids of those it started, eight bytes each.
        CREATE TABLE events (
            key INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            executions BLOB NOT NULL,
            data BLOB NOT NULL
        ) STRICT;

        -- owner: the lease's token, when running. runnable_since: when queued. wake_at: when waiting for a time.
        -- signalled: the number of the last signal. pending: how many signals are not consumed yet.
        -- opening: record 0.
        CREATE TABLE executions (
            id INTEGER PRIMARY KEY,
            workflow INTEGER NOT NULL,
            version INTEGER NOT NULL,
            started_by INTEGER NOT NULL,
            event INTEGER NOT NULL,
            status INTEGER NOT NULL,
            owner INTEGER,
            runnable_since INTEGER,
            wake_at INTEGER,
            result INTEGER,
            error_type INTEGER,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            takeovers INTEGER NOT NULL DEFAULT 0,
            signalled INTEGER NOT NULL DEFAULT 0,
            pending INTEGER NOT NULL DEFAULT 0,
            reason TEXT,
            opening BLOB NOT NULL
        ) STRICT;
        CREATE INDEX executions_workflow ON executions (workflow);
        CREATE INDEX executions_active ON executions (status, workflow) WHERE status < 4;
        CREATE INDEX executions_runnable ON executions (runnable_since) WHERE runnable_since IS NOT NULL;
        CREATE INDEX executions_wake ON executions (wake_at) WHERE wake_at IS NOT NULL;
        CREATE INDEX executions_owner ON executions (owner) WHERE owner IS NOT NULL;
        CREATE INDEX executions_failure ON executions (result) WHERE result >= 3;

        -- Records from number 1 on, in the order of their arrival: those of one transaction share pages, and only the
        -- narrow index is written all over. Clustered by execution, each record would dirty a page of its own.
        CREATE TABLE records (
            key INTEGER PRIMARY KEY,
            execution INTEGER NOT NULL,
            number INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX records_number ON records (execution, number);

        -- event, wait: of a signal that an event left. reason: of a cancellation.
        CREATE TABLE signals (
            execution INTEGER NOT NULL,
            number INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            at INTEGER NOT NULL,
            event INTEGER,
            wait TEXT,
            reason TEXT,
            PRIMARY KEY (execution, number)
        ) STRICT, WITHOUT ROWID;

        -- What waits look at: the name of an event and a list of paths into its data.
        CREATE TABLE shapes (
            key INTEGER PRIMARY KEY,
            event TEXT NOT NULL,
            paths TEXT NOT NULL,
            UNIQUE (event, paths)
        ) STRICT;

        -- expected: the values at the shape's paths, as CanonicalValue writes them.
        CREATE TABLE waits (
            key INTEGER PRIMARY KEY,
            execution INTEGER NOT NULL,
            shape INTEGER NOT NULL,
            name TEXT NOT NULL,
            expected BLOB NOT NULL
        ) STRICT;
        CREATE INDEX waits_expected ON waits (shape, expected);
        CREATE INDEX waits_execution ON waits (execution);

        CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            digest BLOB NOT NULL,
            permissions TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;
        """
}
