"""What is told of the table `coverage`: sources that bring too little, and what they lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nabra.tasks.coverage.coverage import newest_rows
from nabra.tasks.warehouse.store import Store


def alarms(store: Store) -> Iterator[tuple[str, str]]:
    """Each source of which something is wrong at present, with a sentence that says what."""
    for row in newest_rows(store):
        told = _told(row)
        if told:
            yield row["source"], told


def _told(row: Mapping[str, Any]) -> str | None:
    """A sentence on what is wrong with a row of `coverage`; None where nothing is."""
    parts = []
    if row["quiet_days"]:
        over = "" if row["quiet_days"] == 1 else f", too few for {row['quiet_days']} days"
        parts.append(f"{row['expected']:.0f} expected, {row['least']} at least{over}")
    if row["lost"]:
        parts.append(f"{row['lost']} left its feeds before they were asked, see fetch.max_source_pages")
    if row["gaps"]:
        parts.append(f"nothing that a feed named was known {row['gaps']} times: run more often")
    if not parts:
        return None
    named = [] if row["named"] is None else [f"named {row['named']}"]
    ledger = [*named, f"fetched {row['fetched']}", f"refused {row['refused']}"]
    ledger += [f"rejected by {row['rejected_by']}"] if row["rejected_by"] else []
    return (
        f"source {row['source']}: {row['articles']} articles on {row['day']}: {'; '.join(parts)} ({', '.join(ledger)})"
    )
