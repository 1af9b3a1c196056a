from pathlib import Path

import pytest

from nabra.tasks.errors import UsageError
from nabra.tasks.fetch.targets import Target, targets_from_arguments


def test_paths_become_absolute_and_addresses_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "مقال.txt").write_text("نص", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    targets = targets_from_arguments(["مقال.txt", ".", (tmp_path / "مقال.txt").as_uri(), "https://example.org/feed"])
    assert targets == [
        Target(str(tmp_path / "مقال.txt"), "cli"),
        Target(str(tmp_path), "cli"),
        Target(str(tmp_path / "مقال.txt"), "cli"),
        Target("https://example.org/feed", "cli"),
    ]
    assert targets[3].path is None


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nowhere/at-all", "nowhere/at-all: no such file or folder; give a path that exists or an http"),
        ("ftp://example.org/a", "cannot fetch the scheme ftp; give http, https or file"),
        ("https://me:secret@example.org/a", "https://example.org/a: given with a user name or password"),
        ("ftp://me:secret@example.org/a", "cannot fetch the scheme ftp"),
        ("http:///a", "no host in the address"),
        ("http://[::1/a", "not an address"),
        ("file://elsewhere/a.txt", "names another machine"),
    ],
)
def test_what_cannot_be_fetched_is_named_with_what_to_do(argument: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        targets_from_arguments([argument])
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_of_another_kind_is_refused_naming_the_accepted_suffixes(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(UsageError, match=r"report\.pdf: cannot read this kind of file; accepted: \.txt, \.html"):
        targets_from_arguments([str(path)])


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("a\0b.txt", "a\\x00b.txt: no such file"),
        ("n" * 300 + ".txt", "cannot be read: File name too long"),
        ("x/" * 3_000, "cannot be read: File name too long"),
        ("~no-such-user-here/a.txt", "cannot be read"),
        ("a\n\x1b[31mb.txt", "a\\n\\x1b[31mb.txt: no such file"),
        ("a\udcff.txt", "the name is no UTF-8; give the folder that holds it"),
        ("file://[x/a.txt", "cannot be read"),
        ("", "write . for the current folder"),
        (" ", "write . for the current folder"),
    ],
)
def test_what_is_no_name_is_said_in_one_line(argument: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        targets_from_arguments([argument])
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_more_names_than_prefect_takes_are_refused_and_five_thousand_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("نص", encoding="utf-8")
    names = [str(path)] * 2_000
    assert len(targets_from_arguments(names)) == 2_000
    with pytest.raises(UsageError, match="200000 inputs are too many to be named one by one; give the folder"):
        targets_from_arguments(names * 100)
