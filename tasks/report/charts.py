"""Charts as SVG: bars over time, positions by week, bars in a row of a table; `grid` draws matrices.

They have no colours of their own: classes (`favor`, `against`, `ink` …) take them from the page's style, so that they
follow dark and light. Every chart stands beside a table of the same figures. Time runs from left to right; `mirrored`
turns what else has a direction around, for pages that read from right to left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 640
AXIS_HEIGHT: Final = 20
# Dates on an axis, which need this much room each.
DATE_WIDTH: Final = 84


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


def timeline(bins: Sequence[date], counts: Mapping[str, Sequence[int]], label: str) -> Markup:
    """Bars over time, a strip for each name, all on one scale."""
    strip, most = 46, max((max(values) for values in counts.values()), default=0)
    drawn: list[Markup] = []
    for number, (name, values) in enumerate(counts.items()):
        base = (number + 1) * strip
        drawn.append(element("text", name, x=0, y=base - strip + 12, class_="label"))
        drawn.append(element("line", x1=0, x2=WIDTH, y1=base, y2=base, class_="axis"))
        drawn += _bars(values, most, base, strip - 18)
    height = len(counts) * strip
    return svg([*drawn, *_dates(bins, height)], WIDTH, height + AXIS_HEIGHT, label)


def _bars(values: Sequence[int], most: int, base: float, height: float) -> list[Markup]:
    step = WIDTH / len(values)
    width = min(max(step - 1.5, 1), 28)
    return [
        element(
            "rect",
            [element("title", str(value))],
            x=number * step + (step - width) / 2,
            y=base - height * value / most,
            width=width,
            height=height * value / most,
            class_="ink",
        )
        for number, value in enumerate(values)
        if value
    ]


def _dates(bins: Sequence[date], top: float) -> list[Markup]:
    step = WIDTH / len(bins)
    every = max(1, round(DATE_WIDTH / step + 0.5))
    return [
        element("text", bins[number].isoformat(), x=max((number + 0.5) * step, 32), y=top + 14, class_="date")
        for number in range(0, len(bins), every)
        if (number + 0.5) * step <= WIDTH - 30
    ]


def weekly(
    weeks: Sequence[date], favor: Sequence[int], against: Sequence[int], marks: Sequence[date], label: str
) -> Markup:
    """Stories in favor above a line and against below it, week by week, and a dashed line before each marked week."""
    most = max(*favor, *against, 1)
    half, step = 56, WIDTH / len(weeks)
    width = min(max(step - 2, 1), 24)
    drawn = [element("text", str(most), x=WIDTH, y=10, class_="date end")]
    for number, (up, down) in enumerate(zip(favor, against, strict=True)):
        left = number * step + (step - width) / 2
        for value, top, kind in ((up, half - half * up / most, "favor"), (down, half + 1, "against")):
            if value:
                drawn.append(element("rect", x=left, y=top, width=width, height=half * value / most, class_=kind))
    drawn.append(element("line", x1=0, x2=WIDTH, y1=half + 0.5, y2=half + 0.5, class_="axis"))
    for mark in marks:
        at = weeks.index(mark) * step
        drawn.append(element("line", x1=at, x2=at, y1=0, y2=2 * half, class_="change"))
    return svg([*drawn, *_dates(weeks, 2 * half)], WIDTH, 2 * half + AXIS_HEIGHT, label)
