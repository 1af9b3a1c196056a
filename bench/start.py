"""CPU seconds that commands take where there is little to do, against another version of nabra.

    git worktree add OLD_CHECKOUT COMMIT
    python -m bench.start OLD_CHECKOUT [--repeats 7]

Both versions run with the interpreter and the packages that run this; the other needs no environment of its own, and
may be from before the packages had the name `nabra` (up to commit 338427c). Each fills a warehouse with the samples,
which takes minutes. Then each command is called by turns, `repeats` times by each version. Printed are the least
user and system time of each, that of all child processes included, and their ratio: whatever else the machine does can
only add to it. Linux only.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("flows", "tasks", "config", "models")
SAMPLES: Final = tuple(str(ROOT / "config" / "samples" / name) for name in ("feed.xml", "articles"))
COMMANDS: Final = (("--help",), ("status",), ("run", *SAMPLES))
SUBREAPER: Final = 36  # of prctl(2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="working tree of the other version")
    parser.add_argument("--repeats", type=int, default=7, help="calls of each command by each version")
    options = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="start.") as folder:
        versions = [
            Version(options.checkout.resolve(), Path(folder) / "old"),
            Version(ROOT, Path(folder) / "new"),
        ]
        for version in versions:
            print(
                f"nabra of {version.checkout} takes the samples: {version.call('run', *SAMPLES):.1f} CPU seconds",
                flush=True,
            )
        print(f"\n{'command':<10}{'old':>8}{'new':>8}{'new / old':>12}")
        for command in COMMANDS:
            old, new = by_turns(versions, command, options.repeats)
            print(f"{command[0]:<10}{old:>8.2f}{new:>8.2f}{new / old:>12.2f}", flush=True)


class Version:
    """A checkout of nabra, with a folder to work in."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        self.checkout = checkout
        self._folder = folder
        folder.mkdir()
        is_old = (checkout / "flows" / "cli.py").exists()
        module = "flows.cli" if is_old else "nabra.flows.cli.main"
        self._command = [sys.executable, "-P", "-c", f"from {module} import main; main()"]
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self._environment["PREFECT_HOME"] = str(folder / "prefect")
        self._environment["PYTHONPATH"] = str(checkout if is_old else self._linked())

    def _linked(self) -> Path:
        """A folder in which the packages have their names."""
        (self._folder / "links" / "nabra").mkdir(parents=True)
        for name in PACKAGES:
            (self._folder / "links" / "nabra" / name).symlink_to(self.checkout / name)
        return self._folder / "links"

    def call(self, *arguments: str) -> float:
        """The CPU seconds that a command takes, in the folder of this version; another status than 0 and 1 ends all."""
        before = cpu_seconds()
        done = subprocess.run(
            [*self._command, *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):  # 1: many of the samples are rejected
            sys.exit(f"nabra {' '.join(arguments)} of {self.checkout} ended with {done.returncode}:\n{done.stderr}")
        wait_for_orphans()
        return cpu_seconds() - before


def by_turns(versions: Sequence[Version], command: Sequence[str], repeats: int) -> list[float]:
    """The least CPU seconds of a command in each version."""
    for version in versions:
        version.call(*command)  # so that files are cached, and bytecode is compiled
    rounds = [[version.call(*command) for version in versions] for _ in range(repeats)]
    return [min(seconds) for seconds in zip(*rounds, strict=True)]


def cpu_seconds() -> float:
    """User and system time of all child processes that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """Become the parent of processes, such as a server, that outlive the command which started them."""
    if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def wait_for_orphans() -> None:
    """Wait until the last of them has ended, so that its time is counted."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
