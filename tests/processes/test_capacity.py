"""How many workers a machine carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.tasks.processes.capacity import available_mib, cores, threads_for, workers_for


@pytest.mark.parametrize(
    ("cores", "memory_mib", "workers"),
    [(2, 16_000, 2), (64, 16_000, 11), (8, float("inf"), 8), (4, 3_300, 2), (4, 3_100, 1), (4, 100, 1)],
)
def test_a_worker_a_core_where_memory_allows(cores: int, memory_mib: float, workers: int) -> None:
    assert workers_for(cores, memory_mib) == workers


@pytest.mark.parametrize(("cores", "workers", "threads"), [(8, 8, 1), (8, 3, 2), (2, 1, 2), (2, 5, 1)])
def test_together_their_threads_fill_the_cores(cores: int, workers: int, threads: int) -> None:
    assert threads_for(cores, workers) == threads


def limits(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return folder


def test_a_container_has_the_cores_of_its_quota(tmp_path: Path) -> None:
    assert cores(limits(tmp_path, cpu_max="100000 100000\n")) == 1
    assert cores(limits(tmp_path, cpu_max="50000 100000\n")) == 1
    assert cores(limits(tmp_path, cpu_max="max 100000\n")) == cores(tmp_path / "none")


def test_free_memory_is_that_of_the_machine_or_of_the_container_if_less(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  8388608 kB\nMemAvailable:  4194304 kB\n")
    meminfo = tmp_path / "meminfo"
    assert available_mib(meminfo, tmp_path / "none") == 4096
    bounded = limits(tmp_path, memory_max=f"{3 * 2**30}\n", memory_current=f"{2**30}\n")
    assert available_mib(meminfo, bounded) == 2048
    assert available_mib(meminfo, limits(tmp_path, memory_stat=f"anon 5\ninactive_file {2**29}\n")) == 2560
    assert available_mib(meminfo, limits(tmp_path, memory_max="max\n")) == 4096
    assert available_mib(tmp_path / "none", tmp_path / "none") == float("inf")
