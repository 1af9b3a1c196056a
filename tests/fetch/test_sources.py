import subprocess
import sys
from pathlib import Path

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.errors import ConfigError
from nabra.tasks.fetch.sources import ListingHints, load_sources
from nabra.tasks.fetch.targets import Target, targets_from_sources

ENTRY = '[[source]]\nid = "port"\nname = "Port"\nkind = "feed"\naddresses = ["feeds/port.xml"]\nenabled = true\n'
LIST = """
[[source]]
id = "valley"
name = "صحيفة الوادي"
country = "EG"
language = "ar"
zone = "Africa/Cairo"
kind = "list"
addresses = ["https://valley.example/politics", "https://valley.example/sport"]
delay_seconds = 5
link = "article h2 a"
keep = [".story"]
drop = [".share", "aside"]
enabled = true
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_relative_addresses_are_resolved_beside_the_file(tmp_path: Path) -> None:
    (source,) = load_sources(written(tmp_path, ENTRY))
    assert source.addresses == [str(tmp_path / "feeds" / "port.xml")]
    assert (source.id, source.kind, source.enabled) == ("port", "feed", True)


def test_each_address_of_an_enabled_source_is_a_target_with_what_the_source_says_of_it(tmp_path: Path) -> None:
    off = ENTRY.replace("true", "false")
    hints = ListingHints("list", "article h2 a", "Africa/Cairo")
    assert targets_from_sources(load_sources(written(tmp_path, LIST + off))) == [
        Target("https://valley.example/politics", "valley", hints, 5.0),
        Target("https://valley.example/sport", "valley", hints, 5.0),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("enabled = true\n", ""), "the key source.port.enabled is missing"),
        (("enabled", "enable"), "unknown key source.port.enable; allowed: id, name, kind, addresses, enabled"),
        (('"feed"', '"rss"'), "source.port.kind: Input should be 'feed', 'sitemap', 'news-sitemap', 'list', 'urls'"),
        (("true", '"yes"'), "source.port.enabled: Input should be a valid boolean, not 'yes'"),
        (('["feeds/port.xml"]', "[]"), "source.port.addresses: List should have at least 1 item"),
        (("feeds/port.xml", "ftp://example.org/x"), "scheme ftp; allowed: http, https, file"),
        (
            ("feeds/port.xml", "https://me:secret@example.org/x"),
            "source.port.addresses.0: an address holds a user name",
        ),
        (("feeds/port.xml", "https:///feed"), "no address; write it like https://example.org/feed"),
        (('"feed"', '"list"'), "source.port: kind list takes addresses of the web, not paths"),
        (('"feed"\naddresses = ["feeds', '"warc"\naddresses = ["https://example.org'), "kind warc takes paths"),
        (("true", 'true\nlink = "h2 a"'), "source.port: link finds the articles of kind list; kind feed has no use"),
        (("true", 'true\ndrop = ["a["]'), "source.port.drop.0: 'a[' is no CSS selector"),
        (("true", 'true\nzone = "Mars/Base"'), "source.port.zone: 'Mars/Base' is no zone of the IANA list"),
        (("true", 'true\ncountry = "Egypt"'), "source.port.country: String should match pattern"),
        (('"port"', '"Port One"'), "source.Port One.id: String should match pattern"),
        (("[[source]]", "[source]"), "source: write [[source]] with two brackets, once for each source"),
        ((ENTRY, ENTRY + ENTRY), "2 sources have the id 'port'; give each its own"),
    ],
)
def test_a_wrong_source_is_named_with_file_key_and_what_is_allowed(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = written(tmp_path, ENTRY.replace(*change))
    with pytest.raises(ConfigError) as caught:
        load_sources(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_all_that_is_wrong_in_a_file_is_told_at_once(tmp_path: Path) -> None:
    other = ENTRY.replace('"port"', '"valley"').replace('"feed"', '"rss"')
    path = written(tmp_path, ENTRY.replace("enabled", "enable") + other)
    with pytest.raises(ConfigError) as caught:
        load_sources(path)
    lines = str(caught.value).splitlines()
    assert [line.removeprefix(f"{path}: ").split(";")[0].split(":")[0] for line in lines] == [
        "unknown key source.port.enable",
        "the key source.port.enabled is missing",
        "source.valley.kind",
    ]


def test_a_missing_sources_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot read the file: No such file"):
        load_sources(tmp_path / "none.toml")


def test_the_shipped_sources_load_and_none_is_enabled() -> None:
    sources = load_sources(CONFIG_FOLDER / "sources.toml")
    assert targets_from_sources(sources) == []
    assert len(sources) >= 30
    assert all(source.country and source.language == "ar" and source.zone for source in sources)
    assert len({source.country for source in sources}) >= 15


def test_the_samples_are_sources_of_a_file_of_their_own() -> None:
    targets = targets_from_sources(load_sources(CONFIG_FOLDER / "samples" / "sources.toml"))
    assert [target.source for target in targets] == ["sample", "sample-folder"]
    assert all(target.path and target.path.exists() for target in targets)


def test_reading_the_sources_loads_no_reader_of_feeds_or_pages() -> None:
    heavy = {"lxml", "feedparser", "httpx2", "warcio", "pyarrow", "trafilatura", "prefect", "torch"}
    code = (
        "import sys; from nabra.tasks.fetch import sources, targets; from nabra.config.settings import CONFIG_FOLDER; "
        "targets.targets_from_sources(sources.load_sources(CONFIG_FOLDER / 'sources.toml')); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)
