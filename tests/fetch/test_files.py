from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.errors import DocumentError
from tasks.fetch.fetched import Found, Refused
from tasks.fetch.files import LocalInput, WebLink
from tasks.fetch.identity import document_id
from tasks.fetch.listings import ListingReader

SETTINGS = load_settings().fetch.model_copy(update={"max_payload_bytes": 1000})
LOCAL = LocalInput("cli", SETTINGS, ListingReader(SETTINGS))


def feed(folder: Path, *links: str) -> Path:
    path = folder / "feed.xml"
    items = "".join(f"<item><title>عنوان</title><link>{link}</link></item>" for link in links)
    path.write_text(f'<rss version="2.0"><channel>{items}</channel></rss>', encoding="utf-8")
    return path


def test_a_folder_gives_its_accepted_files_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.HTML", "a.txt", ".hidden.txt", ".git/x.txt", "image.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("نص", encoding="utf-8")
    found = list(LOCAL.find(tmp_path))
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
    assert isinstance(third, Refused)
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
    assert isinstance(refusal, Refused)
    assert refusal.row["reason"] == ("refused" if link else "malformed")


def test_an_xml_file_that_is_no_feed_is_malformed(tmp_path: Path) -> None:
    (tmp_path / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    (refusal,) = LOCAL.find(tmp_path)
    assert isinstance(refusal, Refused)
    assert (refusal.row["reason"], refusal.row["url"]) == ("malformed", (tmp_path / "sitemap.xml").as_uri())


def test_a_local_sitemap_gives_its_pages_and_an_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.xml").write_text("<urlset><url><loc>https://example.org/1</loc></url></urlset>", encoding="utf-8")
    (tmp_path / "index.xml").write_text("<sitemapindex><sitemap><loc>map.xml</loc></sitemap></sitemapindex>")
    index, page = LOCAL.find(tmp_path)
    assert isinstance(index, Refused)
    assert "give its http(s) address" in index.row["detail"]
    assert isinstance(page, WebLink)
    assert page.item.link == "https://example.org/1"
