"""Ten thousand schedules: how late their occurrences start."""

import json
import threading
import time

from .load import Line
from .server import BenchError, Server

NAME = "flowmeter_schedule_lateness_seconds"


def definition(number: int, second: int) -> bytes:
    return json.dumps({
        "workflow_id": f"bench_schedule_{number:05d}", "version": "1",
        "trigger": {"type": "schedule", "cron": f"{second} * * * * *"},
        "steps": [{"id": "done", "type": "decision", "decision": "allow"}],
    }).encode()


def deploy(server: Server, count: int, second) -> float:
    """Seconds that it took, over four connections."""
    problems, begin = [], time.perf_counter()

    def lane(first: int):
        line = Line(server)
        try:
            for number in range(first, count, 4):
                _, status, body = line.exchange(
                    line.message("POST", "/api/v1/workflows", definition(number, second(number))))
                if status not in (200, 201):
                    raise BenchError(f"a schedule was refused with {status}: {body[:300]!r}")
        except Exception as error:
            problems.append(error)
        finally:
            line.close()

    threads = [threading.Thread(target=lane, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise BenchError(f"not all schedules were deployed: {problems[0]}")
    return time.perf_counter() - begin


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
