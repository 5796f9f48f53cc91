"""The machine and the packages that a run ran on, as plain values for its record."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("webemotion", "torch", "torchvision", "numpy")
_CPU_INFO: Final = Path("/proc/cpuinfo")


def environment() -> dict[str, str | int]:
    """Versions, the device that trains, cores and operating system; no name of machine or user."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
        "device": _device(),
        "cores": len(os.sched_getaffinity(0)),
        "operating_system": platform.platform(),
    }


def _device() -> str:
    """The GPUs, or the processor where there is none."""
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
        return ", ".join(names)
    return f"CPU, {_processor()}"


def _processor() -> str:
    """What Linux calls the processor, or what Python does."""
    lines = _CPU_INFO.read_text().splitlines() if _CPU_INFO.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
