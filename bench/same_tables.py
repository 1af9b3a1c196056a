"""Whether two versions of nabra make the same tables of the same input, row for row and column for column.

    python -m bench.same_tables CHECKOUT [INPUT…] [--keep FOLDER]
    python -m bench.same_tables --warehouses OLD NEW

CHECKOUT is a working tree of the other version (`git worktree add CHECKOUT COMMIT`). Its `nabra run`, and that of this
one, take the input (without one: the samples) on one thread into a warehouse each, with `--keep` below FOLDER. A
checkout whose packages stand at the top, as they did up to commit 338427c, runs with the interpreter that runs this.

What only tells when and by which run a row was made is left out. A sentence is known by where it starts, not by its
number: one that is cut otherwise would change all numbers after it. Floats that differ by less than a thousandth are
counted by themselves, as rounding: the same articles in other groups give it. The exit status is 1 where anything else
differs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import pyarrow.dataset as ds

from nabra.tasks.schemas import DATASETS, Dataset

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLES: Final = tuple(str(ROOT / "config" / "samples" / name) for name in ("feed.xml", "articles"))
# `seconds` is how long a source took.
APART: Final = {
    *(
        "at",
        "asked_until",
        "by_hour",
        "changed_at",
        "checked_at",
        "fetched_at",
        "first_seen",
        "last_seen",
        "started_at",
    ),
    *("ingest_date", "run_id", "seconds"),
}
ROUNDING: Final = 1e-3
EXAMPLES: Final = 3
SHOWN_CHARACTERS: Final = 100

Row = dict[str, Any]
Key = tuple[Any, ...]
# Where each sentence starts, by article, version and number.
Places = dict[Key, str]


@dataclass
class Comparison:
    """What was found of one table: its rows on both sides, those on one side alone, and columns that differ."""

    rows: tuple[int, int]
    only_old: list[Row] = field(default_factory=list)
    only_new: list[Row] = field(default_factory=list)
    differing: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rounded: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_same(self) -> bool:
        """True if nothing differs but by rounding."""
        return not (self.only_old or self.only_new or self.differing)

    def lines(self) -> Iterator[str]:
        """What there is to say, differences with their first examples."""
        yield f"{self.rows[0]} rows, {self.rows[1]} now" + (": equal" if self.is_same and not self.rounded else "")
        for name, rows in (("before", self.only_old), ("now", self.only_new)):
            if rows:
                yield f"  {len(rows)} only {name}"
                yield from (f"    {_shown(row)}" for row in rows[:EXAMPLES])
        for column, examples in sorted(self.differing.items()):
            yield f"  {column}: {len(examples)} differ"
            yield from (f"    {example}" for example in examples[:EXAMPLES])
        for column, gaps in sorted(self.rounded.items()):
            yield f"  {column}: {len(gaps)} differ by rounding, {max(gaps):.1e} at most"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkout", nargs="?", type=Path, help="working tree of the other version")
    parser.add_argument("inputs", nargs="*", help="files, folders, addresses [default: the samples]")
    parser.add_argument("--keep", type=Path, help="folder that the two warehouses stay in")
    parser.add_argument("--warehouses", nargs=2, type=Path, metavar=("OLD", "NEW"), help="compare what is there")
    options = parser.parse_args(arguments)
    if options.warehouses:
        return compare_warehouses(*options.warehouses)
    if not options.checkout:
        parser.error("name a CHECKOUT, or two --warehouses")
    with tempfile.TemporaryDirectory(prefix="same_tables.") as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        old, new = folder / "old", folder / "new"
        run(options.checkout.resolve(), options.inputs, old)
        run(ROOT, options.inputs, new)
        return compare_warehouses(old, new)


def run(checkout: Path, inputs: Iterable[str], warehouse: Path) -> None:
    """Let the nabra of a checkout fill a new warehouse; a run that ends with another status than 0 or 1 ends this."""
    if warehouse.exists():
        sys.exit(f"{warehouse} is there already; remove it, or compare with --warehouses")
    settings = warehouse.with_suffix(".toml")
    sources = ROOT / "config" / "sources.toml"
    settings.write_text(f'[parse]\nthreads = 1\n[fetch]\nsources = "{sources}"\n', encoding="utf-8")
    environment = os.environ | {"PREFECT_HOME": str(warehouse.with_suffix(".prefect")), "OMP_NUM_THREADS": "1"}
    print(f"nabra of {checkout} fills {warehouse}", flush=True)
    status = subprocess.run(
        [*_nabra(checkout, environment), "run", "-c", settings, "-w", warehouse, *map(_absolute, inputs or SAMPLES)],
        cwd=warehouse.parent,
        env=environment,
        check=False,
    ).returncode
    if status not in (0, 1):  # 1: many rejects
        sys.exit(f"nabra run of {checkout} ended with {status}")


def _nabra(checkout: Path, environment: dict[str, str]) -> list[str | Path]:
    """The command of a checkout; `environment` is made fit for it."""
    if not (checkout / "flows" / "cli.py").exists():
        return [checkout / ".venv" / "bin" / "nabra"]
    environment["PYTHONPATH"] = str(checkout)
    return [sys.executable, "-P", "-c", "from flows.cli import main; main()"]


def _absolute(name: str) -> str:
    return name if "://" in name else str(Path(name).resolve())


def compare_warehouses(old: Path, new: Path) -> int:
    """Print what differs between two warehouses; 1 where anything but rounding does."""
    old_places, new_places = _places(old), _places(new)
    status = 0
    for dataset in DATASETS.values():
        comparison = compare(dataset, rows(old, dataset, old_places), rows(new, dataset, new_places))
        print(f"{dataset.name}: " + "\n".join(comparison.lines()), flush=True)
        status |= not comparison.is_same
    return status


def _places(warehouse: Path) -> Places:
    return {_sentence(row): f"{row['part']}:{row['start']}" for row in _read(warehouse, "sentences")}


def _sentence(row: Row) -> Key:
    return row["doc_id"], row["version"], row["sent_id"]


def rows(warehouse: Path, dataset: Dataset, places: Places) -> list[Row]:
    """The rows of a table, with the place of a sentence for its number; `sentences` has both."""
    found = _read(warehouse, dataset.name)
    for row in found:
        if row.get("sent_id") is not None:
            place = places.get(_sentence(row), f"no sentence {row['sent_id']}")
            row |= {"sentence": place} if dataset.name == "sentences" else {"sent_id": place}
    return found


def _read(warehouse: Path, name: str) -> list[Row]:
    """As it lies there, whatever reads the warehouse otherwise; empty where there is no such table."""
    folder = warehouse / name
    if not folder.is_dir():
        return []
    table = ds.dataset(folder, format="parquet", partitioning="hive").to_table()
    found: list[Row] = table.drop_columns(APART & set(table.column_names)).to_pylist()
    return found


def compare(dataset: Dataset, old: list[Row], new: list[Row]) -> Comparison:
    """Rows of one key face each other; where a key has several, in the order of their content."""
    key = _key(dataset)
    found = Comparison((len(old), len(new)))
    before, now = _by_key(old, key), _by_key(new, key)
    for value in sorted(before.keys() | now.keys(), key=repr):
        for one, other in zip_longest(before[value], now[value]):
            _face(one, other, key, found)
    return found


def _key(dataset: Dataset) -> tuple[str, ...]:
    columns = tuple(name for name in dataset.key if name not in APART)
    return (*columns[:-1], "sentence") if dataset.name == "sentences" else columns


def _by_key(rows: list[Row], key: tuple[str, ...]) -> defaultdict[Key, list[Row]]:
    found: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=repr):
        found[tuple(row[name] for name in key)].append(row)
    return found


def _face(old: Row | None, new: Row | None, key: tuple[str, ...], found: Comparison) -> None:
    if old is None or new is None:
        (found.only_old if new is None else found.only_new).append(old or new or {})
        return
    where = _shown({name: old[name] for name in key})
    for column in sorted(old.keys() | new.keys()):
        one, other = old.get(column), new.get(column)
        if one == other:
            continue
        if isinstance(one, float) and isinstance(other, float) and abs(one - other) < ROUNDING:
            found.rounded[column].append(abs(one - other))
        else:
            found.differing[column].append(f"{where}: {_cut(one)} -> {_cut(other)}")


def _shown(row: Row) -> str:
    return ", ".join(f"{name}={_cut(value)}" for name, value in row.items())


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


if __name__ == "__main__":
    sys.exit(main())
