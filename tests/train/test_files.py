"""Small files that are there whole or as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.tasks.train.files import write_whole


def test_a_file_that_could_not_be_written_is_as_it_was_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "done.json"
    write_whole(path, "first\n")

    def fill_disk(self: Path, *_: object, **__: object) -> int:
        with self.open("w") as file:
            file.write("sec")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill_disk)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "second\n")
    assert path.read_text() == "first\n"


def test_a_file_is_replaced_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    for text in ("first\n", "second\n"):
        write_whole(tmp_path / "done.json", text)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("done.json", "second\n")]
