import json

from nabra.tasks.documents.identity import document_id
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Document, Rejected, Unchanged
from nabra.tasks.fetch.page_states import Memory, Version
from nabra.tasks.fetch.targets import Target, targets_from_arguments
from nabra.tasks.schemas import RAW, REJECTS, table
from tests.fetch.conftest import fetched

PAGE = "<html><body><p>نص الخبر</p></body></html>"


def feed(*items):
    entries = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>Sun, 12 May 2024 09:30:00 GMT</pubDate></item>"
        for link, title in items
    )
    return f'<rss version="2.0"><channel>{entries}</channel></rss>'


def test_every_document_is_a_valid_row_of_raw_or_of_rejects(tmp_path, settings):
    (tmp_path / "a.txt").write_text("نص", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    rows = ['{"id": "1", "text": "نص", "title": "عنوان"}', "broken", '{"id": "1", "text": "آخر"}']
    (tmp_path / "c.jsonl").write_text("\n".join(rows), encoding="utf-8")
    results = fetched(settings(), *targets_from_arguments([str(tmp_path)]))
    raw = table(RAW, [result.row for result in results if isinstance(result, Document)])
    rejects = table(REJECTS, [result.row for result in results if isinstance(result, Rejected)])
    assert raw["hint_title"].to_pylist() == [None, "عنوان", None]
    assert raw["source"].to_pylist() == ["cli"] * 3
    assert rejects["reason"].to_pylist() == ["empty", "malformed"]
    assert raw.num_rows + rejects.num_rows == 5


def test_a_known_page_of_which_no_state_is_kept_is_asked_once_more(site, settings):
    url = site.serve("/a", PAGE)
    (first,) = fetched(settings(), Target(url, "cli"))
    memory = Memory({first.row["doc_id"]: Version(1, first.row["payload_sha256"])})
    kept, _robots = fetch_documents([Target(url + "#top", "cli")], settings(), memory)
    assert isinstance(kept, Unchanged)
    assert site.paths() == ["/a", "/a"]


def test_a_feed_gives_its_pages_in_order_with_its_hints(site, settings):
    site.serve("/2.html", PAGE)
    site.serve("/sub/1.html", PAGE)
    url = site.serve("/sub/feed", feed(("1.html", "الأول"), ("/2.html", "الثاني"), ("/gone", "الثالث")))
    first, second, third = fetched(settings(), Target(url, "port"))
    assert (first.row["url"], first.row["hint_title"]) == (site.address + "/sub/1.html", "الأول")
    assert first.row["hint_published_at"].isoformat() == "2024-05-12T09:30:00+00:00"
    assert (second.row["hint_title"], second.row["source"]) == ("الثاني", "port")
    assert (third.row["reason"], third.row["doc_id"]) == ("http_error", document_id(site.address + "/gone"))


def test_a_page_named_twice_is_taken_once(site, settings):
    site.serve("/a", PAGE)
    url = site.serve("/feed", feed(("/a?utm_source=feed", "خبر"), ("/a", "الخبر نفسه")))
    (page,) = fetched(settings(), Target(url, "port"))
    assert page.row["hint_title"] == "خبر"
    assert site.paths() == ["/feed", "/a"]


def test_a_feed_of_the_web_cannot_name_local_files_or_credentials(site, settings):
    url = site.serve(
        "/feed", feed(("file:///etc/hostname", "ملف"), ("http://me:secret@127.0.0.1/a", "سر"), ("", "لا شيء"))
    )
    results = fetched(settings(), Target(url, "port"))
    assert [result.row["reason"] for result in results] == ["refused", "refused", "refused"]
    assert "secret" not in json.dumps([result.row for result in results], default=str)


def test_the_web_links_of_a_local_feed_are_fetched(tmp_path, site, settings):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "feed.xml").write_text(feed(("page.html", "محلي"), (site.serve("/a", PAGE), "بعيد")), encoding="utf-8")
    local, remote = fetched(settings(), *targets_from_arguments([str(tmp_path / "feed.xml")]))
    assert (local.row["url"], local.row["hint_title"]) == ((tmp_path / "page.html").as_uri(), "محلي")
    assert (remote.row["url"], remote.row["hint_title"]) == (site.address + "/a", "بعيد")


def test_an_address_that_fails_does_not_end_the_run(tmp_path, site, settings):
    (tmp_path / "a.txt").write_text("نص", encoding="utf-8")
    local, missing, broken = fetched(
        settings(),
        Target(site.address + "/none", "port"),
        Target(site.serve("/feed", b"<rss", headers={"Content-Type": "application/rss+xml"}), "port"),
        Target(str(tmp_path / "a.txt"), "cli"),
    )
    assert missing.row["reason"] == "http_error"
    assert broken.row["reason"] == "malformed"
    assert isinstance(local, Document)


def test_a_source_whose_folder_is_gone_is_one_refusal(tmp_path, settings):
    (refusal,) = fetched(settings(), Target(str(tmp_path / "gone"), "port"))
    assert (refusal.row["source"], refusal.row["reason"]) == ("port", "unreadable")


def test_the_order_is_the_same_in_every_run(tmp_path, settings):
    for name in ("ب.txt", "أ.txt", "c/d.html", "c/a.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("نص", encoding="utf-8")
    targets = targets_from_arguments([str(tmp_path)])
    runs = [[result.row["url"] for result in fetched(settings(), *targets)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 4


def test_links_that_are_no_addresses_are_refused_where_they_stand(site, settings):
    odd = ["javascript://h/%0aalert(1)", "data://h/x", "ftp://h/a", "http://h:99999/", "http://[::1"]
    site.serve("/a", PAGE)
    address = site.serve("/feed", feed(*((link, "خبر") for link in odd), ("/a", "خبر")))
    *refusals, page = sorted(
        fetched(settings(), Target(address, "port")), key=lambda event: isinstance(event, Document)
    )
    assert page.row["url"] == site.address + "/a"
    assert len(refusals) == len(odd)
    assert all(refusal.row["url"].startswith(f"{address}#") for refusal in refusals)
