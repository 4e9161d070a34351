"""Reads dashboards with Grafana's own models, and prints what they do not keep."""
import json, sys
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

def lost(ours, theirs, path):
    if isinstance(ours, dict):
        if not isinstance(theirs, dict):
            return [path]
        return [p for key in ours for p in lost(ours[key], theirs.get(key, ...), f"{path}.{key}")]
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(ours) != len(theirs):
            return [path]
        return [p for i, (a, b) in enumerate(zip(ours, theirs)) for p in lost(a, b, f"{path}[{i}]")]
    return [] if ours == theirs else [f"{path}: {ours!r} {theirs!r}"]

plugins.register_default_plugins()
for path in sys.argv[1:]:
    ours = json.load(open(path))
    theirs = json.loads(JSONEncoder().encode(Dashboard.from_json(ours)))
    for line in lost(ours, theirs, path): print(line)
