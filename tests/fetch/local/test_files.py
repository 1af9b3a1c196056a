import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.documents.identity import document_id
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.reader import ListingReader
from nabra.tasks.fetch.local.files import LocalInput, WebLink
from nabra.tasks.fetch.outcomes import Document, Found, LeftOut, Rejected
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import fetched

SETTINGS = load_settings().fetch.model_copy(update={"max_payload_bytes": 1000})
LOCAL = LocalInput("cli", SETTINGS, ListingReader(SETTINGS))
ROOMY = LocalInput("cli", load_settings().fetch, ListingReader(SETTINGS))


def feed(folder: Path, *links: str) -> Path:
    path = folder / "feed.xml"
    items = "".join(f"<item><title>عنوان</title><link>{link}</link></item>" for link in links)
    path.write_text(f'<rss version="2.0"><channel>{items}</channel></rss>', encoding="utf-8")
    return path


def test_a_folder_gives_its_accepted_files_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.HTML", "a.txt", ".hidden.txt", ".git/x.txt", "image.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("نص", encoding="utf-8")
    first, left, *others = LOCAL.find(tmp_path)
    found = [first, *others]
    assert left == LeftOut("of a kind that is not read (.png)", "cli")
    assert all(isinstance(document, Found) for document in found)
    assert [document.url for document in found] == [(tmp_path / n).as_uri() for n in ("a.txt", "b/1.HTML", "b/2.txt")]
    assert found[2].doc_id == document_id("b/2.txt")
    assert found[1].load().content_type == "text/html"


def test_the_id_of_a_file_does_not_change_when_its_folder_moves(tmp_path: Path) -> None:
    ids = []
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("نص", encoding="utf-8")
        ids += [document.doc_id for document in LOCAL.find(tmp_path / folder)]
        ids += [document.doc_id for document in LOCAL.find(tmp_path / folder / "a.txt")]
    assert set(ids) == {document_id("a.txt")}


def test_the_payload_is_kept_as_received(tmp_path: Path) -> None:
    content = "نص بترميز ويندوز".encode("cp1256")
    (tmp_path / "a.txt").write_bytes(content)
    (found,) = LOCAL.find(tmp_path)
    assert found.load().content == content
    assert found.load().charset is None


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"x" * 1001, "too_large")])
def test_empty_and_too_large_files_are_refused_when_loaded(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    (found,) = LOCAL.find(tmp_path)
    with pytest.raises(DocumentError) as caught:
        found.load()
    assert caught.value.reason == reason


def test_symbolic_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("سر", encoding="utf-8")
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("نص", encoding="utf-8")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "d").symlink_to(tmp_path, target_is_directory=True)
    first, second, third = LOCAL.find(folder)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert isinstance(third, Rejected)
    assert third.row["reason"] == "refused"


@pytest.mark.parametrize("name", ["gone.txt", "gone.jsonl", "gone.xml"])
def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(tmp_path / "nothing")
    (found,) = LOCAL.find(tmp_path)
    if isinstance(found, Found):
        with pytest.raises(DocumentError, match="unreadable: cannot open the file: No such file"):
            found.load()
    else:
        assert found.row["reason"] == "unreadable"


def test_a_local_feed_gives_the_pages_beside_it_with_its_titles(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "خبر.html").write_text("<p>نص</p>", encoding="utf-8")
    page, web = LOCAL.find(feed(tmp_path, "pages/%D8%AE%D8%A8%D8%B1.html", "https://example.org/1"))
    assert isinstance(page, Found)
    assert (page.doc_id, page.hint_title) == (document_id("pages/خبر.html"), "عنوان")
    assert page.load().content == "<p>نص</p>".encode()
    assert isinstance(web, WebLink)
    assert web.item.link == "https://example.org/1"


@pytest.mark.parametrize(
    "link", ["../secret.html", "/etc/hosts.html", "file://elsewhere/a.html", "ftp://x/a", "a.pdf", ""]
)
def test_a_local_feed_cannot_lead_out_of_its_folder(tmp_path: Path, link: str) -> None:
    (tmp_path / "secret.html").write_text("سر", encoding="utf-8")
    folder = tmp_path / "feeds"
    folder.mkdir()
    (refusal,) = LOCAL.find(feed(folder, link))
    assert isinstance(refusal, Rejected)
    assert refusal.row["reason"] == ("refused" if link else "malformed")


@pytest.mark.parametrize(
    ("content", "reason"), [("<config/>", "malformed"), ("<urlset/>", "empty"), ("<rss/>", "empty")]
)
def test_an_xml_file_that_names_no_page_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "sitemap.xml").write_text(content, encoding="utf-8")
    (refusal,) = LOCAL.find(tmp_path)
    assert isinstance(refusal, Rejected)
    assert (refusal.row["reason"], refusal.row["url"]) == (reason, (tmp_path / "sitemap.xml").as_uri())


def test_a_local_sitemap_gives_its_pages_and_an_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.xml").write_text("<urlset><url><loc>https://example.org/1</loc></url></urlset>", encoding="utf-8")
    (tmp_path / "index.xml").write_text("<sitemapindex><sitemap><loc>map.xml</loc></sitemap></sitemapindex>")
    index, page = LOCAL.find(tmp_path)
    assert isinstance(index, Rejected)
    assert "give its http(s) address" in index.row["detail"]
    assert isinstance(page, WebLink)
    assert page.item.link == "https://example.org/1"


def test_relative_and_file_links_of_a_local_feed_lead_to_the_pages_beside_it(tmp_path: Path) -> None:
    folder, link = tmp_path / "in", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    names = {"page.html": ["page.html", "./page.html", "file:page.html", "%2e%2e/in/page.html"]}
    names["page.html"] += [
        f"file://{folder}/page.html",
        f"file://localhost{folder}/page.html",
        f"file:{folder}/page.html",
    ]
    names["page.html"] += [f"file://{link}/page.html", f"{link}/page.html", f"{folder}/%2e%2e/in/page.html"]
    names["خبر.html"] = ["%D8%AE%D8%A8%D8%B1.html", "خبر.html", f"file://{folder}/%D8%AE%D8%A8%D8%B1.html"]
    names["a b?c.html"] = ["a%20b%3Fc.html"]
    for name, links in names.items():
        (folder / name).write_text("<p>نص</p>", encoding="utf-8")
        for start in (folder, link):
            feed(start, *links)
            for found in ROOMY.find(start / "feed.xml"):
                assert isinstance(found, Found), found
                assert found.doc_id == document_id(name)
                assert found.load().content == "<p>نص</p>".encode()


def test_one_bad_link_of_a_local_feed_costs_that_link(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "page.html").write_text("<p>نص</p>", encoding="utf-8")
    (folder / "loop.html").symlink_to(folder / "loop.html")
    bad = ["a%00.html", "%2e%2e/%2e%2e/etc/passwd.html", "..%2fsecret.html", "loop.html", "n" * 5000 + ".html"]
    bad += ["x/" * 3000 + "a.html", "javascript://h/%0aalert(1)", "data://h/a.html", "//host/a.html", "HTTP:/a"]
    *refusals, page = ROOMY.find(feed(folder, *bad, "page.html"))
    assert isinstance(page, Found)
    for refusal in refusals:
        if isinstance(refusal, Found):
            with pytest.raises(DocumentError, match="unreadable"):
                refusal.load()
            continue
        assert isinstance(refusal, Rejected)
        assert refusal.row["url"].startswith((folder / "feed.xml").as_uri() + "#")
        assert refusal.row["reason"] in ("malformed", "refused", "failed")


def test_a_page_that_a_feed_beside_it_names_is_no_duplicate(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>نص</p>", encoding="utf-8")
    feed(tmp_path, "page.html")
    (page,) = fetched(SETTINGS, Target(str(tmp_path), "cli"))
    assert isinstance(page, Document)


def test_a_folder_that_cannot_be_listed_costs_that_folder(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "a.txt").write_text("نص", encoding="utf-8")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(2_500):  # deeper than a path can say
        os.mkdir("d", dir_fd=descriptor)
        descriptor, above = os.open("d", os.O_RDONLY, dir_fd=descriptor), descriptor
        os.close(above)
    os.close(descriptor)
    refusal, found = LOCAL.find(tmp_path)
    assert isinstance(refusal, Rejected)
    assert (refusal.row["reason"], refusal.row["detail"]) == (
        "unreadable",
        "the folder cannot be listed: File name too long",
    )
    assert isinstance(found, Found)
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # which pytest cannot


def test_a_folder_that_vanishes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "b/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("نص", encoding="utf-8")
    found = LOCAL.find(tmp_path)
    assert isinstance(next(found), Found)
    shutil.rmtree(tmp_path / "b")
    assert [one.row["reason"] for one in found if isinstance(one, Rejected)] == ["unreadable"]


def test_names_that_no_text_can_hold_are_read(tmp_path: Path) -> None:
    for name in (b"bad\xff\xfe.txt", b"line\nbreak.txt", b"\x1b[31mred.txt", b"n" * 250 + b".txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("نص", encoding="utf-8")
    documents = fetched(SETTINGS, Target(str(tmp_path), "cli"))
    assert [document.row["url"].isprintable() for document in documents if isinstance(document, Document)] == [True] * 4


def test_a_feed_dates_the_pages_of_its_folder_wherever_it_lies_in_it(tmp_path: Path) -> None:
    item = "<item><title>خبر</title><link>a.html</link><pubDate>Sun, 12 May 2024 09:30:00 GMT</pubDate></item>"
    (tmp_path / "a.html").write_text("<p>نص</p>", "utf-8")
    (tmp_path / "rss.xml").write_text(f"<rss version='2.0'><channel>{item}</channel></rss>", "utf-8")
    (page,) = fetched(SETTINGS, Target(str(tmp_path), "cli"))
    assert page.row["hint_published_at"] == datetime(2024, 5, 12, 9, 30, tzinfo=UTC)
