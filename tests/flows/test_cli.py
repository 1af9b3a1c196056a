"""Wrong use of the command: one clear line on standard error, exit status 2, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.flows.cli.main import EXIT_WRONG_USE, main


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["nabra", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


def settings(folder: Path, text: str) -> str:
    path = folder / "my.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_missing_path_is_named(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "absent/") == EXIT_WRONG_USE
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "absent" in error
    assert not (workplace / "warehouse").exists()


def test_an_unknown_setting_is_named(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "--config", settings(workplace, "[fetch]\nretry = 1\n")) == EXIT_WRONG_USE
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "unknown key fetch.retry; did you mean retries?" in error


def test_an_unwritable_warehouse_is_named(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "file").touch()
    assert call(monkeypatch, "run", ".", "--warehouse", "file/warehouse") == EXIT_WRONG_USE
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "file/warehouse cannot be written" in error


def test_a_folder_without_models_is_named(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        call(monkeypatch, "run", ".", "--config", settings(workplace, '[parse]\nparser = "none"\n')) == EXIT_WRONG_USE
    )
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"{workplace / 'none'} holds no models" in error


def test_an_unknown_stage_is_named_with_the_known_ones(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "--refresh", "stances") == EXIT_WRONG_USE
    error = capsys.readouterr().err
    assert all(name in error for name in ("'stances'", "'clean'", "'parse'", "'sentiment'", "'stance'"))


def test_training_data_that_is_not_there_is_named(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = "none/treebank/dev.conllu, none/ner/dev.bio, none/gold/dev.jsonl"
    assert call(monkeypatch, "evaluate", "--data", "none") == EXIT_WRONG_USE
    told = capsys.readouterr().err
    assert told == f"nabra: training data is missing: {missing}; name its folder with --data\n"


def test_a_treebank_is_asked_for_alone_and_has_to_be_there(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "evaluate", "--treebank", "none.conllu", "--data", "none") == EXIT_WRONG_USE
    assert capsys.readouterr().err.startswith("nabra: --treebank goes with --config and --json alone")
    assert call(monkeypatch, "evaluate", "--treebank", "none.conllu") == EXIT_WRONG_USE
    assert capsys.readouterr().err.startswith("nabra: none.conllu cannot be read: ")


def test_before_training_all_data_that_any_step_lacks_is_named(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "treebank").mkdir()
    (workplace / "treebank" / "train.conllu").touch()
    assert call(monkeypatch, "train", "joint", "--data", ".") == EXIT_WRONG_USE
    missing = "news/saudinewsnet.parquet, news/ant.parquet, treebank/dev.conllu, ner/train.bio, ner/dev.bio"
    missing += ", gold/open_train.jsonl"
    shown = capsys.readouterr()
    assert shown.err == f"nabra: training data is missing: {missing}; name its folder with --data\n"
    assert shown.out == ""


@pytest.mark.usefixtures("workplace")
def test_every_command_explains_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("run", "status", "show", "sql", "models", "train", "evaluate", "compact"):
        assert call(monkeypatch, command, "--help") == 0
        assert "Usage: nabra " + command in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("show", "festival.html"),
        ("sql", "from clean"),
        ("actors", "find", "صالح"),
        ("validate",),
        ("migrate",),
        ("compact",),
        ("vacuum",),
        ("retry",),
        ("backfill", "--from", "2026-04-01", "--to", "2026-04-02"),
        ("export", "jsonl"),
        ("export", "conllu"),
    ],
)
def test_a_path_without_a_warehouse_is_named_and_left_alone(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert call(monkeypatch, *command, "--warehouse", "typo") == EXIT_WRONG_USE
    error = capsys.readouterr().err
    way_out = "name another with --warehouse, or fill it with: nabra run"
    assert error == f"nabra: there is no warehouse in {workplace}/typo; {way_out}\n"
    assert not (workplace / "typo").exists()


@pytest.mark.usefixtures("workplace")
def test_a_name_is_looked_up_in_the_list_where_there_is_no_warehouse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "actors", "find", "صالح") == EXIT_WRONG_USE
    assert "saleh" in capsys.readouterr().out
