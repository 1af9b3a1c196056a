"""Where training data lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.tasks.corpora.folder import data_files
from nabra.tasks.errors import UsageError


def test_data_may_lie_in_the_folder_or_beside_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "train.jsonl").touch()
    assert data_files(tmp_path / "data", ["gold/train.jsonl"]) == [tmp_path / "gold" / "train.jsonl"]
    with pytest.raises(UsageError, match=r"is missing: \S*/ner/train\.bio; name its folder with --data"):
        data_files(tmp_path / "data", ["ner/train.bio", "gold/train.jsonl"])
