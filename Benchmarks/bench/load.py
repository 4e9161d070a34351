"""W1 and W2 under load (wrk), and W1 at ten events a second (a socket of our own)."""

import json
import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

from .server import HOST, BenchError, Server

HERE = Path(__file__).resolve().parent.parent
W1, W2 = "bench_order_decision", "bench_ten_steps"

# work: workflow, path label, connections, executions per request
LOADS = {
    "w1": (W1, "/api/v1/events", 64, 1),
    "batch": (W1, "/api/v1/events/batch", 8, 100),
    "w2": (W2, "/api/v1/events", 256, 1),
}


def order(number: int, total: float, orders: int, country: str) -> dict:
    return {
        "event": "bench.order",
        "data": {
            "order": {"id": f"ord-{number:08d}", "total": total, "currency": "EUR", "items": 3, "express": False},
            "customer": {"id": "cus-000042", "country": country, "orders": orders, "email": "c000042@shop.example"},
            "channel": "web-storefront",
        },
    }


def check_answers(server: Server):
    """The work is done, and done right, before anybody measures how fast."""
    cases = [
        (1200.5, 7, "US", "allowed", ["high_value", "known_customer", "accept"]),
        (1200.5, 2, "DE", "blocked", ["high_value", "known_customer", "refuse"]),
        (80.0, 0, "DE", "allowed", ["high_value", "served_country", "accept"]),
        (80.0, 9, "US", "blocked", ["high_value", "served_country", "refuse"]),
    ]
    for number, (total, orders, country, expected, path) in enumerate(cases):
        status, receipt = server.send(order(number, total, orders, country), "5s")
        check(status, receipt, expected, path)
    status, receipt = server.send({"event": "bench.steps", "data": {"job": {"id": "job-0"}}}, "30s")
    check(status, receipt, "executed", [f"step_{n:02d}" for n in range(1, 11)])


def check(status: int, receipt: dict, result: str, path: list):
    executions = receipt.get("executions") or [{}]
    found = (status, len(executions), executions[0].get("result"), executions[0].get("status"))
    steps = [step.get("step") for step in executions[0].get("steps") or []]
    if found != (200, 1, result, "ended") or steps != path:
        raise BenchError(f"expected {result} by way of {path}, got {found} by way of {steps}: {json.dumps(receipt)}")


# Throughput

def wrk(server: Server, work: str, seconds: float, checking: bool) -> dict:
    executable = shutil.which("wrk")
    if not executable:
        raise BenchError("wrk is missing: apt-get install wrk (or make deps)")
    connections = LOADS[work][2]
    environment = {k: v for k, v in os.environ.items() if k != "BENCH_CHECK"}
    environment |= {"BENCH_KEY": server.key, "BENCH_WORK": work}
    if checking:
        environment["BENCH_CHECK"] = "1"
    # One thread: on two cores, a second one would only compete with the server.
    command = [executable, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "35s",
               "-s", str(HERE / "wrk" / "events.lua"), server.url]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        output, _ = process.communicate(timeout=seconds + 60)
    except BaseException:
        process.kill()
        process.wait()
        raise
    line = next((l for l in output.splitlines() if l.startswith("BENCH ")), None)
    if not line:
        raise BenchError(f"wrk said nothing that can be read:\n{output}")
    return json.loads(line.removeprefix("BENCH "))


def round_of(server: Server, work: str, seconds: float, warm_up: float) -> dict:
    """One round: warms up looking at every status, then measures; counts at both ends and compares."""
    workflow, path, connections, factor = LOADS[work]
    warm = wrk(server, work, warm_up, checking=True)
    settle(server, workflow)
    before, cpu = server.metrics(), server.cpu_seconds()
    run = wrk(server, work, seconds, checking=False)
    cpu = server.cpu_seconds() - cpu
    after = server.metrics()
    ended = delta(before, after, "workflow_executions_total", workflow_id=workflow)
    settle(server, workflow)
    settled = server.metrics()

    statuses = {s: int(n - before.by("http_requests_total", "status", path=path).get(s, 0))
                for s, n in settled.by("http_requests_total", "status", path=path).items()}
    # wrk drops what is in flight when it stops; the server may count that as cut off. Anything else is a fault.
    others = {s: n for s, n in statuses.items() if s != "200" and n}
    accepted_only = sum(n for s, n in others.items() if s.startswith("2"))
    faults = []
    if warm["other"] or run["bad_status"] or accepted_only or sum(others.values()) > connections:
        faults.append(f"responses other than 200: {warm['other']} while warming up; after that wrk saw "
                      f"{run['bad_status']} errors and the server counted {others}")
    if run["socket_errors"] or run["timeouts"]:
        faults.append(f"{run['socket_errors']} socket errors, {run['timeouts']} timeouts")
    if abs(statuses.get("200", 0) - run["requests"]) > connections:
        faults.append(f"the server counted {statuses.get('200', 0)} responses with 200, wrk {run['requests']} in all")
    # When wrk stops it drops what is in flight; the server may have ended up to one request per connection more.
    surplus = ended - run["requests"] * factor
    if not -connections * factor <= surplus <= connections * factor:
        faults.append(f"the server ended {ended:.0f} executions, wrk saw {run['requests'] * factor}")
    failed = delta(before, settled, "workflow_executions_total", workflow_id=workflow, status="failed")
    if failed:
        faults.append(f"{failed:.0f} executions failed")
    return {
        "executions_per_s": ended / run["seconds"],
        "responses_per_s": run["requests"] / run["seconds"],
        "executions_at_server": int(ended),
        "executions_at_client": run["requests"] * factor,
        "request_p50_ms": run["p50_ms"], "request_p99_ms": run["p99_ms"],
        "server_cpu_us_per_execution": cpu / ended * 1e6 if ended else None,
        "server_cores_used": cpu / run["seconds"],
        "database_bytes": server.database_bytes(),
        "faults": faults,
    }


def delta(before, after, name: str, **labels: str) -> float:
    return after.sum(name, **labels) - before.sum(name, **labels)


def settle(server: Server, workflow: str):
    """Waits until nothing is in flight: the count of ended executions stands still and none is active."""
    last = -1.0
    for _ in range(100):
        metrics = server.metrics()
        ended = metrics.sum("workflow_executions_total", workflow_id=workflow)
        if ended == last and metrics.sum("active_workflow_executions", workflow_id=workflow) <= 0:
            return
        last = ended
        time.sleep(0.2)
    raise BenchError(f"executions of {workflow} were still active 20 s after the load had ended")


# Latency

class Line:
    """A keep-alive connection that does nothing but send bytes and read one response."""

    def __init__(self, server: Server):
        self.key = server.key
        self.socket = socket.create_connection((HOST, server.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def close(self):
        self.socket.close()

    def message(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = (f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self.key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        return head.encode() + body

    def exchange(self, message: bytes) -> tuple:
        """Seconds from the first byte sent to the last byte received, the status, and the body."""
        start = time.perf_counter()
        self.socket.sendall(message)
        head = self._until(b"\r\n\r\n").decode("latin-1").lower()
        fields = dict(line.split(":", 1) for line in head.split("\r\n")[1:] if ":" in line)
        if "chunked" in fields.get("transfer-encoding", ""):
            body = b""
            while size := int(self._until(b"\r\n").split(b";")[0], 16):
                body += self._take(size)
                self._take(2)
            while self._until(b"\r\n"):
                pass
        else:
            body = self._take(int(fields.get("content-length", "0")))
        return time.perf_counter() - start, int(head.split(" ", 2)[1]), body

    def _until(self, mark: bytes) -> bytes:
        while (end := self.rest.find(mark)) < 0:
            self.rest += self._receive()
        found, self.rest = self.rest[:end], self.rest[end + len(mark):]
        return found

    def _take(self, count: int) -> bytes:
        while len(self.rest) < count:
            self.rest += self._receive()
        found, self.rest = self.rest[:count], self.rest[count:]
        return found

    def _receive(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise BenchError("the server closed a keep-alive connection")
        return data


def latency(server: Server, events: int = 300, rate: float = 10) -> dict:
    """One event every tenth of a second over one connection; before that, /health in the same way as the floor."""
    line = Line(server)
    try:
        floor, _ = paced(line, [line.message("GET", "/health")] * max(20, events // 6), rate)
        chance = random.Random(20240607)
        messages = []
        for number in range(events):
            event = order(number, round(chance.uniform(1, 2000), 2), chance.randint(0, 12),
                          chance.choice(["DE", "FR", "US", "JP"]))
            messages.append(line.message("POST", "/api/v1/events?wait=5s", json.dumps(event).encode()))
        times, bodies = paced(line, messages, rate)
    finally:
        line.close()
    undecided = sum(json.loads(body)["executions"][0]["result"] not in ("allowed", "blocked") for body in bodies)
    faults = [f"{undecided} answers without a decision"] if undecided else []
    return {"events": events, "rate": rate, **summary(times), "floor": summary(floor), "faults": faults}


def paced(line: Line, messages: list, rate: float) -> tuple:
    times, bodies = [], []
    start = time.perf_counter()
    for number, message in enumerate(messages):
        time.sleep(max(0, start + number / rate - time.perf_counter()))
        seconds, status, body = line.exchange(message)
        if status != 200:
            raise BenchError(f"a paced request was answered with {status}: {body.decode(errors='replace')}")
        times.append(seconds * 1000)
        bodies.append(body)
    return times, bodies


def summary(times: list) -> dict:
    """Median and the nearest-rank 99th percentile, in the unit of the times."""
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
    return {"p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": ordered[-1]}
