"""The figures as one table, for people and for machines."""

import json
import os
import platform
import sqlite3
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

MB, KB = 1_000_000, 1_000


class Figure:
    """One line of the table. `goal` is a limit and whether the value must be above or below it."""

    def __init__(self, key, work, unit, values, way, peer=None, goal=None, faults=()):
        self.key, self.work, self.unit, self.way = key, work, unit, way
        self.values = [v for v in values if v is not None]
        self.peer = [v for v in peer or [] if v is not None]
        self.goal, self.faults = goal, list(faults)

    @property
    def median(self):
        return median(self.values)

    @property
    def ratio(self):
        """How many times better than the peer: more for rates, less for times."""
        if not self.peer or not self.median:
            return None
        peer = median(self.peer)
        return peer / self.median if self.unit == "ms" else self.median / peer

    @property
    def met(self):
        if not self.goal:
            return None
        direction, limit = self.goal
        return not self.faults and (self.median >= limit if direction == "at least" else self.median < limit)

    def as_json(self) -> dict:
        return {
            "key": self.key, "work": self.work, "unit": self.unit, "median": self.median, "min": min(self.values),
            "max": max(self.values), "values": self.values, "peer_median": median(self.peer) if self.peer else None,
            "peer_values": self.peer, "ratio": self.ratio, "goal": self.goal and " ".join(map(str, self.goal)),
            "met": self.met, "faults": self.faults, "way": self.way}

    def row(self) -> list:
        spread = f"{number(min(self.values))} – {number(max(self.values))}" if len(self.values) > 1 else ""
        goal = f"{self.goal[0]} {number(self.goal[1])}" if self.goal else ""
        met = {None: "", True: "yes", False: "**no**"}[self.met] if not self.faults else "**invalid**"
        return [self.work, f"{number(self.median)} {self.unit}", spread,
                number(median(self.peer)) if self.peer else "", f"{self.ratio:.1f} ×" if self.ratio else "", goal, met]


HEADINGS = ["work", "median", "spread (min – max)", "peer", "ratio to peer", "goal", "met?"]


def number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(figures: list) -> str:
    rows = [HEADINGS] + [f.row() for f in figures]
    widths = [max(len(r[c]) for r in rows) for c in range(len(HEADINGS))]
    line = lambda row: "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |"
    return "\n".join([line(rows[0]), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, rows[1:])])


def machine(scratch: Path) -> dict:
    cpu = next((l.split(":", 1)[1].strip() for l in Path("/proc/cpuinfo").read_text().splitlines()
                if l.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    return {
        "cores": len(os.sched_getaffinity(0)), "cpu": cpu, "memory_bytes": memory, "kernel": platform.release(),
        "file_system": file_system(scratch), "sqlite_of_python": sqlite3.sqlite_version,
        "python": platform.python_version(), "load_average_before": os.getloadavg()[0],
    }


def file_system(path: Path) -> str:
    best = ("", "?")
    for line in Path("/proc/mounts").read_text().splitlines():
        device, point, kind = line.split()[:3]
        if str(path).startswith(point) and len(point) >= len(best[0]):
            best = (point, f"{kind} on {device}")
    return best[1]


def write(directory: Path, figures: list, facts: dict, notes: list, details: dict) -> str:
    """Writes latest.json and latest.md; returns the Markdown."""
    directory.mkdir(parents=True, exist_ok=True)
    taken = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = {"taken_at": taken, "facts": facts, "notes": notes, "figures": [f.as_json() for f in figures],
                "details": details}
    text = [f"# Benchmark of {taken}", "", table(figures), "", "## Notes", ""]
    text += [f"- {note}" for note in notes]
    text += [f"- **{f.work}: invalid:** {fault}" for f in figures for fault in dict.fromkeys(f.faults)]
    text += ["", "## How each figure was taken", ""] + [f"- **{f.work}** ({f.unit}): {f.way}" for f in figures]
    text += ["", "## Machine", ""] + [f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items()]
    markdown = "\n".join(text) + "\n"
    (directory / "latest.json").write_text(json.dumps(document, indent=2) + "\n")
    (directory / "latest.md").write_text(markdown)
    return markdown
