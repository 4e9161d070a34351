"""The peer: DBOS Transact on SQLite, at the best of a few arrangements, in its own processes."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from .load import summary
from .server import BenchError

WORKER = Path(__file__).resolve().parent / "dbos_worker.py"


@dataclass(frozen=True)
class Arrangement:
    """How the peer is run. `journal`: as DBOS makes the file, or made as WAL before DBOS opens it."""

    journal: str
    processes: int
    threads: int

    def __str__(self):
        journal = "as shipped" if self.journal == "shipped" else "file preset to WAL"
        return f"{journal}, {self.processes} process(es) of {self.threads} thread(s)"


ARRANGEMENTS = [Arrangement(j, p, t) for j in ("shipped", "wal") for p, t in ((1, 1), (1, 4), (1, 16), (2, 4))]


class Peer:
    def __init__(self, venv: Path, scratch: Path):
        self.scratch = scratch
        self.python = venv / "bin" / "python"
        if not self.python.exists():
            step([sys.executable, "-m", "venv", str(venv)], "no venv could be made: apt-get install python3-venv")
        if subprocess.run([self.python, "-c", "import dbos"], capture_output=True).returncode:
            step([self.python, "-m", "pip", "install", "--quiet", "dbos"], "dbos could not be installed from PyPI")
        self.facts = {}
        self.best = {}

    def choose(self, work: str, seconds: float) -> dict:
        """Tries all arrangements shortly and keeps the fastest for each way of journalling."""
        trials = {str(a): self.run(work, a, seconds)["per_s"] for a in ARRANGEMENTS}
        for journal in ("shipped", "wal"):
            self.best[work, journal] = max(
                (a for a in ARRANGEMENTS if a.journal == journal), key=lambda a: trials[str(a)])
        return trials

    def round(self, work: str, seconds: float) -> dict:
        return {j: self.run(work, self.best[work, j], seconds)["per_s"] for j in ("shipped", "wal")}

    def latency(self, events: int) -> dict:
        """The better of both ways of journalling, one caller, ten calls a second."""
        runs = {}
        for journal in ("shipped", "wal"):
            times = self.run("latency", Arrangement(journal, 1, 1), events / 10, events)["times_ms"]
            runs[journal] = summary(times)
        return min(runs.values(), key=lambda r: r["p50_ms"])

    def resume(self, seconds: int, rate: int) -> dict:
        """The better of both ways of journalling, one process; a first second is left out."""
        runs = []
        for journal in ("shipped", "wal"):
            times = self.run("w3", Arrangement(journal, 1, 1), seconds, (seconds + 1) * rate)["times_ms"]
            runs.append({"events": len(times) - rate, "journal": journal, **summary(times[rate:])})
        return min(runs, key=lambda r: r["p50_ms"])

    def run(self, work: str, arrangement: Arrangement, seconds: float, events: int = 0) -> dict:
        """A fresh database each time, so that no earlier run weighs on this one."""
        directory = Path(tempfile.mkdtemp(prefix="peer-", dir=self.scratch))
        workers = []
        # A worker that hangs is ended, and whoever listens to it hears its end.
        watchdog = threading.Timer(seconds + 120, lambda: [worker.kill() for worker, _ in workers])
        watchdog.start()
        try:
            database = directory / "dbos.sqlite"
            if arrangement.journal == "wal":
                connection = sqlite3.connect(database)
                connection.execute("PRAGMA journal_mode=WAL")
                connection.close()
            # One after the other: the first makes the tables.
            for number in range(arrangement.processes):
                log = open(directory / f"worker-{number}.log", "w+b")
                command = [self.python, WORKER, "--database", database, "--work", work, "--executor", f"bench-{number}",
                           "--threads", str(arrangement.threads), "--seconds", str(seconds), "--events", str(events)]
                workers.append((subprocess.Popen(
                    command, cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True), log))
                self.note(arrangement, listen(*workers[-1]))
            for worker, _ in workers:
                worker.stdin.write("go\n")
                worker.stdin.flush()
            results = [listen(*worker) for worker in workers]
            problems = [p for r in results for p in r["problems"]]
            if problems:
                raise BenchError(f"DBOS ({arrangement}): {problems[0]}")
            if work in ("latency", "w3"):
                return results[0]
            return {"per_s": sum(r["per_s"] for r in results)}
        finally:
            watchdog.cancel()
            for worker, log in workers:
                finish(worker)
                log.close()
            shutil.rmtree(directory, ignore_errors=True)

    def note(self, arrangement: Arrangement, fact: dict):
        if fact["synchronous"] < 2:
            raise BenchError(f"DBOS runs with synchronous={fact['synchronous']}: not the same durability")
        self.facts["dbos"], self.facts["sqlite"] = fact["dbos"], fact["sqlite"]
        self.facts[arrangement.journal] = f"journal_mode={fact['journal_mode']}, synchronous={fact['synchronous']}"


def step(command: list, remedy: str):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise BenchError(f"{remedy}\n{done.stderr[-800:]}")


def listen(worker, log) -> dict:
    for line in worker.stdout:
        if line.startswith("BENCH "):
            return json.loads(line.removeprefix("BENCH "))
    log.seek(0)
    raise BenchError(f"a worker of DBOS ended early: {log.read().decode(errors='replace')[-1500:]}")


def finish(worker):
    if worker.stdin:
        worker.stdin.close()
    try:
        worker.wait(5)
    except subprocess.TimeoutExpired:
        worker.terminate()
        try:
            worker.wait(5)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
