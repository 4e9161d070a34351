"""Resident memory: after start, per waiting execution, and over a load that goes on."""

import json
import threading
import time

from .load import HERE, Line, delta, order, settle, W1
from .server import BenchError, Server

BATCH = 500


def after_start(server: Server) -> dict:
    """A server that has just started, with no workflow, left alone for five seconds."""
    time.sleep(5)
    return server.memory()


def per_waiting(server: Server, count: int) -> dict:
    """Growth by executions that wait, after a first lot has paid for all that is allocated once."""
    server.deploy(HERE / "waiting.yaml")
    start_waiting(server, 0, max(BATCH, count // 10))
    before = quiet_memory(server)
    start_waiting(server, count, count)
    after = quiet_memory(server)
    return {"executions": count, "before": before, "after": after,
            "bytes_each": (after["rss"] - before["rss"]) / count,
            "anonymous_bytes_each": (after["anonymous"] - before["anonymous"]) / count}


def quiet_memory(server: Server) -> dict:
    time.sleep(5)
    return server.memory()


def waiting_order(number: int) -> dict:
    return {"event": "bench.wait", "data": {"order": {"id": f"ord-{number:08d}", "total": 99.5}}}


def start_waiting(server: Server, first: int, count: int, event=waiting_order):
    started = server.metrics().sum("workflow_executions_started_total", workflow_id="bench_waiting")
    line = Line(server)
    try:
        for offset in range(0, count, BATCH):
            numbers = range(first + offset, first + min(offset + BATCH, count))
            body = json.dumps({"events": [event(n) for n in numbers]}).encode()
            _, status, answer = line.exchange(line.message("POST", "/api/v1/events/batch", body))
            if status not in (200, 202):
                raise BenchError(f"a batch was answered with {status}: {answer[:500].decode(errors='replace')}")
    finally:
        line.close()
    now = server.metrics().sum("workflow_executions_started_total", workflow_id="bench_waiting")
    if now - started != count:
        raise BenchError(f"{count} executions were to wait, {now - started:.0f} have started")


def soak(server: Server, seconds: int, rate: int, every: float = 5) -> dict:
    """W1 at a bounded rate over four connections; the memory every five seconds, and how it leans."""
    server.deploy(HERE / "w1-order-decision.yaml")
    before = server.metrics()
    stop, problems, sent = threading.Event(), [], [0] * 4
    start = time.monotonic()
    threads = [threading.Thread(target=drive, args=(server, n, rate / 4, start + seconds, stop, problems, sent))
               for n in range(4)]
    for thread in threads:
        thread.start()
    samples = []
    try:
        while (elapsed := time.monotonic() - start) < seconds and not problems:
            samples.append({"at_s": round(elapsed, 1), **server.memory()})
            stop.wait(min(every, max(0.05, start + seconds - time.monotonic())))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    samples.append({"at_s": round(time.monotonic() - start, 1), **server.memory()})
    if problems:
        raise BenchError(f"the load of the long run stopped: {problems[0]}")
    settle(server, W1)
    ended = delta(before, server.metrics(), "workflow_executions_total", workflow_id=W1)
    # The first quarter fills caches and pools.
    settled = [s for s in samples if s["at_s"] >= seconds / 4]
    return {"seconds": seconds, "rate_asked": rate, "executions_per_s": ended / seconds, "samples": samples,
            "rss_slope_bytes_per_min": slope(settled, "rss") * 60,
            "anonymous_slope_bytes_per_min": slope(settled, "anonymous") * 60,
            "faults": [] if ended == sum(sent) else [f"{sum(sent)} events were answered, {ended:.0f} executions ended"]}


def drive(server: Server, lane: int, rate: float, until: float, stop, problems: list, sent: list):
    try:
        line = Line(server)
        try:
            bodies = [json.dumps(order(n, 10.5 * n % 2000, n % 12, "DE")).encode() for n in range(250)]
            messages = [line.message("POST", "/api/v1/events?wait=5s", body) for body in bodies]
            start = time.monotonic()
            while not stop.is_set() and time.monotonic() < until:
                # Late ones are not made up for: the rate is a bound.
                _, status, body = line.exchange(messages[sent[lane] % len(messages)])
                if status != 200:
                    raise BenchError(f"{status}: {body[:300].decode(errors='replace')}")
                sent[lane] += 1
                due = start + sent[lane] / rate
                if due > time.monotonic():
                    time.sleep(max(0, due - time.monotonic()))
                else:
                    start = time.monotonic() - sent[lane] / rate
        finally:
            line.close()
    except Exception as error:  # told to the main thread, which raises it
        problems.append(error)


def slope(samples: list, key: str) -> float:
    """Least squares, in units per second."""
    if len(samples) < 3:
        return 0.0
    xs, ys = [s["at_s"] for s in samples], [s[key] for s in samples]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)
