"""The bare limit of this disk: what SQLite and fdatasync do with nobody above them."""

import os
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from .load import summary

ROWS, ROW_BYTES = 100, 200


def sqlite_rows(scratch: Path, seconds: float) -> dict:
    """Rows a second: WAL, synchronous=FULL, a hundred rows of two hundred bytes in each commit, one writer."""
    directory = Path(tempfile.mkdtemp(prefix="limit-", dir=scratch))
    connection = sqlite3.connect(directory / "limit.db", isolation_level=None)
    try:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous=FULL")
        full = connection.execute("PRAGMA synchronous").fetchone()[0]
        assert (mode, full) == ("wal", 2), (mode, full)
        connection.execute("CREATE TABLE record(id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        payloads = [os.urandom(ROW_BYTES) for _ in range(1000)]
        commits, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds:
            rows = [(payloads[(commits * 7 + n) % 1000],) for n in range(ROWS)]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO record(body) VALUES (?)", rows)
            connection.execute("COMMIT")
            commits += 1
        return {"rows_per_s": commits * ROWS / elapsed, "commits_per_s": commits / elapsed}
    finally:
        connection.close()
        shutil.rmtree(directory, ignore_errors=True)


def fdatasync(scratch: Path, count: int = 300) -> dict:
    """4 KiB written into a file that has its blocks, then fdatasync: the time of the second alone."""
    handle, name = tempfile.mkstemp(prefix="sync-", dir=scratch)
    try:
        blocks = 64
        os.write(handle, os.urandom(4096 * blocks))
        os.fsync(handle)
        times = []
        for number in range(count):
            os.pwrite(handle, os.urandom(4096), 4096 * (number % blocks))
            start = time.perf_counter()
            os.fdatasync(handle)
            times.append((time.perf_counter() - start) * 1000)
        return summary(times)
    finally:
        os.close(handle)
        os.unlink(name)
