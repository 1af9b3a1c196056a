from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from nabra.tasks.report.charts import Part, element, row_bar, timeline, weekly
from nabra.tasks.report.grid import Cell, Grid

MONDAY = date(2026, 1, 5)
WEEKS = [MONDAY + timedelta(7 * number) for number in range(12)]


def rects(drawing: Markup, kind: str) -> list[dict[str, float]]:
    """The boxes of a class, of a drawing that is XML."""
    found = ElementTree.fromstring(drawing).iter("rect")
    return [{k: float(v) for k, v in box.attrib.items() if k != "class"} for box in found if box.get("class") == kind]


def texts(drawing: Markup) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawing).iter("text")]


def test_everything_in_an_element_is_escaped_but_elements() -> None:
    inner = element("text", "<b>&", class_='"x"')
    assert inner == '<text class="&#34;x&#34;">&lt;b&gt;&amp;</text>'
    assert element("g", [inner]) == f"<g>{inner}</g>"


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_parts_of_a_row_stand_side_by_side_from_where_reading_begins(mirrored: bool) -> None:
    drawing = row_bar([Part(3, "favor"), Part(1, "against")], 8, mirrored=mirrored)
    (favor,), (against,) = rects(drawing, "favor"), rects(drawing, "against")
    assert (favor["width"], against["width"]) == (44, 14)
    assert (favor["x"], against["x"]) == ((75, 60) if mirrored else (0, 45))


def test_weeks_rise_and_fall_in_proportion_and_a_change_stands_before_its_week() -> None:
    favor, against = [0] * 6 + [4] * 6, [2] * 6 + [0] * 6
    drawing = weekly(WEEKS, favor, against, [WEEKS[6]], "سالم")
    up, down = rects(drawing, "favor"), rects(drawing, "against")
    assert {box["height"] for box in up} == {2 * box["height"] for box in down}
    assert all(box["y"] + box["height"] == down[0]["y"] for box in up)
    (change,) = (line for line in ElementTree.fromstring(drawing).iter("line") if line.get("class") == "change")
    assert down[-1]["x"] < float(change.get("x1", "")) < up[0]["x"]


def test_a_timeline_names_its_strips_dates_and_the_end_of_its_scale() -> None:
    drawing = timeline(WEEKS, {"sada": [1] * 12, "barq": [0] * 11 + [5]}, "مقالات", mirrored=True)
    assert {"sada", "barq", "5", "2026-01-05"} <= set(texts(drawing))
    assert len(rects(drawing, "ink")) == 13
    assert ElementTree.fromstring(drawing).get("aria-label") == "مقالات"


@pytest.mark.parametrize("mirrored", [False, True])
def test_squares_stand_in_their_column_and_their_areas_are_stories(mirrored: bool) -> None:
    cells = {(0, 0): Cell(3, 1), (1, 1): Cell(0, 1)}
    drawing = Grid(["سالم", "نادر"], ["السد", "الماء"], cells, mirrored).drawn("مصادر")
    (favor,), (split, whole) = rects(drawing, "favor"), rects(drawing, "against")
    assert favor["height"] == pytest.approx(3 * split["height"], abs=0.2)
    assert favor["width"] ** 2 == pytest.approx(4 * whole["width"] ** 2, rel=0.05)
    assert (favor["x"] > whole["x"]) == mirrored
    assert [re.sub(r"\s", " ", text) for text in texts(drawing)[-2:]] == ["+3 −1", "−1"]


def test_long_names_end_in_dots() -> None:
    drawing = Grid(["المتحدثة باسم اتحاد المزارعين هدى الصفار"], ["السد"], {}, False).drawn("مصادر")
    assert texts(drawing)[0].endswith("…")
