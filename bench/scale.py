"""How a large warehouse is looked through: pending work, `nabra status`, `sql`, `validate`, `compact`, `status` again.

    python -m bench.scale [--articles 3200 31000] [--folder FOLDER]

Processes the sample articles once and makes a warehouse of copies of their rows, each with document ids of its own:
some 60 articles a batch, 1,000 a day, the last 5 batches pending. FOLDER keeps it for the next time. Prints wall clock
and CPU time, which tells more on a machine that does other things too, and the peak memory of each command.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from nabra.config.settings import load_settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store

NABRA = Path(sys.executable).with_name("nabra")
COPIES, PENDING, DAY_ARTICLES = 5, 5, 1000
COPY_DIGITS = 8
FIRST_DAY = date(2026, 1, 1)
MADE_BY = Provenance("bench", "bench", "0", "bench")
COMMANDS = (
    ("status",),
    ("sql", "select target_id, stance, count(*) from stances group by all"),
    ("validate",),
    ("compact",),
    ("compact",),
    ("status",),
    ("sql", "select upos, count(*) from tokens group by all"),
)


def main(folder: Path, sizes: list[int]) -> None:
    """Make a warehouse of each size in `folder` unless it is there, and time each look at it."""
    recorded = _store(folder / "samples")
    if not recorded.batches("stances"):
        subprocess.run([NABRA, "demo", "--warehouse", recorded.files.root], check=True, capture_output=True)
    for articles in sizes:
        store = _store(folder / str(articles))
        if not store.batches("raw"):
            apart(fill, store.files.root, recorded.files.root, articles)
        print(f"\n{articles} articles, {len(store.batches('raw'))} batches", flush=True)
        apart(look_for_work, store.files.root)
        for arguments in COMMANDS:
            run([*arguments, "--warehouse", store.files.root])


def apart(work: Callable[..., None], *arguments: str | int) -> None:
    """Do it in a process of its own: a command that is started later has the memory of this one in its peak."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def fill(folder: str, samples: str, articles: int) -> None:
    """Write batches of copies of the rows of the samples' warehouse; the last few stop after `clean`."""
    store = _store(Path(folder))
    of_runs = ("pages", "postponed", "runs", "coverage")
    recorded = {name: _store(Path(samples)).dataset(name).to_table() for name in DATASETS if name not in of_runs}
    batches = articles // (COPIES * len(recorded["clean"]))
    for number in range(batches):
        day = FIRST_DAY + timedelta(number * COPIES * len(recorded["clean"]) // DAY_ARTICLES)
        batch = Batch(day.isoformat(), f"{number:05d}-bench")
        for name, data in recorded.items():
            copies = [copied(data, number * COPIES + copy).drop_columns("ingest_date") for copy in range(COPIES)]
            if name == "rejects":
                store.write_rejects("clean", batch, pa.concat_tables(copies), MADE_BY)
            elif number < batches - PENDING or name in ("raw", "clean"):
                store.write(name, batch, pa.concat_tables(copies), MADE_BY)


def copied(data: pa.Table, copy: int) -> pa.Table:
    """The rows with ids and addresses of their own: the first digits of ids are the number of the copy."""
    number = f"{copy:0{COPY_DIGITS}x}"
    for name in ("doc_id", "duplicate_of", "story"):
        if name in data.column_names:
            data = replaced(data, name, pc.utf8_replace_slice(data[name], 0, COPY_DIGITS, number))
    if "url" in data.column_names:
        data = replaced(data, "url", pc.binary_join_element_wise(data["url"], number, "#"))
    return data


def replaced(data: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    """The table with other values in a column."""
    return data.set_column(data.column_names.index(name), data.schema.field(name), values)


def look_for_work(folder: str) -> None:
    """Time what a run does before it works; the models are hashed before, once a run."""
    from nabra.tasks.engine.plan import Plan

    store = _store(Path(folder))
    plan = Plan(load_settings(warehouse=store.files.root), "bench")
    plan.provenance  # noqa: B018
    started = time.perf_counter()
    pending = sum(len(plan.todo(store, stage)) for stage in STAGES)
    print(f"{f'pending work found ({pending})':60} {time.perf_counter() - started:6.1f} s", flush=True)


def run(arguments: list[str]) -> None:
    """Run a command and print its wall clock and CPU time and its peak memory."""
    started = time.perf_counter()
    process = subprocess.Popen([NABRA, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"nabra {arguments[0]} ended with {os.waitstatus_to_exitcode(status)}")
    wall, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    what = f"nabra {' '.join(arguments[:-2])}"
    print(f"{what:60} {wall:6.1f} s, CPU {cpu:6.1f} s, peak {used.ru_maxrss / 1024:5.0f} MiB", flush=True)


def _store(folder: Path) -> Store:
    return Store.open(load_settings(warehouse=str(folder)).store)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[3_200, 31_000])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nabra-scale-") as temporary:
        main(options.folder or Path(temporary), options.articles)
