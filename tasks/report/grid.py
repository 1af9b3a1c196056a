"""The matrix of a report as SVG: a square for each row and column that have stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from nabra.tasks.report.charts import element, svg

CELL: Final = 54
LARGEST: Final = 34
SMALLEST: Final = 5
FIGURES_HEIGHT: Final = 14
LONGEST_NAME: Final = 24
LETTER_WIDTH: Final = 7
THIN_SPACE: Final = "\u2009"


@dataclass(frozen=True)
class Cell:
    """Stories on each side."""

    favor: int
    against: int

    @property
    def stories(self) -> int:
        """How many tell its size."""
        return self.favor + self.against


@dataclass(frozen=True)
class Grid:
    """Names of rows and columns, cells by their numbers; `mirrored` where one reads from right to left."""

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Mapping[tuple[int, int], Cell]
    mirrored: bool

    def drawn(self, label: str) -> Markup:
        """The more stories, the larger a square; its parts are those in favor and against."""
        inside = [*self._row_names(), *self._column_names(), *self._lines(), *self._squares()]
        return svg(inside, self._width, self._top + CELL * len(self.rows) + 4, label)

    @property
    def _start(self) -> int:
        """Room for the names of rows."""
        return _room(self.rows) + 8

    @property
    def _top(self) -> int:
        """Room for the names of columns, which stand aslant."""
        return int(_room(self.columns) * 0.65) + 24

    @property
    def _width(self) -> int:
        return self._start + CELL * len(self.columns) + int(_room(self.columns) * 0.6)

    def _across(self, x: float) -> float:
        return self._width - x if self.mirrored else x

    def _row_names(self) -> list[Markup]:
        x, side = self._across(self._start - 8), "start" if self.mirrored else "end"
        return [
            element("text", _short(name), x=x, y=self._top + CELL * (number + 0.5) + 4, class_=f"name {side}")
            for number, name in enumerate(self.rows)
        ]

    def _column_names(self) -> list[Markup]:
        y, angle, side = self._top - 8, 40 if self.mirrored else -40, "end" if self.mirrored else "start"
        places = [self._across(self._start + CELL * (number + 0.5)) for number in range(len(self.columns))]
        return [
            element("text", _short(name), x=x, y=y, class_=f"name {side}", transform=f"rotate({angle} {x:g} {y})")
            for x, name in zip(places, self.columns, strict=True)
        ]

    def _lines(self) -> list[Markup]:
        ends = [self._across(self._start), self._across(self._start + CELL * len(self.columns))]
        heights = [self._top + CELL * number for number in range(len(self.rows) + 1)]
        return [element("line", x1=min(ends), x2=max(ends), y1=y, y2=y, class_="grid") for y in heights]

    def _squares(self) -> list[Markup]:
        most = max((cell.stories for cell in self.cells.values()), default=1)
        return [self._square(cell, place, (cell.stories / most) ** 0.5) for place, cell in self.cells.items()]

    def _square(self, cell: Cell, place: tuple[int, int], size: float) -> Markup:
        """Its area tells how many stories; the figures below say it without colours."""
        side = max(LARGEST * size, SMALLEST)
        x, y = self._across(self._start + CELL * (place[1] + 0.5)), self._top + CELL * (place[0] + 0.5)
        left, top, upper = x - side / 2, y - (FIGURES_HEIGHT + side) / 2, side * cell.favor / cell.stories
        parts = [(top, upper, "favor"), (top + upper, side - upper, "against")]
        inside = [
            element("rect", x=left, y=at, width=side, height=height, class_=kind)
            for at, height, kind in parts
            if height
        ]
        told = THIN_SPACE.join(f"{sign}{n}" for sign, n in (("+", cell.favor), ("−", cell.against)) if n)
        return element("g", [*inside, element("text", told, x=x, y=top + side + 12, class_="count")])


def _room(names: Sequence[str]) -> int:
    return LETTER_WIDTH * max((len(_short(name)) for name in names), default=0)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
