"""Starts one Flowmeter on a free loopback port with a fresh data directory, and reads what it says of itself."""

import http.client
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

HOST = "127.0.0.1"
SERIES = re.compile(r"^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"')


class BenchError(Exception):
    """A figure cannot be taken; the text says why and what to do."""


def api_key() -> str:
    """A key as `flowmeter key create` makes it: `fm_`, 27 random letters of base 62, and the CRC-32 of that in 6."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = "fm_" + "".join(secrets.choice(letters) for _ in range(27))
    checksum = zlib.crc32(text.encode())
    return text + "".join(letters[checksum // 62**place % 62] for place in reversed(range(6)))


class Server:
    """A running server; a context manager that ends it by its process id and removes its data."""

    def __init__(self, binary: Path, scratch: Path):
        self.binary = binary
        self.key = api_key()
        self.directory = Path(tempfile.mkdtemp(prefix="server-", dir=scratch))
        self.log = self.directory / "output.log"
        self.port = 0
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def between_runs(self, work):
        """Stops, lets `work` have the journal's file, and starts again."""
        self.stop()
        taken = work(self.directory / "data" / "flowmeter.sqlite")
        self.start()
        return taken

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        """On a free port, with the data that there is."""
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        # Nothing of the caller's configuration may leak in: neither variables nor a flowmeter.yaml.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FLOWMETER_", "MONITORING_"))}
        environment |= {
            "FLOWMETER_LISTEN": f"{HOST}:{self.port}",
            "FLOWMETER_DATA": str(self.directory / "data"),
            "FLOWMETER_ADMIN_KEY": self.key,
            "FLOWMETER_EGRESS_ALLOW": HOST,
        }
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), "serve"], cwd=self.directory, env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(1500):
            if self.process.poll() is not None:
                raise BenchError(f"the server ended at once with status {self.process.returncode}:\n{self.tail()}")
            try:
                if self.request("GET", "/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise BenchError(f"the server was not ready within 30 s:\n{self.tail()}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    # Requests

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def request(self, method, path, body=None, content_type="application/json", timeout=90):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": content_type}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException as error:
            raise OSError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()

    def deploy(self, definition: Path):
        status, body = self.request("POST", "/api/v1/workflows", definition.read_bytes(), "application/yaml")
        if status not in (200, 201):
            raise BenchError(f"{definition.name} was refused with {status}: {body.decode(errors='replace')}")

    def send(self, event: dict, wait: str):
        status, body = self.request("POST", f"/api/v1/events?wait={wait}", json.dumps(event))
        return status, json.loads(body)

    # What it says of itself

    def metrics(self) -> "Metrics":
        status, body = self.request("GET", "/metrics")
        if status != 200:
            raise BenchError(f"/metrics answered {status}")
        return Metrics(body.decode())

    def memory(self) -> dict:
        """Resident bytes: in all, and without file pages and shared memory."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        field = lambda name: int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M).group(1)) * 1024
        return {"rss": field("VmRSS"), "anonymous": field("RssAnon")}

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def database_bytes(self) -> int:
        return sum(file.stat().st_size for file in (self.directory / "data").rglob("*") if file.is_file())


class Metrics:
    """One scrape."""

    def __init__(self, text: str):
        self.samples = []
        for line in text.splitlines():
            match = SERIES.match(line)
            if match and not line.startswith("#"):
                self.samples.append((match[1], dict(LABEL.findall(match[2] or "")), float(match[3])))

    def sum(self, name: str, **labels: str) -> float:
        """The sum over all series of a family that carry these labels."""
        return sum(v for n, l, v in self.samples if n == name and labels.items() <= l.items())

    def by(self, name: str, label: str, **labels: str) -> dict:
        sums = {}
        for n, l, v in self.samples:
            if n == name and labels.items() <= l.items():
                sums[l.get(label, "")] = sums.get(l.get(label, ""), 0) + v
        return sums
