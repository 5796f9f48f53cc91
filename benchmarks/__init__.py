"""Speed beside rivals: run one as `python -m benchmarks.NAME`."""
