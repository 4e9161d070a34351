"""The parts of `Benchmarks/run`. Python standard library only; the peer's worker alone runs in a venv with dbos."""
