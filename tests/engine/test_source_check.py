"""`nabra sources`: what a source gives when it is tried against a real server."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.flows.cli.sources import list_sources
from nabra.tasks.errors import UsageError
from tests.fetch.conftest import Site

PARAGRAPHS = [
    "افتتحت بلدية مرسانا يوم الأحد رصيفاً جديداً للسفن الكبيرة بعد عمل استمر عامين كاملين في المرفأ القديم.",
    "وقال رئيس البلدية إن الكلفة بلغت أربعين مليون دينار، وإن الرصيف ملك للناس جميعاً من صيادين وتجار.",
]
ARTICLE = f"""<!doctype html><html lang="ar"><head><title>رصيف جديد في مرسانا</title></head><body><article>
<h1>رصيف جديد في مرسانا</h1>{"".join(f"<p>{p}</p>" for p in PARAGRAPHS)}</article></body></html>"""
ENGLISH = (
    "<p>The town opened a new pier for large ships on Sunday after two years of work.</p>"
    "<p>Engineers said that it would serve fishermen and traders alike in the coming months.</p>"
    "<p>The mayor thanked the workers and promised lower fees for small boats this spring.</p>"
)
XML = {"Content-Type": "application/xml"}


def feed(*items: tuple[str, str]) -> str:
    entries = "".join(f"<item><link>{link}</link><pubDate>{time}</pubDate></item>" for link, time in items)
    return f"<rss version='2.0'><channel>{entries}</channel></rss>"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Place:
    """A settings file with sources, and the command called with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = ""
        fetch = 'sources = "sources.toml"\nallow_hosts = ["127.0.0.1"]\ndelay_seconds = 0.0\nretries = 0\n'
        (folder / "my.toml").write_text(f"[fetch]\n{fetch}[clean]\nworkers = 1\n", encoding="utf-8")

    def add(self, name: str, kind: str, *addresses: str, enabled: bool = True) -> None:
        self.sources += (
            f'[[source]]\nid = "{name}"\nname = "صحيفة"\nkind = "{kind}"\naddresses = {json.dumps(addresses)}\n'
        )
        self.sources += f"enabled = {json.dumps(enabled)}\n"

    def call(self, *arguments: str) -> tuple[int, str]:
        (self.folder / "sources.toml").write_text(self.sources, encoding="utf-8")
        command = ["sources", *arguments, "--config", str(self.folder / "my.toml")]
        result = CliRunner().invoke(app, command, catch_exceptions=False)
        return result.exit_code, result.stdout

    def check(self, *ids: str) -> tuple[int, list[dict[str, Any]]]:
        status, shown = self.call("check", "--json", *ids)
        return status, [json.loads(line) for line in shown.splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_good_source_tells_its_robots_its_items_and_the_first_article(place: Place, site: Site) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /admin\nCrawl-delay: 0.1\n")
    site.serve("/1", ARTICLE)
    times = ("Sun, 12 May 2024 12:30:00 +0300", "Mon, 13 May 2024 09:00:00 GMT")
    place.add("port", "feed", site.serve("/feed", feed(("/1", times[0]), ("/2", times[1])), headers=XML))
    status, (result,) = place.check()
    assert status == 0
    assert result | {"text": ""} == {
        "source": "port",
        "good": True,
        "robots": "allowed",
        "crawl_delay_seconds": 0.1,
        "items": 2,
        "newest": "2024-05-13T09:00:00+00:00",
        "title": "رصيف جديد في مرسانا",
        "text": "",
        "problems": [],
    }
    assert result["text"].startswith(PARAGRAPHS[0][:50])
    assert site.paths() == ["/feed", "/1"]


def test_people_read_the_same_and_what_to_do(place: Place, site: Site) -> None:
    place.add("port", "urls", site.serve("/1", ARTICLE))
    place.add("gone", "feed", site.address + "/none")
    status, shown = place.call("check")
    assert status == 1
    assert [line for line in shown.splitlines() if not line.startswith(" ")] == ["port good", "gone failed"]
    assert "  robots.txt: none; 1 articles\n  رصيف جديد في مرسانا\n" in shown
    assert "http_error: status 404" in shown
    assert "→ look up the outlet's present address" in shown


def test_an_article_that_cannot_be_read_is_passed_over_for_the_next(place: Place, site: Site) -> None:
    site.serve("/1", ARTICLE)
    broken = ("http://me:secret@port.example/1", "")
    place.add("port", "feed", site.serve("/feed", feed(broken, ("/gone", ""), ("/1", "")), headers=XML))
    status, (result,) = place.check()
    assert (status, result["items"], result["title"]) == (0, 2, "رصيف جديد في مرسانا")
    assert "secret" not in json.dumps(result)


@pytest.mark.parametrize(
    ("kind", "path", "reason"),
    [
        ("feed", "/none", "http_error"),
        ("feed", "/article", "malformed"),
        ("list", "/article", "malformed"),
        ("feed", "/empty-feed", "empty"),
        ("urls", "/english", "wrong_language"),
        ("urls", "/stub", "no_article"),
        ("urls", "/admin/1", "robots"),
    ],
)
def test_what_is_wrong_is_named_by_the_reason_of_a_reject(
    place: Place, site: Site, kind: str, path: str, reason: str
) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /admin\n")
    site.serve("/article", ARTICLE)
    site.serve("/empty-feed", feed(), headers=XML)
    site.serve("/english", ENGLISH)
    site.serve("/stub", "<html><body><nav>قائمة</nav></body></html>")
    place.add("port", kind, site.address + path)
    status, (result,) = place.check()
    assert status == 1
    assert [problem["reason"] for problem in result["problems"]] == [reason]
    assert result["problems"][0]["advice"]
    assert result["robots"] == ("refused" if reason == "robots" else "allowed")


def test_one_address_that_fails_is_a_problem_though_another_is_good(place: Place, site: Site) -> None:
    site.serve("/1", ARTICLE)
    place.add("port", "feed", site.serve("/feed", feed(("/1", "")), headers=XML), site.address + "/gone")
    status, (result,) = place.check()
    assert (status, result["title"]) == (1, "رصيف جديد في مرسانا")
    assert [problem["address"] for problem in result["problems"]] == [site.address + "/gone"]


def test_a_server_whose_robots_cannot_be_read_is_not_asked_further(place: Place, site: Site) -> None:
    site.serve("/robots.txt", status=500)
    place.add("port", "list", site.serve("/", ARTICLE))
    status, (result,) = place.check()
    assert (status, result["robots"]) == (1, "unreadable")
    assert site.paths() == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://10.0.0.1/feed", "refused"),
        ("http://no-such-host.invalid/feed", "network_error"),
        ("http://127.0.0.1:9/feed", "network_error"),
    ],
)
def test_nothing_is_said_of_the_robots_of_a_host_that_was_not_asked(place: Place, address: str, reason: str) -> None:
    place.add("port", "feed", address)
    status, (result,) = place.check()
    assert (status, result["robots"]) == (1, None)
    assert [problem["reason"] for problem in result["problems"]] == [reason]
    assert "robots.txt:" not in place.call("check")[1]


def test_of_an_index_the_sitemap_that_changed_last_is_read(place: Place, site: Site) -> None:
    site.serve("/1", ARTICLE)
    site.serve("/new.xml", "<urlset><url><loc>/1</loc></url></urlset>", headers=XML)
    sitemaps = "".join(
        f"<sitemap><loc>/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in [("old", "2020-01-01"), ("new", "2024-05-13")]
    )
    place.add("port", "sitemap", site.serve("/index.xml", f"<sitemapindex>{sitemaps}</sitemapindex>", headers=XML))
    status, (result,) = place.check()
    assert (status, result["items"]) == (0, 1)
    assert site.paths() == ["/index.xml", "/new.xml", "/1"]


def test_folders_are_tried_too_and_only_what_is_on_unless_named(place: Place) -> None:
    (place.folder / "a.txt").write_text("\n".join(PARAGRAPHS), encoding="utf-8")
    place.add("folder", "folder", ".")
    place.add("off", "warc", "none.warc", enabled=False)
    status, (result,) = place.check()
    assert (status, result["source"], result["robots"]) == (0, "folder", None)
    status, (result,) = place.check("off")
    assert (status, [problem["reason"] for problem in result["problems"]]) == (1, ["unreadable"])


def test_the_list_tells_what_is_on(place: Place) -> None:
    place.add("port", "feed", "https://port.example/feed")
    place.add("valley", "list", "https://valley.example/a", "https://valley.example/b", enabled=False)
    _, shown = place.call("list")
    first, second = (line.split() for line in shown.splitlines()[1:])
    assert first[:4] == ["port", "yes", "feed", "صحيفة"]
    assert second == ["valley", "list", "صحيفة", "https://valley.example/a", "…", "2", "in", "all"]
    assert [json.loads(line)["id"] for line in place.call("list", "--json")[1].splitlines()] == ["port", "valley"]


def test_addresses_are_whole_in_a_narrow_terminal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://port.example/" + "a" * 60
    place.add("port-of-the-old-town-and-the-bay", "feed", address)
    place.call("list")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    list_sources(place.folder / "my.toml")
    header, line = terminal.getvalue().splitlines()
    assert "port-of-the-old-town-and-the-bay" in line
    assert line.endswith(address)
    assert "\x1b[1maddress\x1b[0m" in header


def test_an_unknown_source_is_named(place: Place) -> None:
    place.add("port", "feed", "https://port.example/feed")
    with pytest.raises(UsageError, match="no source is called prot; see: nabra sources list"):
        place.call("check", "prot")
