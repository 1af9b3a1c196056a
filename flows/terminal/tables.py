"""Tables of a terminal, and the numbers in them."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from rich.table import Table

UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def plain_table(*headings: str, right: Container[str] = ()) -> Table:
    """A table without lines, as all commands show theirs; the columns `right` are of numbers."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left")
    return table


def readable_bytes(size: int) -> str:
    """A number of bytes in the largest unit (of a thousand) that leaves at least one before the point."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{size} B" if unit == 0 else f"{value:.1f} {UNITS[unit]}"
