"""Settings: defaults, overlays, and errors that tell the way out."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from nabra.config.settings import DEFAULT_FILE, Settings, load_settings
from nabra.tasks.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_holds_only_what_it_changes(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "[run]\nbatch_articles = 8\n"))
    assert settings.run.batch_articles == 8
    assert settings.run.max_reject_share == load_settings().run.max_reject_share


def test_settings_are_frozen() -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        load_settings().run.batch_articles = 8  # type: ignore[misc]


def test_an_unknown_key_is_refused_with_file_key_and_allowed_keys(tmp_path: Path) -> None:
    path = write(tmp_path, "[run]\nbatch_article = 8\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)
    assert "unknown key run.batch_article; did you mean batch_articles?" in str(caught.value)
    assert "allowed: batch_articles, max_reject_share" in str(caught.value)


def test_an_unknown_section_is_refused_with_the_allowed_ones(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"unknown section \[fetsh\]; did you mean fetch\? allowed: store, run, fetch"
    ):
        load_settings(write(tmp_path, "[fetsh]\nretries = 1\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\nbatch_articles = 0\n", "run.batch_articles = 0"),
        ('[run]\nbatch_articles = "8"\n', "run.batch_articles = '8'"),
        ("[clean]\nduplicate_threshold = 1.5\n", "clean.duplicate_threshold = 1.5"),
        ('[fetch]\nallow_hosts = ["http://localhost"]\n', "fetch.allow_hosts.0 = 'http://localhost'"),
        ("[run\n", "not a TOML file"),
        ("retries = 3\n", "retries stands outside a section"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"my\.toml") as caught:
        load_settings(write(tmp_path, text))
    assert message in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "retries = 3\n[fetsh]\nretries = 1\n[run]\nbatch_article = 8\nmax_reject_share = 2\n"
        '[fetch]\nallow_hosts = ["http://localhost"]\n[clean]\nzone = "Riyadh"\nlanguages = []\n',
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert [line.removeprefix(f"{path}: ").split(";")[0] for line in lines] == [
        "retries stands outside a section",
        "unknown section [fetsh]",
        "unknown key run.batch_article",
        "run.max_reject_share = 2: Input should be less than or equal to 1",
        "fetch.allow_hosts.0 = 'http://localhost': not a host or host:port, such as localhost:8000",
        "clean.zone = 'Riyadh': not a time zone of the IANA list, such as Asia/Riyadh or UTC",
        "clean.languages = []: Tuple should have at least 1 item after validation, not 0",
    ]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot read the settings file: No such file"):
        load_settings(tmp_path / "absent.toml")


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, '[parse]\nactors = "football"\n'))
    assert settings.parse.actors == str(tmp_path / "football")
    assert settings.stance.cues == str(DEFAULT_FILE.resolve().parent / "cues")


def test_the_warehouse_lies_where_the_command_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().store.warehouse == str(tmp_path / "warehouse")
    assert load_settings(warehouse="s3://news/main").store.warehouse == "s3://news/main"


def test_every_default_has_its_reason() -> None:
    lines = DEFAULT_FILE.read_text(encoding="utf-8").splitlines()
    bare = [line for line in lines if "=" in line and not line.startswith("#") and "# " not in line]
    assert bare == []
    for section in Settings.model_fields:
        assert f"[{section}]" in lines


ADDRESSES_WITH_KEYS = (
    *("s3://AKIA:planted@bucket/x", "S3://AKIA:planted@bucket", "s3:AKIA:planted@b", "s3:/AKIA:planted@b"),
    *(" s3://AKIA:planted@b", "s3://b?access_key=AKIA&secret_key=planted", "s3://b/x?endpoint_override=planted"),
    *(
        "s3%3A//AKIA:planted@b",
        "s3://AKIA%3Aplanted%40b",
        "s3a://AKIA:planted@b",
        "s3://AKIA/plan:ted@b",
        "s3://:planted@b",
    ),
    *("gs://AKIA:planted@b", "https://AKIA:planted@host/b", "file://user:planted@host/x", "file:///x?y=planted"),
)


@pytest.mark.parametrize("address", ADDRESSES_WITH_KEYS)
@pytest.mark.parametrize("by_file", [True, False])
def test_a_warehouse_with_keys_or_options_in_its_address_is_refused_unseen(
    tmp_path: Path, address: str, by_file: bool
) -> None:
    path = write(tmp_path, f'[store]\nwarehouse = "{address}"\n') if by_file else None
    with pytest.raises(ConfigError, match="AWS credential chain") as caught:
        load_settings(path, warehouse=None if by_file else address)
    assert str(caught.value).count("\n") == 0
    assert "plan" not in str(caught.value)
    assert "AKIA" not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    ["http://user:planted@host:9000", "user:planted@host", "http://user:planted%40host:9000", "host:9000?key=planted"],
)
def test_an_endpoint_with_keys_is_refused_unseen(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.s3_endpoint: not host:port") as caught:
        load_settings(write(tmp_path, f'[store]\ns3_endpoint = "{endpoint}"\n'))
    assert "planted" not in str(caught.value)


def test_a_warehouse_of_the_wrong_type_is_not_shown_either(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"store\.warehouse") as caught:
        load_settings(write(tmp_path, '[store]\nwarehouse = ["s3://AKIA:planted@bucket"]\n'))
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("place", ["/data/a@b", "s3://news/main", "s3://my.bucket_1/أخبار/x y", "file:///data/a@b"])
def test_a_warehouse_without_keys_is_taken(place: str) -> None:
    assert load_settings(warehouse=place).store.warehouse == place


@pytest.mark.parametrize(
    "endpoint", ["", "localhost:9000", "http://127.0.0.1:9000", "https://s3.example.org", "[::1]:9"]
)
def test_an_endpoint_is_a_host_with_or_without_port_and_scheme(tmp_path: Path, endpoint: str) -> None:
    assert load_settings(write(tmp_path, f'[store]\ns3_endpoint = "{endpoint}"\n')).store.s3_endpoint == endpoint
