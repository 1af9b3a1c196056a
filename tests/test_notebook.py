"""The notebook in `docs/` runs from its first cell to its last, on a warehouse in the folder where it is begun."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.small_warehouse import small_warehouse

NOTEBOOK = json.loads((Path(__file__).parents[1] / "docs" / "positions.ipynb").read_text(encoding="utf-8"))


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the cells leave defined."""
    small_warehouse(tmp_path)
    monkeypatch.chdir(tmp_path)
    defined: dict[str, Any] = {}
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), defined)
    return defined


def test_its_cells_answer_what_they_ask(names: dict[str, Any]) -> None:
    assert names["outlets"]["articles"].to_list() == [2]
    assert names["speakers"].to_dicts() == [{"who": "envoy", "quotes": 1, "articles": 1}]
    assert names["positions"].to_dicts() == [{"who": "الرابطة", "whom": "الاتفاق", "favor": 0, "against": 1}]
    assert names["evidence"]["evidence"].to_list() == ["انتقدت الرابطة الاتفاق"]
    assert names["evidence"]["is_exact"].to_list() == [True]


def test_it_is_kept_without_output() -> None:
    assert NOTEBOOK["nbformat"] == 4
    for cell in NOTEBOOK["cells"]:
        assert cell["cell_type"] == "markdown" or (cell["outputs"], cell["execution_count"]) == ([], None)
