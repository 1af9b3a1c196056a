"""What a run costs that has nothing to do, however long the archive is.

    python -m bench.bookkeeping --batches 500 [--folder FOLDER]

Processes the sample articles once and makes a warehouse of copies of their rows: so many batches of 60 articles, 60
batches a day, the last of them a month ago. In the middle lie the samples themselves: the runs measured are
`nabra demo`, which meets them again. The first notes which days are complete; the second is what each later one is.
Printed are wall-clock and CPU seconds of the whole command, its peak memory, and how often files were listed (each is
a LIST request on S3, one for every thousand names). FOLDER keeps the warehouse for the next time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from bench.scale import COPIES, MADE_BY, NABRA, apart, copied
from nabra.config.settings import load_settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

BATCHES_A_DAY: Final = 60
LAST_DAY_AGE: Final = 30
RUN: Final = """
import sys
from pathlib import Path
from nabra.tasks.warehouse.files import Files

listings = 0

def counted(method):
    def call(*arguments):
        global listings
        listings += 1
        return method(*arguments)
    return call

Files.below, Files.folders = counted(Files.below), counted(Files.folders)
from nabra.flows.cli.main import main

if __name__ == "__main__":
    try:
        main()
    finally:
        Path(sys.argv[-1]).parent.joinpath("listings").write_text(str(listings))
"""


def main(folder: Path, batches: int) -> None:
    """Make the warehouse unless it is there, and run twice."""
    warehouse = folder / f"{batches}"
    samples = folder / "samples"
    if not _store(samples).batches("stances"):
        subprocess.run([NABRA, "demo", "--warehouse", samples], check=True, capture_output=True)
    if not _store(warehouse).batches("raw"):
        apart(fill, str(warehouse), str(samples), batches)
    for which in ("first", "second"):
        print(f"{batches} batches, {which} run: {run(str(warehouse))}", flush=True)


def fill(folder: str, samples: str, batches: int) -> None:
    """Write the batches, rows of local files, done by all stages."""
    store, recorded = _store(Path(folder)), _store(Path(samples))
    names = ("raw", *(dataset for stage in STAGES.values() for dataset in stage.makes))
    tables = {name: recorded.dataset(name).to_table().drop_columns("ingest_date") for name in names}
    for number in range(batches):
        for name, data in tables.items():
            copies = [copied(data, number * COPIES + copy) for copy in range(COPIES)]
            copies = [data] if number == batches // 2 else copies
            store.write(name, batch_of(number, batches), pa.concat_tables(copies), MADE_BY)


def batch_of(number: int, batches: int) -> Batch:
    """The name of a batch."""
    age = LAST_DAY_AGE + (batches - 1 - number) // BATCHES_A_DAY
    return Batch((datetime.now(UTC).date() - timedelta(days=age)).isoformat(), f"{number:05d}-bench")


def run(warehouse: str) -> str:
    """Run the command; what it cost."""
    started = time.perf_counter()
    arguments = [sys.executable, "-c", RUN, "demo", "--warehouse", warehouse]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"nabra demo ended with {os.waitstatus_to_exitcode(status)}")
    listings = Path(warehouse).parent.joinpath("listings").read_text(encoding="utf-8")
    wall, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    return f"{wall:.1f} s, CPU {cpu:.1f} s, peak {used.ru_maxrss / 1024:.0f} MiB, {listings} listings"


def _store(folder: Path) -> Store:
    return Store.open(load_settings(warehouse=str(folder)).store)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nabra-bookkeeping-") as temporary:
        main(options.folder or Path(temporary), options.batches)
