"""Hourly runs against an outlet that publishes, edits, moves, deletes and breaks articles over simulated days."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from nabra.config.settings import CONFIG_FOLDER, load_settings
from nabra.tasks.clean.cleaner import cleaner_pool
from nabra.tasks.engine.batch import process_batch
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.fetch.targets import Target
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate
from tests.fetch.conftest import Answer, Site
from tests.in_process import shipped_cleaner

# Copies are looked for among the articles of the last weeks.
START = datetime.now(UTC) - timedelta(days=30)
SUBJECTS = ("الجسر", "الميناء", "السوق", "المدرسة", "المطار", "الحديقة", "المكتبة", "المستشفى", "الملعب", "المسرح")
COUNTER = itertools.count()
# What becomes of a document that a run meets.
FATES = ("known", "new", "edited", "unchanged", "not_modified", "robots", "failed", "postponed")


def article(number: int, ending: str = "") -> str:
    """A page whose article the number decides, and whose teasers and counters are others each time it is sent."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    paragraphs = "".join(
        f"<p>قالت بلدية مدينة الواحة إن أعمال {subject} رقم {number} دخلت مرحلتها {stage}، وإن السكان سيرون أثرها في "
        "حي "
        f"{SUBJECTS[(number + stage) % 10]} خلال {number + stage} أسابيع كما ورد في خطة العام.</p>"
        for stage in range(1, 6)
    )
    return (
        f"<html><head><title>أعمال {subject} رقم {number}</title></head><body><nav>الرئيسية</nav><article>"
        f"<h1>أعمال {subject} رقم {number}</h1>{paragraphs}{ending and f'<p>{ending}</p>'}</article>"
        f"<aside><ul><li>شوهد {next(COUNTER)} مرة</li></ul></aside></body></html>"
    )


@dataclass
class Outlet:
    """What an outlet shows at present: its articles by path; the feed names the newest ten."""

    site: Site
    with_etags: bool
    articles: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def show(self) -> None:
        """Put all on the server; a page without an edit is sent with other teasers each time."""
        links = list(self.articles)[-10:][::-1]
        items = "".join(f"<item><link>{link}</link></item>" for link in links)
        pages = {**self.articles, "/feed": f'<rss version="2.0"><channel>{items}</channel></rss>'}
        self.site.pages.clear()
        for path, body in pages.items():
            kind = "application/rss+xml" if path == "/feed" else "text/html; charset=utf-8"
            headers = {"Content-Type": kind} | ({"ETag": f'"{hash(body)}"'} if self.with_etags else {})
            self.site.pages[path] = [Answer(body.encode(), self.statuses.get(path, 200), headers)]


class Hours:
    """A warehouse into which an outlet is fetched, at one simulated hour after the other."""

    def __init__(self, folder, site, cleaners):
        self.cleaners = cleaners
        changes = folder / "nabra.toml"
        changes.write_text('[fetch]\nallow_hosts = ["127.0.0.1"]\ndelay_seconds = 0.0\nretries = 0\n', "utf-8")
        self.settings = load_settings(changes, warehouse=str(folder / "warehouse"))
        self.store = Store.open(self.settings.store)
        self.targets = [Target(site.address + "/feed", "outlet")]
        self.site = site

    def tools(self):
        tools = Resources(self.settings, self.store)
        tools.__dict__["cleaners"] = self.cleaners
        return tools

    def run(self, hour, *, clean=True):
        """Fetch and clean, or be killed between the two; the row of `runs`."""
        plan, tools = Plan(self.settings, f"hour-{hour}"), self.tools()
        now = START + hour * timedelta(hours=1)
        self.site.requests.clear()
        ingest = Ingest(self.store, tools, plan.provenance["raw"], lambda: now)
        list(ingest.run(self.targets))
        ingest.store_counts()
        for batch in sorted(plan.todo(self.store, "clean")) if clean else ():
            process_batch("clean", batch, tools, plan)
        (row,) = (row for row in self.store.dataset("runs").to_table().to_pylist() if row["run_id"] == f"hour-{hour}")
        return row

    def versions(self):
        rows = self.store.scan("clean", ["url", "version"]).to_pylist()
        return sorted((row["url"].removeprefix(self.site.address), row["version"]) for row in rows)


@pytest.fixture(scope="module")
def cleaners():
    """The processes that clean; they take seconds to start."""
    with cleaner_pool(shipped_cleaner(), workers=1) as pool:
        yield pool


@pytest.mark.parametrize("with_etags", [True, False])
def test_three_days_of_an_outlet(tmp_path, site, cleaners, with_etags):
    outlet, hours = Outlet(site, with_etags), Hours(tmp_path, site, cleaners)
    for hour in range(0, 72, 6):
        outlet.articles[f"/{hour}"] = article(hour)
        if hour == 12:
            outlet.articles["/0"] = article(0, "وأضافت البلدية تصحيحا يقول إن الموعد تأجل شهرا كاملا بسبب الأمطار.")
        if hour == 18:
            outlet.statuses["/12"] = 410
            outlet.statuses["/18"] = 500
        if hour == 24:
            del outlet.statuses["/18"]
            outlet.articles["/moved/6"] = outlet.articles.pop("/6")
        if not with_etags:
            outlet.articles = {path: _with_other_teasers(body) for path, body in outlet.articles.items()}
        outlet.show()
        row = hours.run(hour)
        assert row["found"] == sum(row[name] for name in FATES)
    expected = {(f"/{hour}", 1) for hour in range(0, 72, 6)} | {("/0", 2), ("/moved/6", 1)}
    assert hours.versions() == sorted(expected)
    copies = hours.store.scan("clean", ["url", "duplicate_of"]).to_pylist()
    assert [row["url"].removeprefix(site.address) for row in copies if row["duplicate_of"]] == ["/moved/6"]
    assert not list(validate(hours.store, tuple(STAGES.values()), Validation()))
    raw = hours.store.scan("raw", ["doc_id", "version", "payload_sha256", "previous_sha256"]).to_pylist()
    (edit,) = (row for row in raw if row["version"] == 2)
    assert edit["previous_sha256"] in [row["payload_sha256"] for row in raw if row["doc_id"] == edit["doc_id"]]


def _with_other_teasers(body):
    return body.replace("مرة</li>", "مرة</li><li>خبر آخر</li>")


def test_a_quiet_outlet_costs_one_conditional_request(tmp_path, site, cleaners):
    outlet, hours = Outlet(site, with_etags=True), Hours(tmp_path, site, cleaners)
    outlet.articles = {f"/{number}": article(number) for number in range(5)}
    outlet.show()
    first = hours.run(0)
    assert (first["new"], first["requests"]) == (5, 7)
    second = hours.run(1)
    assert (second["not_modified"], second["bytes"]) == (5, 0)
    for hour in (2, 3):
        hours.run(hour)
    quiet = hours.run(4)
    assert (quiet["found"], quiet["requests"]) == (0, 1)
    assert site.paths() == ["/feed"]


def test_the_run_says_why_pages_failed(tmp_path, site, cleaners):
    outlet, hours = Outlet(site, with_etags=True), Hours(tmp_path, site, cleaners)
    outlet.articles = {f"/{number}": article(number) for number in range(4)}
    outlet.statuses = {"/0": 404, "/1": 403}
    outlet.show()
    site.serve("/robots.txt", "User-agent: *\nDisallow: /2", headers={"Content-Type": "text/plain"})
    row = hours.run(0)
    assert (row["failed"], row["robots"], row["failures"]) == (2, 1, "http_error 2, robots 1")
    assert row["new"] == 1


EDIT = "وأضافت البلدية تصحيحا يقول إن الموعد تأجل شهرا كاملا بسبب الأمطار."
CLOSING_RULE = """
[[rule]]
id = "closing"
kind = "inline"
pattern = "كما ورد في خطة العام"
comment = "came with a later nabra"
removes = ["كما ورد في خطة العام"]
keeps = ["كما ورد في خطة اليوم"]
"""


@pytest.fixture
def hours(tmp_path, site, cleaners):
    return Hours(tmp_path, site, cleaners)


def test_other_rules_of_cleaning_make_no_new_version(tmp_path, site, hours):
    outlet = Outlet(site, with_etags=True, articles={f"/{number}": article(number) for number in range(3)})
    outlet.show()
    hours.run(0)
    rules = tmp_path / "boilerplate.toml"
    rules.write_text((CONFIG_FOLDER / rules.name).read_text("utf-8") + CLOSING_RULE, "utf-8")
    clean = hours.settings.clean.model_copy(update={"boilerplate": str(rules)})
    hours.settings = hours.settings.model_copy(update={"clean": clean})
    outlet.articles = {path: _with_other_teasers(body) for path, body in outlet.articles.items()}
    outlet.articles["/2"] = article(2, EDIT)
    outlet.show()
    row = hours.run(1)
    assert (row["unchanged"], row["edited"]) == (2, 1)
    assert hours.versions() == [("/0", 1), ("/1", 1), ("/2", 1), ("/2", 2)]


def test_a_version_that_is_not_cleaned_yet_is_compared_with_all_the_same(site, hours):
    outlet = Outlet(site, with_etags=True, articles={"/0": article(0)})
    outlet.show()
    hours.run(0)
    outlet.articles["/0"] = article(0, EDIT)
    outlet.show()
    assert hours.run(1, clean=False)["edited"] == 1
    outlet.articles["/0"] = _with_other_teasers(outlet.articles["/0"])
    outlet.show()
    assert hours.run(2)["unchanged"] == 1
    assert hours.versions() == [("/0", 1), ("/0", 2)]


def test_an_article_in_place_of_what_was_none_is_a_new_version(site, hours):
    outlet = Outlet(site, with_etags=True, articles={"/0": "<html><body><p>قريبا</p></body></html>"})
    outlet.show()
    hours.run(0)
    outlet.articles["/0"] = article(0)
    outlet.show()
    assert hours.run(1)["edited"] == 1
    assert hours.versions() == [("/0", 2)]


def test_what_was_edited_while_no_run_asked_for_weeks_is_a_new_version(site, hours):
    outlet = Outlet(site, with_etags=True, articles={"/0": article(0), "/1": article(1)})
    outlet.show()
    hours.run(0)
    outlet.articles["/0"] = article(0, EDIT)
    outlet.show()
    edited_at = START + timedelta(days=3)
    site.pages["/feed"][0].body = site.pages["/feed"][0].body.replace(
        b"/0</link>", f"/0</link><updated>{edited_at:%Y-%m-%dT%H:%M:%SZ}</updated>".encode()
    )
    row = hours.run(24 * 20)
    assert (row["edited"], row["not_modified"]) == (1, 1)
    assert hours.versions() == [("/0", 1), ("/0", 2), ("/1", 1)]


def test_a_page_that_its_feed_names_for_weeks_is_not_asked_all_over_again(site, hours):
    outlet = Outlet(site, with_etags=False, articles={"/0": article(0)})
    outlet.show()
    asked = []
    for day in range(25):
        row = hours.run(24 * day)
        asked += [day] * ("/0" in site.paths())
        assert row["known"] == 1 - ("/0" in site.paths())
    assert asked[-1] < 8
    outlet.articles["/0"] = article(0, EDIT)
    outlet.show()
    site.pages["/feed"][0].body = site.pages["/feed"][0].body.replace(
        b"</link>", f"</link><updated>{START + timedelta(days=25):%Y-%m-%dT%H:%M:%SZ}</updated>".encode()
    )
    assert hours.run(24 * 26)["edited"] == 1


def took_in(hours, hour, *paths):
    """What a run takes in of local input; what it passed over."""
    ingest = Ingest(hours.store, hours.tools(), Plan(hours.settings, f"hour-{hour}").provenance["raw"])
    list(ingest.run([Target(str(path), "cli") for path in paths]))
    return ingest.passed_over


def test_versions_of_one_run_lie_in_two_batches_and_in_order(tmp_path, site, cleaners):
    hours, rows = Hours(tmp_path, site, cleaners), []
    for number in (1, 2, 3):
        rows.append(tmp_path / f"{number}.jsonl")
        rows[-1].write_text(f'{{"url": "https://example.org/a", "text": "نص {number}"}}\n', encoding="utf-8")
    took_in(hours, 0, *rows)
    batches = [hours.store.read("raw", batch).to_pylist() for batch in sorted(hours.store.batches("raw"))]
    assert [[(row["version"], row["payload"].decode()) for row in rows] for rows in batches] == [
        [(number, f"نص {number}")] for number in (1, 2, 3)
    ]
    assert took_in(hours, 1, *rows) == {"with the same content": 3}


def test_a_saved_page_that_differs_only_around_its_article_is_passed_over(tmp_path, site, cleaners):
    hours, page = Hours(tmp_path, site, cleaners), tmp_path / "page.html"
    page.write_text(article(1), encoding="utf-8")
    took_in(hours, 0, page)
    page.write_text(article(1), encoding="utf-8")
    assert took_in(hours, 1, page) == {"with the same article on another page": 1}
    page.write_text(article(1, "وأضافت البلدية تصحيحا يقول إن الموعد تأجل شهرا كاملا بسبب الأمطار."), encoding="utf-8")
    assert took_in(hours, 2, page) == {}


def test_what_was_passed_over_is_told_by_why(tmp_path, site, cleaners):
    hours, folder = Hours(tmp_path, site, cleaners), tmp_path / "in"
    folder.mkdir()
    for name, text in (("a.txt", "نص"), ("b.txt", ""), ("c.pdf", "x"), ("d.PDF", "x"), ("e", "x")):
        (folder / name).write_text(text, encoding="utf-8")
    left = {"of a kind that is not read (.pdf)": 2, "of a kind that is not read (no suffix)": 1}
    assert took_in(hours, 0, folder) == left
    assert took_in(hours, 1, folder) == left | {
        "with the same content": 1,
        "refused in an earlier run for the same reason": 1,
    }
