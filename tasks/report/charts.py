"""Charts as SVG: bars over time, positions by week, bars in a row of a table; `grid` draws matrices.

They have no colours of their own: classes (`favor`, `against`, `ink` …) take them from the page's style, so that they
follow dark and light. Every chart stands beside a table of the same figures. Time runs from left to right; `mirrored`
turns what else has a direction around, for pages that read from right to left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 640
PLOT: Final = 612  # what is left of it beside the scale
STRIP_HEIGHT: Final = 56
NAME_HEIGHT: Final = 22
HALF: Final = 56
AXIS_HEIGHT: Final = 20
WIDEST_BAR: Final = 26
# Dates on an axis, which need this much room each.
DATE_WIDTH: Final = 96


def element(tag: str, content: Iterable[str] | str = "", **attributes: object) -> Markup:
    """An element of SVG, everything escaped that is not Markup; `_` in a name stands for `-`, but `class_` is class."""
    written = [(name.rstrip("_").replace("_", "-"), _text(value)) for name, value in attributes.items()]
    inside = [content] if isinstance(content, str) else content
    start = Markup("").join([Markup("<"), tag, *(Markup(' {}="{}"').format(*pair) for pair in written)])
    return start + Markup(">") + Markup("").join(escape(part) for part in inside) + Markup(f"</{tag}>")


def _text(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def svg(content: Iterable[str], width: int, height: int, label: str = "") -> Markup:
    """A drawing; without a `label` it is left out for those who do not see it, as its figures stand beside it."""
    told = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return element("svg", content, viewBox=f"0 0 {width} {height}", width=width, height=height, **told)


@dataclass(frozen=True)
class Part:
    """A part of a bar: how much, and its class."""

    value: float
    kind: str


def row_bar(parts: Sequence[Part], most: float, *, mirrored: bool, width: int = 120) -> Markup:
    """A bar for a row of a table: its parts side by side, `most` filling the width."""
    at, drawn = 0.0, []
    for part in parts:
        length = width * part.value / most if most else 0.0
        left = width - at - length if mirrored else at
        drawn.append(
            element("rect", x=left, y=1, width=max(length - 1, 0.5 if length else 0), height=10, class_=part.kind)
        )
        at += length
    return svg(drawn, width, 12)


def timeline(bins: Sequence[date], counts: Mapping[str, Sequence[int]], label: str, *, mirrored: bool) -> Markup:
    """Bars over time, a strip for each name, all on one scale, whose end stands beside the first."""
    most = max((max(values) for values in counts.values()), default=0)
    drawn = [element("text", str(most), x=WIDTH, y=NAME_HEIGHT + 10, class_="date end")]
    for number, (name, values) in enumerate(counts.items()):
        base = (number + 1) * STRIP_HEIGHT
        x, side = (PLOT, "end") if mirrored else (0, "start")
        drawn.append(element("text", name, x=x, y=base - STRIP_HEIGHT + 16, class_=f"label {side}"))
        drawn += _bars(values, (STRIP_HEIGHT - NAME_HEIGHT) / most, base, "ink")
        drawn.append(_axis(base))
    height = len(counts) * STRIP_HEIGHT
    return svg([*drawn, *_dates(bins, height)], WIDTH, height + AXIS_HEIGHT, label)


def weekly(
    weeks: Sequence[date], favor: Sequence[int], against: Sequence[int], marks: Sequence[date], label: str
) -> Markup:
    """Stories in favor above a line and against below it, week by week, and a dashed line before each marked week."""
    most = max(*favor, *against, 1)
    drawn = [element("text", str(most), x=WIDTH, y=10, class_="date end")]
    drawn += _bars(favor, HALF / most, HALF, "favor")
    drawn += _bars(against, -HALF / most, HALF, "against")
    drawn.append(_axis(HALF))
    for mark in marks:
        at = weeks.index(mark) * PLOT / len(weeks)
        drawn.append(element("line", x1=at, x2=at, y1=0, y2=2 * HALF, class_="change"))
    return svg([*drawn, *_dates(weeks, 2 * HALF)], WIDTH, 2 * HALF + AXIS_HEIGHT, label)


def _bars(values: Sequence[int], unit: float, base: float, kind: str) -> list[Markup]:
    """Bars on a line, of `unit` for each 1; below it where that is negative."""
    step = PLOT / len(values)
    width = min(max(step * 0.8, 1), WIDEST_BAR)
    drawn = []
    for number, value in enumerate(values):
        if value:
            top, left = min(base, base - unit * value), number * step + (step - width) / 2
            told = element("title", str(value))
            drawn.append(element("rect", told, x=left, y=top, width=width, height=abs(unit * value), class_=kind))
    return drawn


def _axis(y: float) -> Markup:
    return element("line", x1=0, x2=PLOT, y1=y, y2=y, class_="axis")


def _dates(bins: Sequence[date], top: float) -> list[Markup]:
    step = PLOT / len(bins)
    return [
        element(
            "text", bins[number].isoformat(), x=max((number + 0.5) * step, DATE_WIDTH / 3), y=top + 14, class_="date"
        )
        for number in range(0, len(bins), ceil(DATE_WIDTH / step))
    ]
