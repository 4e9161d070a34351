"""One process of the peer: DBOS Transact with its SQLite system database, called in process from several threads.

Runs in the venv. Says what it is in one line of JSON when it is ready, waits for a line on stdin, works, and prints the
count in another line.
"""

import argparse
import json
import sys
import threading
import time
from importlib.metadata import version

import sqlalchemy
from dbos import DBOS, SetWorkflowID


@DBOS.step()
def decide(order_id: str, total: float, accepted: bool) -> dict:
    if accepted:
        return {"result": "allowed", "reason": f"Order {order_id} may go out"}
    return {"result": "blocked", "reason": f"Order {order_id} over {total} needs a person"}


@DBOS.workflow()
def order_decision(event: dict) -> dict:
    order, customer = event["order"], event["customer"]
    if order["total"] > 1000:
        accepted = customer["orders"] >= 5
    else:
        accepted = customer["country"] in ("DE", "FR", "NL", "AT", "PL", "IT")
    return decide(order["id"], order["total"], accepted)


@DBOS.step()
def log_step(number: int, job: str) -> None:
    return None


@DBOS.workflow()
def ten_steps(event: dict) -> None:
    for number in range(10):
        log_step(number, event["job"]["id"])


resumed = {}


@DBOS.workflow()
def wait_for_event(order_id: str) -> dict:
    DBOS.recv("paid", timeout_seconds=60)
    resumed[order_id] = time.perf_counter()
    return decide(order_id, 99.5, True)


def events(work: str) -> list:
    if work == "w2":
        return [{"job": {"id": f"job-{n:08d}"}} for n in range(1000)]
    countries = ["DE", "FR", "NL", "AT", "PL", "IT", "US", "BR", "JP", "IN"]
    return [
        {"order": {"id": f"ord-{n:08d}", "total": (n * 137 % 200000) / 100, "currency": "EUR", "items": n % 9 + 1,
                   "express": n % 2 == 0},
         "customer": {"id": f"cus-{n:06d}", "country": countries[n % 10], "orders": n % 13,
                      "email": f"c{n:06d}@shop.example"},
         "channel": "web-storefront"}
        for n in range(2000)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--work", choices=["w1", "w2", "w3", "latency"], required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--warm-up", type=float, default=1)
    parser.add_argument("--events", type=int, default=100)
    parser.add_argument("--executor", default="bench-0")
    arguments = parser.parse_args()

    DBOS(config={
        "name": "bench", "system_database_url": f"sqlite:///{arguments.database}", "log_level": "ERROR",
        "console_log_level": "ERROR", "executor_id": arguments.executor, "application_version": "bench"})
    DBOS.launch()
    say({"ready": True, "dbos": version("dbos"), **pragmas()})
    sys.stdin.readline()
    say({"latency": latency, "w3": resuming}.get(arguments.work, throughput)(arguments))
    DBOS.destroy()


def say(fact: dict):
    print("BENCH " + json.dumps(fact), flush=True)


def pragmas() -> dict:
    """What holds on a connection of DBOS's own engine."""
    from dbos._dbos import _get_dbos_instance
    with _get_dbos_instance()._sys_db.engine.connect() as connection:
        ask = lambda name: connection.execute(sqlalchemy.text(f"PRAGMA {name}")).scalar()
        return {"journal_mode": ask("journal_mode"), "synchronous": ask("synchronous"),
                "sqlite": connection.execute(sqlalchemy.text("SELECT sqlite_version()")).scalar()}


def throughput(arguments) -> dict:
    run = order_decision if arguments.work == "w1" else ten_steps
    pool = events(arguments.work)
    counts, problems = [0] * arguments.threads, []
    begin = time.perf_counter() + arguments.warm_up
    end = begin + arguments.seconds

    def work(lane: int):
        number = lane
        try:
            while time.perf_counter() < end:
                run(pool[number % len(pool)])
                number += arguments.threads
                if begin <= time.perf_counter() < end:
                    counts[lane] += 1
        except Exception as error:
            problems.append(repr(error))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(arguments.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"workflows": sum(counts), "per_s": sum(counts) / arguments.seconds, "problems": problems[:3]}


def latency(arguments) -> dict:
    times, pool, start = [], events("w1"), time.perf_counter()
    for number in range(arguments.events):
        time.sleep(max(0, start + number / 10 - time.perf_counter()))
        before = time.perf_counter()
        order_decision(pool[number])
        times.append((time.perf_counter() - before) * 1000)
    return {"times_ms": times, "problems": []}


def resuming(arguments) -> dict:
    """At a hundred a second, each half a second after its workflow has begun to wait."""
    sent, handles, rate, waited = {}, [], 100, 0.5
    begin = time.perf_counter() + 1
    due = [(begin + n / rate, "send", n) for n in range(arguments.events)]
    due += [(time_ - waited, "start", n) for time_, _, n in due]
    for time_, what, number in sorted(due):
        time.sleep(max(0, time_ - time.perf_counter()))
        name = f"ord-{number:08d}"
        if what == "start":
            with SetWorkflowID(name):
                handles.append(DBOS.start_workflow(wait_for_event, name))
        else:
            sent[name] = time.perf_counter()
            DBOS.send(name, "paid", "paid")
    for handle in handles:
        handle.get_result()
    return {"times_ms": [(resumed[name] - sent[name]) * 1000 for name in sorted(sent)], "problems": []}


if __name__ == "__main__":
    main()
