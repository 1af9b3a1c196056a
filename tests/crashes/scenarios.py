"""What is killed: a first run, a second one over what has changed, a refresh, and the commands of upkeep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from nabra.tasks.schemas import DATASETS, SCHEMA_VERSION
from nabra.tasks.warehouse import parquet
from nabra.tasks.warehouse.layout import batch_of
from tests.crashes.checks import Check, problems, store_with
from tests.crashes.commands import compact, in_this_process, migrate, remove, run, vacuum
from tests.crashes.places import Place
from tests.crashes.search import Search, explore, watched_run
from tests.crashes.watch import Contents, Watch
from tests.fetch.conftest import Site, serving
from tests.runs import write_articles

Work = Callable[[str], None]
# Refused in the refresh, but its copy is not.
ORIGINAL: Final = "a1"
OLD: Final = Path(__file__).parents[1] / "engine" / "warehouse_of_338427c"


@dataclass(frozen=True)
class Scenario:
    """Work on a warehouse that was watched, and what takes it up where it was killed."""

    name: str
    undisturbed: Watch
    recover: Work


def scenarios(folder: Path, place: Place, addresses: Sequence[str], articles: int = 8) -> Iterator[Scenario]:
    """Each begins with what the one before leaves; three batches."""
    first_settings = settings(folder, "first", place.settings)
    compacted, vacuumed, migrated = (partial(each, first_settings) for each in (compact, vacuum, migrate))
    inputs = (str(write_articles(folder / "in", articles, pages=2)), *addresses)
    first = partial(run, first_settings, inputs, ())
    more = (*inputs, str(later_articles(folder, folder / "in" / "rows.jsonl")))
    second = partial(run, first_settings, more, ())
    anew = partial(run, settings(folder, "anew", place.settings + "[clean]\nmin_text_chars = 225\n"), more)

    def again(warehouse: str) -> None:
        """An hourly run comes before anybody refreshes again; what it leaves is sound, though it is not made anew."""
        anew((), warehouse)
        assert problems(store_with(folder / "between", place.contents())) == []
        anew(("clean",), warehouse)

    left: Contents = {}
    for name, work, recover in (
        ("run", first, first),
        ("compact", compacted, compacted),
        ("second run", second, second),
        ("second compact", compacted, compacted),
        ("refresh", partial(anew, ("clean",)), again),
        ("third compact", compacted, compacted),
        ("vacuum", vacuumed, vacuumed),
    ):
        undisturbed = watched_run(place, left, work)
        yield Scenario(name, undisturbed, recover)
        left = undisturbed.seen
        if name == "second compact":
            for what, removed in ("article", f"rows.jsonl#{ORIGINAL}"), ("source", "bay"):
                take_out = partial(remove, first_settings, what, removed)
                yield Scenario(f"remove {what}", watched_run(place, left, take_out), take_out)
    old = {str(path.relative_to(OLD)): path.read_bytes() for path in OLD.rglob("*.parquet")}
    yield Scenario("adopt", watched_run(place, old, first), first)
    old = {
        name: of_last_schema(name, content)
        for name, content in left.items()
        if batch_of(name) and not name.startswith("_") and DATASETS[name.split("/")[0]].since < SCHEMA_VERSION
    }
    yield Scenario("migrate", watched_run(place, old, migrated), migrated)


def later_articles(folder: Path, earlier: Path) -> Path:
    """Five articles of another source, and a longer copy of the original, which a refresh refuses."""
    lines = (write_articles(folder / "more", 5, seed=2) / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) | {"source": "bay"} for line in lines[:5]]
    (original,) = (
        row for row in map(json.loads, earlier.read_text(encoding="utf-8").splitlines()[:-1]) if row["id"] == ORIGINAL
    )
    rows.append({"id": "copy", "text": f"{original['text'].strip()} كما قال الوزير"})
    path = folder / "later.jsonl"
    path.write_text("\n".join([*(json.dumps(row, ensure_ascii=False) for row in rows), *lines[5:]]), encoding="utf-8")
    return path


def two_pages(site: Site) -> list[str]:
    """The addresses of two pages, and of one that is not there."""
    for number in range(2):
        words = " ".join(f"كلمة{number * 60 + word}" for word in range(60))
        site.serve(f"/{number}", f"<html><body><article><p>أعلنت الوزارة أن {words} نجاح.</p></article></body></html>")
    return [f"{site.address}/{name}" for name in ("0", "1", "gone")]


def of_last_schema(name: str, content: bytes) -> bytes:
    """A file as nabra wrote it before the last change of the schemas."""
    data, metadata = parquet.decode(content)
    columns = DATASETS[name.split("/")[0]].columns
    later = [column.name for column in columns if column.since == SCHEMA_VERSION]
    return bytes(parquet.encode(data.drop_columns(later), metadata | {"nabra.schema_version": str(SCHEMA_VERSION - 1)}))


def settings(folder: Path, name: str, more: str = "") -> Path:
    """A file of settings with small batches."""
    path = folder / f"{name}.toml"
    fetch = '[fetch]\nallow_hosts = ["127.0.0.1"]\ndelay_seconds = 0.0\nretries = 0\n'
    path.write_text(f"[run]\nbatch_articles = 4\n{fetch}{more}", encoding="utf-8")
    return path


def tried(
    folder: Path, place: Place, only: Sequence[str] = (), *, kills: int, most: int | None = None
) -> Iterator[tuple[str, Search, Check]]:
    """Explore all scenarios, or those named as far as the last one, and look at what is left in the end."""
    with in_this_process(), serving() as site:
        for scenario in scenarios(folder, place, two_pages(site)):
            if not only or scenario.name in only:
                check = Check(folder / "recovered", scenario.undisturbed.seen)
                run = scenario.undisturbed, scenario.recover
                yield scenario.name, explore(place, *run, check, kills=kills, most=most), check
            if only and scenario.name == only[-1]:
                return
