"""Lists and analytics over millions of executions that have ended: a generator, and how long each endpoint takes."""

import sqlite3
import time
from collections import Counter
from pathlib import Path
from statistics import quantiles

from .load import HERE, Line, order
from .server import BenchError, Server

WORKFLOWS = 10
DAYS = 30
HOUR = 3_600_000_000
EPOCH_MS = 1_735_689_600_000
RESULTS = {"allowed": 0, "blocked": 1, "executed": 2, "failed": 3, "cancelled": 4, "timeout": 5}
# How many microseconds an execution takes, by its number.
DURATIONS = [230, 480, 900, 2_100, 7_300, 41_000]
STEPS = ["high_value", "known_customer", "accept"]


def fill(path: Path, count: int) -> dict:
    """Puts `count` executions that have ended into the journal of a server that does not run, beside those it has.

    They are copies of one that the server itself has made, with other ids, times and ends. The newest started just now.
    """
    start = time.monotonic()
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;"
                           "PRAGMA temp_store = FILE;")
    database.create_function("id_bytes", 1, lambda id: id.to_bytes(8, "big"), deterministic=True)
    sample = database.execute("SELECT e.version, e.opening, ev.name, ev.data FROM executions e JOIN events ev "
                              "ON ev.key = e.event WHERE e.status = 4 ORDER BY e.id LIMIT 1").fetchone()
    if not sample:
        raise BenchError("there is no execution to copy")
    keys = [row[0] for row in database.execute("SELECT w.key FROM workflows w WHERE w.id LIKE 'bench_lists_%' ORDER BY id")]
    if len(keys) != WORKFLOWS:
        raise BenchError(f"{WORKFLOWS} workflows were to be deployed, {len(keys)} are")
    database.execute("CREATE TEMP TABLE flows (number INTEGER PRIMARY KEY, workflow INTEGER, version INTEGER)")
    database.execute("INSERT INTO flows SELECT row_number() OVER (ORDER BY w.id) - 1, w.key, v.key FROM workflows w "
                     "JOIN versions v ON v.key = w.current WHERE w.id LIKE 'bench_lists_%'")
    indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
                               "AND tbl_name IN ('executions', 'events')").fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    first_key = (database.execute("SELECT max(key) FROM events").fetchone()[0] or 0) + 1
    end = int(time.time() * 1e6)
    step = DAYS * 24 * HOUR // count
    first = end - step * count
    database.execute("BEGIN")
    database.execute("CREATE TEMP TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
                     "WHERE i + 1 < ?) SELECT i FROM n", (min(count, 1_000_000),))
    for offset in range(0, count, 1_000_000):
        here = {"offset": offset, "count": count, "first": first, "step": step, "epoch": EPOCH_MS, "key": first_key,
                "name": sample[2], "data": sample[3], "opening": sample[1]}
        at = "(:first + (i + :offset) * :step)"
        identity = f"((({at} / 1000 - :epoch) << 22) | (1 << 12))"
        database.execute(
            "INSERT INTO events (key, received_at, id, name, executions, data) "
            f"SELECT :key + i + :offset, {at}, 'evt_' || printf('%013x', {identity}), :name, id_bytes({identity}), :data "
            "FROM numbers WHERE i + :offset < :count", {k: v for k, v in here.items() if k != "opening"})
        durations = " ".join(f"WHEN {n} THEN {d}" for n, d in enumerate(DURATIONS))
        database.execute(
            "INSERT INTO executions (id, workflow, version, started_by, event, status, result, error_type, started_at, "
            f"ended_at, reason, opening) SELECT {identity}, f.workflow, f.version, "
            f"CASE WHEN (i + :offset) % 100000 = 7 THEN 2 ELSE 0 END, :key + i + :offset, 4, {result_sql()}, "
            f"CASE WHEN (i + :offset) % 1000 < 5 THEN 1 WHEN (i + :offset) % 1000 = 5 THEN 3 END, {at}, "
            f"{at} + CASE (i + :offset) % {len(DURATIONS)} {durations} END, "
            "CASE WHEN (i + :offset) % 1000 < 5 THEN 'the shop answered 503' END, :opening "
            f"FROM numbers JOIN flows f ON f.number = (i + :offset) % {WORKFLOWS} WHERE i + :offset < :count",
            {k: v for k, v in here.items() if k not in ("name", "data")})
    database.execute("COMMIT")
    for _, sql in indexes:
        database.execute(sql)
    tally(database, end)
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    return {"executions": count, "seconds": time.monotonic() - start, "bytes": path.stat().st_size}


def result_sql() -> str:
    """Failures are 7 in a thousand; `executed` comes once in a million."""
    n = "(i + :offset)"
    return (f"CASE WHEN {n} % 1000 < 5 THEN 3 WHEN {n} % 1000 = 5 THEN 5 WHEN {n} % 1000 = 6 THEN 4 "
            f"WHEN {n} % 1000000 = 777777 THEN 2 WHEN {n} % 5 = 0 THEN 1 ELSE 0 END")


def bucket(value: int) -> int:
    if value < 8:
        return value
    power = value.bit_length() - 1
    return (power - 2) * 8 + (value >> (power - 3) & 7)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def tally(database: sqlite3.Connection, end: int):
    """The tallies that the executions would have left: of each, and of its three steps."""
    database.execute("DELETE FROM tallies")
    sums = {}
    rows = database.execute(
        f"SELECT ended_at / {HOUR}, workflow, result, started_by, ifnull(error_type, -1), ended_at - started_at, count(*), "
        "max(ended_at) FROM executions WHERE status = 4 GROUP BY 1, 2, 3, 4, 5, 6")
    for hour, workflow, result, trigger, error, took, count, last in rows:
        for span, start in ((0, hour), (1, hour // 24)):
            keys = [("", result, trigger, error)] + [(step, 0, -1, -1) for step in STEPS]
            for step, outcome, by, kind in keys:
                entry = sums.setdefault((span, start, workflow, step, outcome, by, kind), [0, 0, Counter()])
                duration = took if step == "" else took // 3
                entry[0] = max(entry[0], last)
                entry[1] += duration * count
                entry[2][bucket(duration)] += count
    database.execute("BEGIN")
    for key, (last, micros, buckets) in sums.items():
        encoded, before = bytearray(), 0
        for number, count in sorted(buckets.items()):
            encoded += varint(number - before) + varint(count)
            before = number
        database.execute("INSERT INTO tallies (span, start, workflow, step, outcome, started_by, error, last_at, microseconds,"
                         " buckets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*key, last, micros, bytes(encoded)))
    database.execute("COMMIT")


def prepare(server: Server):
    """Ten workflows, and an execution to copy."""
    text = (HERE / "w1-order-decision.yaml").read_text()
    for number in range(WORKFLOWS):
        own = text.replace("bench_order_decision", f"bench_lists_{number}").replace("bench.order", f"bench.list{number}")
        status, body = server.request("POST", "/api/v1/workflows", own.encode(), "application/yaml")
        if status not in (200, 201):
            raise BenchError(f"a workflow was refused with {status}: {body.decode(errors='replace')}")
    event = order(1, 1200.5, 7, "DE") | {"event": "bench.list0"}
    if server.send(event, "5s")[0] != 200:
        raise BenchError("the execution to copy did not end")


def requests() -> dict:
    """By what is asked for, the path of a request."""
    now = time.time()
    at = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - days * 86_400))
    lists, analytics = "/api/v1/executions?limit=50", "/api/v1/analytics"
    month = f"from={at(29)}&before={at(0)}"
    return {
        "newest": lists, "one workflow": f"{lists}&workflow_id=bench_lists_3",
        "ended": f"{lists}&status=ended", "paused (none)": f"{lists}&status=paused",
        "failed": f"{lists}&result=failed", "failed or timeout": f"{lists}&result=failed&result=timeout",
        "rare result": f"{lists}&result=executed",
        "one workflow, failed": f"{lists}&workflow_id=bench_lists_3&result=failed",
        "one workflow, rare result": f"{lists}&workflow_id=bench_lists_8&result=executed",
        "one hour, long ago": f"{lists}&started_from={at(20)}&started_before={at(20 - 1 / 24)}",
        "one hour, one workflow, failed": f"{lists}&started_from={at(9)}&started_before={at(9 - 1 / 24)}"
                                          "&workflow_id=bench_lists_4&result=failed",
        "dashboard": f"{analytics}/dashboard", "dashboard, a month": f"{analytics}/dashboard?{month}",
        "stats": f"{analytics}/stats", "stats, a month": f"{analytics}/stats?{month}",
        "trends by hour, a month": f"{analytics}/trends?{month}", "trends by day, a month": f"{analytics}/trends?{month}&interval=day",
        "workflows, a month": f"{analytics}/workflows?{month}", "errors, a month": f"{analytics}/errors?{month}",
        "steps, a month": f"{analytics}/steps?{month}",
    }


def measure(server: Server, rounds: int) -> dict:
    """Milliseconds at the client, the first request of each kind left out and told apart."""
    times = {}
    line = Line(server)
    try:
        for name, path in requests().items():
            taken = []
            for _ in range(rounds + 1):
                start = time.perf_counter()
                _, status, body = line.exchange(line.message("GET", path, b""))
                taken.append((time.perf_counter() - start) * 1e3)
                if status != 200:
                    raise BenchError(f"{path} was answered with {status}: {body[:300].decode(errors='replace')}")
            cuts = quantiles(taken[1:], n=100)
            times[name] = {"first_ms": taken[0], "p50_ms": cuts[49], "p99_ms": cuts[98]}
    finally:
        line.close()
    return times
