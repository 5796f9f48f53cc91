"""A measurement in a process of its own, watched while it runs."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict

import psutil

from benchmarks.store_case import Case


def in_child(case: Case) -> dict[str, float] | str:
    """The figures of a measurement with its peak memory, or why there are none."""
    command = [sys.executable, "-m", "benchmarks.store_case", json.dumps(asdict(case))]
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        peak_bytes = max(_memory_of(child), default=0)
        output = child.communicate()[0].strip()
        errors.seek(0)
        complaint = errors.read().strip().splitlines()
    if not output:
        return complaint[-1][:150] if complaint else f"ended with {child.returncode}"
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return {**found, "memory_mb": peak_bytes / 1e6}


def _memory_of(child: "subprocess.Popen[str]") -> Iterator[int]:
    """Proportional set size of a process and its children, until it ends."""
    while child.poll() is None:
        time.sleep(0.1)
        try:
            parent = psutil.Process(child.pid)
            family = [parent, *parent.children(recursive=True)]
            yield sum(member.memory_full_info().pss for member in family)
        except psutil.Error:
            continue
