import hashlib
import io
import json
from pathlib import Path

import pytest

from nabra.flows.cli.models import ModelFile, check_models, describe_models
from nabra.flows.terminal.bidi import put
from nabra.tasks.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    entries = []
    for name in ("parser.pt", "tagger.pt", "ner.pt", "gone.pt"):
        content = name.encode() * 300
        entries.append({"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
        (tmp_path / name).write_bytes(content)
    (tmp_path / "gone.pt").unlink()
    (tmp_path / "ner.pt").write_bytes(b"short")
    (tmp_path / "tagger.pt").write_bytes(b"x" * entries[1]["bytes"])
    (tmp_path / "MANIFEST.json").write_text(json.dumps(entries))
    return tmp_path


def test_each_model_file_is_compared_with_the_manifest(folder: Path) -> None:
    assert [file.state for file in check_models(folder)] == [
        "ok",
        "damaged: another checksum",
        "damaged: 5 bytes instead of 1800",
        "missing",
    ]


def test_models_shows_sizes_and_scores(folder: Path) -> None:
    (folder / "scores.json").write_text(json.dumps({"PADT": {"LAS": 0.81944}, "sentences": {"F1": 0.9, "n": 4000}}))
    stream = io.StringIO()
    put(describe_models(folder), stream)
    lines = [line.split() for line in stream.getvalue().splitlines()]
    assert ["parser.pt", "2.7", "kB", "ok"] in lines
    assert any(line[:2] == ["nabra", "PADT,"] and "81.9" in line for line in lines)
    assert any("Stanza" in line and "79.8" in line for line in lines)
    assert ["sentences.F1", "0.900"] in lines
    assert ["sentences.n", "4000"] in lines


def test_models_without_scores_lists_the_files(folder: Path) -> None:
    stream = io.StringIO()
    put(describe_models(folder), stream)
    assert "gone.pt" in stream.getvalue()


def test_a_folder_without_a_manifest_is_listed_unchecked(tmp_path: Path) -> None:
    (tmp_path / "ar" / "pos").mkdir(parents=True)
    (tmp_path / "ar" / "pos" / "padt.pt").write_bytes(b"weights")
    assert check_models(tmp_path) == [ModelFile("ar/pos/padt.pt", 7, "no checksum")]


@pytest.mark.parametrize("content", ["{", '{"a": 1}', '[{"path": "x"}]', "[1]"])
def test_a_folder_without_a_sound_manifest_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "MANIFEST.json").write_text(content)
    with pytest.raises(ModelError, match=r"MANIFEST\.json"):
        check_models(tmp_path)
