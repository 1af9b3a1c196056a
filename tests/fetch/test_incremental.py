"""The second run and those after it: what is asked again, with which conditions, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nabra.tasks.documents.identity import document_id
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Deferred, Document, Polled, Rejected, Seen, Unchanged
from nabra.tasks.fetch.page_states import Memory, Version, newest_pages
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import PAGE

RSS = {"Content-Type": "application/rss+xml"}


class Reader:
    """Runs one after the other, an hour apart, each with what the earlier ones left."""

    def __init__(self, site, settings):
        self.site, self.settings, self.hour = site, settings, 0
        self.documents, self.pages = {}, []
        self.removed, self.removed_sources = set(), set()

    def run(self, *paths, **changes):
        """The events of a run over the addresses, by kind and path; what it asked is in `site.requests`."""
        self.site.requests.clear()
        self.site.headers.clear()
        now = datetime(2026, 3, 1, tzinfo=UTC) + self.hour * timedelta(hours=1)
        self.hour += 1
        targets = [Target(self.site.address + path, "port") for path in paths]
        away = {"removed": self.removed, "removed_sources": self.removed_sources}
        memory = Memory(dict(self.documents), newest_pages(page.row for page in self.pages), **away)
        events = list(fetch_documents(targets, self.settings(**changes), memory, lambda: now))
        for event in events:
            if isinstance(event, Document):
                self.documents[event.row["doc_id"]] = Version(event.row["version"], event.row["payload_sha256"])
            if getattr(event, "page", None):
                self.pages.append(event.page)
        return events

    def kinds(self, *paths, **changes):
        return sorted(type(event).__name__ for event in self.run(*paths, **changes))


def feed(*links):
    return (
        f'<rss version="2.0"><channel>{"".join(f"<item><link>{link}</link></item>" for link in links)}</channel></rss>'
    )


def publish(site, path, body, tag):
    """Replace what is at a path."""
    site.pages.pop(path, None)
    headers = {"Content-Type": "application/rss+xml" if path == "/feed" else "text/html; charset=utf-8", "ETag": tag}
    site.serve(path, body, headers=headers)


def outlet(site):
    publish(site, "/feed", feed("/1", "/2"), '"f1"')
    publish(site, "/1", PAGE + "واحد", '"a1"')
    publish(site, "/2", PAGE + "اثنان", '"b1"')


def test_the_second_run_asks_nothing_but_conditional_requests(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    assert reader.kinds("/feed") == ["Document", "Document", "Polled", "Polled"]
    site.robots_requests.clear()
    assert reader.kinds("/feed") == ["Polled", "Unchanged", "Unchanged"]
    assert sorted(site.paths()) == ["/1", "/2", "/feed"]
    assert all("If-None-Match" in headers for headers in site.headers)
    assert not site.robots_requests


def test_what_was_removed_is_met_and_not_asked(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    reader.removed = {document_id(site.address + "/1")}
    for paths in (("/feed",), ("/1",)):
        (seen,) = (event for event in reader.run(*paths) if isinstance(event, Seen))
        assert seen.doc_id in reader.removed
    assert "/1" not in site.paths()
    reader.removed_sources = {"port"}
    assert reader.run("/feed", "/2") == []
    assert site.paths() == []


def test_an_edited_page_is_the_next_version_of_its_document(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    first = {event.row["url"]: event.row for event in reader.run("/feed") if isinstance(event, Document)}
    publish(site, "/1", PAGE + "واحد، منقح", '"a2"')
    (edited,) = (event for event in reader.run("/feed") if isinstance(event, Document))
    before = first[site.address + "/1"]
    assert (edited.row["doc_id"], edited.row["version"]) == (before["doc_id"], 2)
    assert edited.row["previous_sha256"] == before["payload_sha256"]
    assert edited.before.changed_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_page_sent_again_with_the_same_bytes_is_kept(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    reader.run("/feed")
    publish(site, "/1", PAGE + "واحد", '"renewed"')
    kept = {event.page.url: event.page.outcome for event in reader.run("/feed") if isinstance(event, Unchanged)}
    assert kept == {site.address + "/1": "unchanged", site.address + "/2": "not_modified"}


def test_a_page_that_is_gone_leaves_the_document_and_no_reject(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    reader.run("/feed")
    site.pages.pop("/1")
    (gone,) = (event.page for event in reader.run("/feed") if isinstance(event, Unchanged) and event.page.reason)
    assert (gone.url, gone.outcome, gone.reason) == (site.address + "/1", "failed", "http_error")


def test_a_page_that_failed_is_asked_again_though_its_feed_is_not_modified(site, settings):
    outlet(site)
    site.pages["/1"][0].status = 404
    reader = Reader(site, settings)
    assert [event.row["reason"] for event in reader.run("/feed") if isinstance(event, Rejected)] == ["http_error"]
    site.pages["/1"][0].status = 200
    (document,) = (event for event in reader.run("/feed") if isinstance(event, Document))
    assert (document.row["url"], document.row["version"]) == (site.address + "/1", 1)


def test_a_new_item_of_a_feed_is_fetched_and_the_others_are_not_if_they_are_not_due(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    for _ in range(4):
        reader.run("/feed")
    publish(site, "/3", PAGE, '"c1"')
    publish(site, "/feed", feed("/3", "/1", "/2"), '"f2"')
    # Hours 1, 2 and 3 asked; after three hours without a change the next is hour 5.
    assert reader.kinds("/feed") == ["Document", "Polled", "Seen", "Seen"]
    assert site.paths() == ["/feed", "/3"]


def test_an_item_that_its_feed_calls_updated_is_asked_at_once(site, settings):
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/1"/><updated>{}</updated></entry></feed>'
    publish(site, "/1", PAGE, '"a1"')
    publish(site, "/feed", atom.format("2026-03-01T00:00:00Z"), '"f1"')
    reader = Reader(site, settings)
    for _ in range(4):
        reader.run("/feed")
    publish(site, "/feed", atom.format("2026-03-01T03:30:00Z"), '"f2"')
    assert reader.kinds("/feed") == ["Polled", "Unchanged"]


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
ENTRY = '<entry><link href="/1"/><updated>{:%Y-%m-%dT%H:%M:%SZ}</updated></entry>'


def hours_asked(site, reader, hours, feed_of):
    """The hours in which /1 is asked, of so many; `feed_of` gives the feed of each."""
    asked = []
    for hour in range(hours):
        now = datetime(2026, 3, 1, tzinfo=UTC) + hour * timedelta(hours=1)
        publish(site, "/feed", feed_of(now), f'"f{hour}"')
        reader.run("/feed")
        if "/1" in site.paths():
            asked.append(hour)
    return asked


def test_a_feed_that_calls_all_updated_all_the_time_is_not_believed(site, settings):
    publish(site, "/1", PAGE, '"a1"')
    calm = hours_asked(site, Reader(site, settings), 48, lambda _: feed("/1"))
    hasty = hours_asked(site, Reader(site, settings), 48, lambda now: ATOM.format(ENTRY.format(now)))
    assert hasty == calm
    assert len(hasty) < 12


def test_a_page_that_fails_is_not_asked_more_often_for_what_its_feed_says(site, settings):
    site.serve("/1", status=404)
    calm = hours_asked(site, Reader(site, settings), 24, lambda _: feed("/1"))
    hasty = hours_asked(site, Reader(site, settings), 24, lambda now: ATOM.format(ENTRY.format(now)))
    assert set(hasty) - set(calm) == set()


def test_a_feed_that_was_wrong_is_still_heard_after_days_and_believed_once_it_was_right(site, settings):
    publish(site, "/1", PAGE, '"a1"')
    reader = Reader(site, settings)
    hours_asked(site, reader, 6, lambda now: ATOM.format(ENTRY.format(now)))
    reader.hour += 24 * 10
    for number, version in ((2, 2), (3, 3)):
        publish(site, "/1", PAGE + str(number), f'"a{number}"')
        now = datetime(2026, 3, 1, tzinfo=UTC) + reader.hour * timedelta(hours=1)
        publish(site, "/feed", ATOM.format(ENTRY.format(now)), f'"later{number}"')
        reader.run("/feed")
        assert [found.number for found in reader.documents.values()] == [version]


def test_a_feed_is_found_modified_until_all_its_pages_were_settled(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    assert reader.kinds("/feed", max_pages=2) == ["Deferred", "Document", "Polled", "Polled"]
    assert reader.kinds("/feed") == ["Document", "Polled", "Unchanged"]
    assert "If-None-Match" not in site.headers[0]


def test_a_run_that_was_killed_before_the_last_page_finds_the_feed_modified(site, settings):
    outlet(site)
    events = fetch_documents([Target(site.address + "/feed", "port")], settings(), Memory())
    seen = [next(events) for _ in range(3)]
    events.close()
    told = [event.page.url for event in seen if isinstance(event, Polled)]
    assert site.address + "/feed" not in told


def test_what_is_over_the_budget_is_postponed_and_no_reject(site, settings):
    outlet(site)
    events = Reader(site, settings).run("/feed", max_source_pages=2)
    assert [event.url for event in events if isinstance(event, Deferred)] == [site.address + "/2"]
    events = Reader(site, settings).run("/feed", max_bytes=10)
    assert len([event for event in events if isinstance(event, Deferred)]) == 2
    assert not [event for event in events if isinstance(event, Rejected)]


def test_the_sitemaps_of_an_index_that_is_not_modified_are_asked_all_the_same(site, settings):
    publish(site, "/index.xml", "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>", '"i1"')
    publish(site, "/a.xml", "<urlset><url><loc>/1</loc></url></urlset>", '"m1"')
    publish(site, "/1", PAGE, '"a1"')
    publish(site, "/2", PAGE, '"b1"')
    reader = Reader(site, settings)
    reader.run("/index.xml")
    publish(site, "/a.xml", "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>", '"m2"')
    (new,) = (event for event in reader.run("/index.xml") if isinstance(event, Document))
    assert new.row["url"] == site.address + "/2"


def test_a_page_of_the_command_line_is_asked_again_with_a_condition(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    for _ in range(9):
        reader.run("/1")
    assert site.headers[-1]["If-None-Match"] == '"a1"'
    assert not [event for event in reader.run("/1") if isinstance(event, Seen)]


def test_a_host_that_fails_time_and_again_is_left_alone_for_the_run(site, settings):
    paths = [f"/{number}" for number in range(20)]
    for path in paths:
        site.serve(path, status=500)
    publish(site, "/feed", feed(*paths), '"f1"')
    refused = [event.row for event in Reader(site, settings).run("/feed", retries=0) if isinstance(event, Rejected)]
    assert len(refused) == 20
    assert len(site.requests) == 6
    assert "failed 5 times in a row" in refused[-1]["detail"]


def test_a_host_that_asks_to_be_left_alone_is_not_asked_for_other_pages(site, settings):
    paths = [f"/{number}" for number in range(4)]
    publish(site, "/feed", feed(*paths), '"f1"')
    for path in paths:
        site.serve(path, status=429, headers={"Retry-After": "600"})
    reader = Reader(site, settings)
    refused = [event.row for event in reader.run("/feed") if isinstance(event, Rejected)]
    assert site.paths() == ["/feed", "/0"]
    assert [row["reason"] for row in refused] == ["http_error"] * 4
    assert "asked to be left alone" in refused[1]["detail"]
    for path in paths:
        publish(site, path, PAGE + path, '"{path}"')
    assert reader.kinds("/feed") == ["Document"] * 4 + ["Polled"]


def test_a_host_that_asks_for_a_second_gets_it_and_is_asked_on(site, settings):
    site.serve("/0", status=503, headers={"Retry-After": "1"})
    publish(site, "/1", PAGE + "1", '"1"')
    publish(site, "/feed", feed("/0", "/1"), '"f1"')
    assert Reader(site, settings).kinds("/feed", retries=0) == ["Document", "Polled", "Polled", "Rejected"]
    (_, refused), (_, after) = site.requests[-2:]
    assert after - refused >= 0.9


def test_a_host_that_others_lead_to_fails_for_itself(site, settings):
    elsewhere = site.address.replace("127.0.0.1", "localhost")
    site.serve("/down", status=500)
    moved, here = [f"/moved/{number}" for number in range(8)], [f"/{number}" for number in range(3)]
    for path in moved:
        site.serve(path, status=301, headers={"Location": f"{elsewhere}/down"})
    for path in here:
        publish(site, path, PAGE + path, f'"{path}"')
    publish(site, "/feed", feed(*moved, *here), '"f1"')
    allowed = ("127.0.0.1", "localhost")
    events = Reader(site, settings).run("/feed", retries=0, allow_hosts=allowed)
    assert len([event for event in events if isinstance(event, Document)]) == 3
    refused = [event.row["detail"] for event in events if isinstance(event, Rejected)]
    assert [detail.count("localhost failed 5 times in a row") for detail in refused] == [0] * 5 + [1] * 3
    assert len(site.by_host()[elsewhere.removeprefix("http://")]) == 5


def test_a_page_that_two_feeds_name_holds_back_both(site, settings):
    publish(site, "/1", PAGE, '"a1"')
    publish(site, "/2", PAGE + "اثنان", '"b1"')
    for path, links in (("/a", ("/1", "/2")), ("/b", ("/2",))):
        site.serve(path, feed(*links), headers=RSS | {"ETag": f'"{path}"'})
    reader = Reader(site, settings)
    reader.run("/a", "/b", max_pages=1)
    publish(site, "/a", feed("/1"), '"a2"')
    assert [event.row["url"] for event in reader.run("/b") if isinstance(event, Document)] == [site.address + "/2"]


def test_a_sitemap_that_is_a_source_and_in_an_index_is_asked_once(site, settings):
    site.serve("/index.xml", "<sitemapindex><sitemap><loc>/map.xml</loc></sitemap></sitemapindex>")
    publish(site, "/map.xml", "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>", '"m1"')
    publish(site, "/1", PAGE, '"a1"')
    publish(site, "/2", PAGE, '"b1"')
    for order in (("/index.xml", "/map.xml"), ("/map.xml", "/index.xml")):
        reader = Reader(site, settings)
        reader.run(*order, max_pages=2)
        assert site.paths().count("/map.xml") == 1
        reader.run(*order)
        reader.run(*order)
        assert len(reader.documents) == 2


def test_a_feed_that_is_an_html_page_for_once_fails_and_loses_nothing(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    reader.run("/feed")
    site.pages.pop("/feed")
    site.serve("/feed", PAGE, headers={"Content-Type": "text/html", "ETag": '"down"'})
    assert [event.row["reason"] for event in reader.run("/feed") if isinstance(event, Rejected)] == ["malformed"]
    publish(site, "/3", PAGE, '"c1"')
    publish(site, "/feed", feed("/3", "/1", "/2"), '"f1"')
    reader.run("/feed")
    publish(site, "/feed", feed("/3", "/1", "/2"), '"f2"')
    reader.run("/feed")
    assert len(reader.documents) == 3


def test_a_document_whose_state_was_not_written_is_asked_once_more(site, settings):
    outlet(site)
    reader = Reader(site, settings)
    reader.run("/feed")
    reader.pages = [page for page in reader.pages if not page.url.endswith("/1")]
    publish(site, "/feed", feed("/1", "/2"), '"f2"')
    assert site.address + "/1" in [event.page.url for event in reader.run("/feed") if isinstance(event, Unchanged)]


def test_half_a_character_in_a_json_feed_costs_nothing_but_itself(site, settings):
    outlet(site)
    item = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1", "title": "\\ud800 خبر"}]}'
    site.serve("/feed.json", item, headers={"Content-Type": "application/feed+json"})
    (document,) = (event for event in Reader(site, settings).run("/feed.json") if isinstance(event, Document))
    assert document.row["hint_title"] == "? خبر"


def sitemap_index(*links):
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{link}</loc></sitemap>' for link in links)}</sitemapindex>"


def test_an_index_is_followed_no_deeper_when_it_is_not_modified(site, settings):
    for depth in range(9):
        publish(site, f"/{depth}.xml", sitemap_index(f"/{depth + 1}.xml"), f'"{depth}"')
    reader = Reader(site, settings)
    for _ in range(3):
        (refused,) = (event for event in reader.run("/0.xml", max_sitemap_depth=2) if isinstance(event, Rejected))
        assert site.paths() == ["/0.xml", "/1.xml", "/2.xml"]
        assert refused.row["url"] == site.address + "/3.xml"
    publish(site, "/2.xml", sitemap_index("/4.xml"), '"changed"')
    assert not [event for event in reader.run("/0.xml", max_sitemap_depth=2) if isinstance(event, Document)]
    assert site.paths() == ["/0.xml", "/1.xml", "/2.xml"]


def dated_index(*entries):
    names = "".join(f"<sitemap><loc>{link}</loc><lastmod>{day}</lastmod></sitemap>" for link, day in entries)
    return f"<sitemapindex>{names}</sitemapindex>"


def test_a_new_sitemap_of_an_index_below_an_index_is_read_and_the_archive_is_not(site, settings):
    months = [("/march.xml", "2026-03-01"), ("/february.xml", "2026-02-01")]
    publish(site, "/index.xml", dated_index(("/year.xml", "2026-03-01")), '"i1"')
    publish(site, "/year.xml", dated_index(*months), '"y1"')
    for number, month in enumerate(("/march", "/april")):
        publish(site, month, PAGE + month, f'"a{number}"')
        publish(site, f"{month}.xml", f"<urlset><url><loc>{month}</loc></url></urlset>", f'"m{number}"')
    reader = Reader(site, settings)
    reader.run("/index.xml", max_feed_items=1)
    publish(site, "/year.xml", dated_index(("/april.xml", "2026-04-01"), *months), '"y2"')
    (new,) = (event for event in reader.run("/index.xml") if isinstance(event, Document))
    assert new.row["url"] == site.address + "/april"
    assert "/february.xml" not in site.paths()


def test_a_new_sitemap_is_read_though_its_index_gives_no_times_and_names_it_last(site, settings):
    for number in (1, 2):
        publish(site, f"/{number}", PAGE + str(number), f'"a{number}"')
        publish(site, f"/{number}.xml", f"<urlset><url><loc>/{number}</loc></url></urlset>", f'"m{number}"')
    publish(site, "/index.xml", sitemap_index("/1.xml"), '"i1"')
    reader = Reader(site, settings)
    reader.run("/index.xml")
    publish(site, "/index.xml", sitemap_index("/1.xml", "/2.xml"), '"i2"')
    (new,) = (event for event in reader.run("/index.xml") if isinstance(event, Document))
    assert new.row["url"] == site.address + "/2"


def test_a_feed_cannot_fill_the_tables_with_titles(site, settings):
    publish(site, "/1", PAGE, '"a1"')
    items = f"<item><title>{'عنوان ' * 100_000}</title><link>/1</link></item>"
    publish(site, "/feed", f'<rss version="2.0"><channel>{items}</channel></rss>', '"f1"')
    (document,) = (event for event in Reader(site, settings).run("/feed") if isinstance(event, Document))
    assert (document.row["hint_title"], document.page.hint_title) == (None, None)
