"""How many workers with models a machine carries: one a core, where memory allows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

# What a worker's process takes, models included, and its share of the driver; what the driver itself takes.
WORKER_MIB: Final = 1300
DRIVER_MIB: Final = 600
MEMINFO: Final = Path("/proc/meminfo")
# Version 2 of Linux's control groups, by which containers are bounded.
CGROUP: Final = Path("/sys/fs/cgroup")


def workers_for(cores: int, memory_mib: float) -> int:
    """As many workers as there are cores, or as memory allows; one at least."""
    return int(max(1, min(cores, (memory_mib - DRIVER_MIB) / WORKER_MIB)))


def threads_for(cores: int, workers: int) -> int:
    """The threads of each worker, so that together they fill the cores."""
    return max(1, cores // workers)


def cores(cgroup: Path = CGROUP) -> int:
    """The cores that this process may use, by its affinity and the quota of its container."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    return max(1, min(mine, int(quota) // int(period))) if quota.isdecimal() else mine


def available_mib(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> float:
    """The memory that is free for this process, by the machine and its container; infinite where nobody says."""
    free = _number(meminfo, "MemAvailable:") / 1024
    most, used = _read(cgroup / "memory.max"), _read(cgroup / "memory.current")
    if not (most.isdecimal() and used.isdecimal()):
        return free
    cached = _number(cgroup / "memory.stat", "inactive_file", 0)  # given back where it is wanted
    return min(free, (int(most) - int(used) + cached) / 2**20)


def _number(path: Path, name: str, otherwise: float = float("inf")) -> float:
    """The number in the line of this name."""
    lines = (line.split() for line in _read(path).splitlines())
    return next((float(words[1]) for words in lines if words[0] == name), otherwise)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
