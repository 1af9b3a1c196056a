from pathlib import Path

import pytest

from config.settings import CONFIG_FOLDER
from tasks.errors import ConfigError
from tasks.fetch.sources import load_sources
from tasks.fetch.targets import targets_from_sources

ENTRY = '[[source]]\nid = "port"\nname = "Port"\nkind = "feed"\naddress = "feeds/port.xml"\nenabled = true\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_relative_addresses_are_resolved_beside_the_file(tmp_path: Path) -> None:
    (source,) = load_sources(written(tmp_path, ENTRY))
    assert source.address == str(tmp_path / "feeds" / "port.xml")
    assert (source.id, source.kind, source.enabled) == ("port", "feed", True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("enabled = true\n", ""), "source port: the key enabled is missing; each source has id, name, kind"),
        (("enabled", "enable"), "unknown key enable; allowed: id, name, kind, address, enabled"),
        (('"feed"', '"rss"'), "kind = 'rss'; allowed: folder, file, feed, sitemap, page"),
        (("true", '"yes"'), "enabled = 'yes' should be true or false"),
        (("feeds/port.xml", "ftp://example.org/x"), "scheme ftp; allowed: http, https, file"),
        (("feeds/port.xml", "https://me:secret@example.org/x"), "user name or password"),
        (("[[source]]", "[source]"), "two brackets"),
        (("id =", "id ="), None),
    ],
)
def test_a_wrong_source_is_named_with_file_key_and_what_is_allowed(
    tmp_path: Path, change: tuple[str, str], message: str | None
) -> None:
    path = written(tmp_path, ENTRY.replace(*change))
    if message is None:
        assert load_sources(path)
        return
    with pytest.raises(ConfigError) as caught:
        load_sources(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_two_sources_cannot_share_an_id(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="two sources have the id 'port'"):
        load_sources(written(tmp_path, ENTRY + ENTRY))


def test_a_missing_sources_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot read the sources file: No such file"):
        load_sources(tmp_path / "none.toml")


def test_the_shipped_sources_load_and_only_the_samples_are_enabled() -> None:
    sources = load_sources(CONFIG_FOLDER / "sources.toml")
    assert [target.source for target in targets_from_sources(sources)] == ["sample", "sample-folder"]
    assert sum(source.address.startswith("https://") for source in sources) >= 4
