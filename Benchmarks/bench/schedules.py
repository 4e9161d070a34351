"""Ten thousand schedules: how late their occurrences start."""

import json
import sqlite3
import time
from pathlib import Path

from .server import BenchError, Server

NAME = "flowmeter_schedule_lateness_seconds"


def identity(number: int) -> str:
    return f"bench_schedule_{number:05d}"


def definition(number: int, second: int) -> bytes:
    return json.dumps({
        "workflow_id": identity(number), "version": "1",
        "trigger": {"type": "schedule", "cron": f"{second} * * * * *"},
        "steps": [{"id": "done", "type": "decision", "decision": "allow"}],
    }).encode()


def deploy(server: Server, count: int, second):
    """The first through the API; the others are copied into the journal of the server that does not run."""
    status, body = server.request("POST", "/api/v1/workflows", definition(0, second(0)), "application/json")
    if status not in (200, 201):
        raise BenchError(f"a schedule was refused with {status}: {body[:300]!r}")
    server.between_runs(lambda path: fill(path, range(1, count), second))
    status, body = server.request("GET", f"/api/v1/workflows/{identity(count - 1)}/schedule")
    if status != 200:
        raise BenchError(f"the last schedule is not there: {status}: {body[:300]!r}")


def fill(path: Path, numbers: range, second):
    database = sqlite3.connect(path)
    now = int(time.time() * 1e6)
    with database:
        for number in numbers:
            workflow = database.execute("INSERT INTO workflows (id, enabled) VALUES (?, 1)", (identity(number),)).lastrowid
            version = database.execute("INSERT INTO versions (workflow, version, source, deployed_at) VALUES (?, '1', ?, ?)",
                                       (workflow, definition(number, second(number)).decode(), now)).lastrowid
            database.execute("UPDATE workflows SET current = ? WHERE key = ?", (version, workflow))
    database.close()


def lateness(server: Server, minutes: int) -> dict:
    """Occurrences over whole minutes, told by the server's own histogram, and how many of them came in time."""
    before = server.metrics()
    time.sleep(60 * minutes)
    after = server.metrics()
    started = after.sum(f"{NAME}_count") - before.sum(f"{NAME}_count")
    seconds = after.sum(f"{NAME}_sum") - before.sum(f"{NAME}_sum")
    upto = {le: after.sum(f"{NAME}_bucket", le=le) - before.sum(f"{NAME}_bucket", le=le)
            for le in after.by(f"{NAME}_bucket", "le")}
    if not started:
        raise BenchError("no schedule has started anything")
    return {"started": int(started), "mean_ms": seconds / started * 1000, "within_100_ms": upto["0.1"] / started,
            "upto": upto}
