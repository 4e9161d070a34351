"""W3: how soon executions go on that wait for an event, a few of them or among a million."""

import asyncio
import json
import time

from .load import HERE, summary
from .memory import BATCH, start_waiting
from .server import HOST, BenchError, Server

# How long each execution of W3 has waited when its event comes.
WAITED = 0.5


class Exchange:
    """A keep-alive connection of an event loop: one request, one response."""

    def __init__(self, server: Server):
        self.server = server

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection(HOST, self.server.port)
        return self

    async def __aexit__(self, *_):
        self.writer.close()

    async def send(self, event: dict, wait: str = "") -> dict:
        body = json.dumps(event).encode()
        head = (f"POST /api/v1/events{wait} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self.server.key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in answer.split(b"\r\n")
                      if line.lower().startswith(b"content-length:"))
        body = await self.reader.readexactly(length)
        if answer.split(b" ", 2)[1] not in (b"200", b"202"):
            raise BenchError(f"an event was answered with {answer[:60]!r}: {body[:300]!r}")
        return json.loads(body)


def order(name: str, number: str) -> dict:
    return {"event": name, "id": f"{name}/{number}", "data": {"order": {"id": number, "total": 99.5}}}


async def paced(server: Server, start, numbers: list, rate: float) -> list:
    """Milliseconds from sending the event that an execution waits for until its end has been received.

    Who asks for the end has asked before, on a connection of its own: `start` gives its request.
    """
    times, wrong = [], []
    lanes = asyncio.Queue()
    connections = [Exchange(server) for _ in range(int(rate * (WAITED + 0.5)) + 10)]
    for connection in connections:
        await connection.__aenter__()
        lanes.put_nowait(connection)

    async def one(number: str, due: float):
        await asyncio.sleep(max(0, due - WAITED - time.perf_counter()))
        asking, paying = await lanes.get(), await lanes.get()
        ended = asyncio.ensure_future(start(asking, number))
        await asyncio.sleep(max(0, due - time.perf_counter()))
        before = time.perf_counter()
        paid = asyncio.ensure_future(paying.send(order("bench.paid", number)))
        receipt = await ended
        times.append((time.perf_counter() - before) * 1000)
        await paid
        if [e["result"] for e in receipt["executions"]] != ["allowed"]:
            wrong.append(json.dumps(receipt)[:300])
        lanes.put_nowait(asking)
        lanes.put_nowait(paying)

    begin = time.perf_counter() + WAITED + 0.1
    await asyncio.gather(*(one(number, begin + index / rate) for index, number in enumerate(numbers)))
    for connection in connections:
        await connection.__aexit__()
    if wrong:
        raise BenchError(f"{len(wrong)} executions did not end as they should: {wrong[0]}")
    return times


def resume(server: Server, seconds: int, rate: int) -> dict:
    """W3 at a rate; a first second is left out."""
    server.deploy(HERE / "w3-wait.yaml")
    start = lambda connection, number: connection.send(order("bench.started", number), "?wait=30s")
    count = (seconds + 1) * rate
    # Ids of their own in each round: an event that has been sent before starts nothing.
    times = asyncio.run(paced(server, start, [f"w3-{time.time_ns()}-{n}" for n in range(count)], rate))
    return {"events": count - rate, "rate": rate, **summary(times[rate:])}


def among(server: Server, count: int, events: int = 300, rate: int = 10) -> dict:
    """Executions that wait, the server started again with them, and events for some of them."""
    server.deploy(HERE / "waiting.yaml")
    begin = time.perf_counter()
    start_waiting(server, 0, count, lambda n: order("bench.wait", f"ord-{n:08d}"))
    filled = time.perf_counter() - begin
    server.stop()
    begin = time.perf_counter()
    server.start()
    ready = time.perf_counter() - begin
    time.sleep(5)
    memory = server.memory()
    # The same event again starts nothing; its answer waits for the end of what it started first.
    ask = lambda connection, number: connection.send(order("bench.wait", number), "?wait=30s")
    step = count // (events + 1)
    numbers = [f"ord-{(n + 1) * step:08d}" for n in range(events)]
    times = asyncio.run(paced(server, ask, numbers, rate))
    return {"executions": count, "filled_s": filled, "batch": BATCH, "ready_s": ready, **memory,
            "database_bytes": server.database_bytes(), **summary(times)}
