import hashlib
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from nabra.config.settings import CONFIG_FOLDER, load_settings
from nabra.tasks.clean.boilerplate import load_boilerplate
from nabra.tasks.clean.clean import extract_articles
from nabra.tasks.clean.cleaner import Cleaner
from nabra.tasks.clean.extract import Article
from nabra.tasks.errors import DocumentError
from nabra.tasks.schemas import RAW, table
from nabra.tasks.stage import StageOutput
from nabra.tasks.stories.stories import StoryIndex, place_articles
from tests.in_process import InThisProcess

SETTINGS = load_settings().clean
RULES = load_boilerplate(CONFIG_FOLDER / "boilerplate.toml")
PARAGRAPHS = (
    "عين الريم - مرسانا: افتتحت بلدية الميناء يوم الأحد رصيفاً جديداً للسفن الكبيرة بعد عمل استمر عامين.",
    "وقال رئيس البلدية إن الكلفة بلغت أربعين مليون دينار، وإن «الرصيف ملك للناس جميعاً».",
)
TEXT = "\n\n".join(PARAGRAPHS)
CLEAN_TEXT = "\n".join(PARAGRAPHS)
NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


class Pages:
    """An extractor whose answer is written out: an article, or an error to raise."""

    def __init__(self, answer: Article | Exception | None = None) -> None:
        self.answer = answer
        self.pages: list[str] = []

    def __call__(self, page: str, url: str, source: str, fetched_at: datetime) -> Article:
        self.pages.append(page)
        if isinstance(self.answer, Article):
            return self.answer
        raise self.answer or AssertionError("no page is expected")


def document(name: str, payload: bytes | str, **values: object) -> dict[str, object]:
    content = payload.encode() if isinstance(payload, str) else payload
    row: dict[str, object] = {
        "doc_id": hashlib.sha256(name.encode()).hexdigest()[:32],
        "source": "cli",
        "url": f"file:///news/{name}",
        "fetched_at": NOON,
        "status": 200,
        "content_type": "text/html" if name.endswith("html") else "text/plain",
        "charset": None,
        "etag": None,
        "last_modified": None,
        "payload": content,
        "payload_sha256": hashlib.sha256(content).hexdigest(),
        "hint_title": None,
        "hint_published_at": None,
        "previous_sha256": None,
    }
    return row | values


def clean(*documents: dict[str, object], pages: Pages | None = None) -> StageOutput:
    raw: pa.Table = table(RAW, list(documents))
    cleaners = InThisProcess(Cleaner(SETTINGS, RULES, pages or Pages()))
    return place_articles(extract_articles(raw, cleaners), StoryIndex(SETTINGS))


def test_a_text_file_becomes_an_article_without_title() -> None:
    payload = f"\ufeff{TEXT}\r\n\r\nاترك تعليقاً\u200f\r\n"
    output = clean(document("a.txt", payload))
    (article,) = output.tables["clean"].to_pylist()
    assert article["text"] == CLEAN_TEXT
    assert article["title"] is None
    assert (article["language"], article["duplicate_of"]) == ("ar", None)
    assert article["text_chars"] == len(CLEAN_TEXT)
    assert article["raw_chars"] == len(payload) - 1
    assert article["text_sha256"] == hashlib.sha256(CLEAN_TEXT.encode()).hexdigest()
    assert output.rejects.num_rows == 0


def test_a_row_has_the_title_and_time_of_its_hints() -> None:
    hints = {"hint_title": " عنوان\u200f الخبر ", "hint_published_at": NOON}
    (article,) = clean(document("a.txt", TEXT, **hints)).tables["clean"].to_pylist()
    assert (article["title"], article["published_at"]) == ("عنوان الخبر", NOON)
    assert (article["published_source"], article["published_zone"]) == ("feed", None)


@pytest.mark.parametrize(
    ("source", "hint", "found"),
    [
        ("text", NOON + timedelta(hours=1), (NOON, "text", "UTC")),
        ("script", NOON + timedelta(hours=1), (NOON + timedelta(hours=1), "feed", None)),
        ("script", None, (NOON, "script", "UTC")),
        (None, datetime(1970, 1, 1, tzinfo=UTC), (None, None, None)),
        (None, datetime(2099, 1, 1, tzinfo=UTC), (None, None, None)),
    ],
)
def test_the_page_goes_before_the_feed_and_the_feed_before_a_script(
    source: str | None, hint: datetime | None, found: tuple[datetime | None, str | None, str | None]
) -> None:
    dated = (NOON, source, "UTC") if source else (None, None, None)
    page = document("a.html", "<html>", hint_published_at=hint)
    (article,) = clean(page, pages=Pages(Article("رصيف", TEXT, None, *dated))).tables["clean"].to_pylist()
    assert (article["published_at"], article["published_source"], article["published_zone"]) == found


def test_a_title_that_is_longer_than_any_headline_is_none() -> None:
    endless = "عنوان " * 500_000
    (article,) = clean(document("a.txt", TEXT, hint_title=endless)).tables["clean"].to_pylist()
    assert article["title"] is None
    page = document("a.html", "<html>", hint_title="رصيف جديد")
    (article,) = clean(page, pages=Pages(Article(endless, TEXT, endless))).tables["clean"].to_pylist()
    assert (article["title"], article["author"]) == ("رصيف جديد", None)


def test_a_page_gives_its_own_title_time_and_author_before_the_hints() -> None:
    pages = Pages(
        Article(
            "رصيف جديد",
            f"رَصيف جديد\n{TEXT}\nمشاركة",
            " سلمى الهادي ",
            NOON,
            "meta",
            "+03:00",
            "https://example.org/pier",
        )
    )
    page = document("a.html", "<html>", hint_title="آخر", hint_published_at=datetime(2020, 1, 1, tzinfo=UTC))
    (article,) = clean(page, pages=pages).tables["clean"].to_pylist()
    assert (article["title"], article["author"], article["published_at"]) == ("رصيف جديد", "سلمى الهادي", NOON)
    assert article["text"] == CLEAN_TEXT
    found = (article["published_source"], article["published_zone"], article["canonical_url"])
    assert found == ("meta", "+03:00", "https://example.org/pier")


def test_a_first_line_that_repeats_the_title_stays_in_text_that_is_no_page() -> None:
    (article,) = clean(document("a.txt", f"رصيف جديد\n{TEXT}", hint_title="رصيف جديد")).tables["clean"].to_pylist()
    assert article["text"].startswith("رصيف جديد\n")


@pytest.mark.parametrize(("name", "content_type"), [("a.html", "text/html"), ("a.txt", None), ("a.txt", "text/plain")])
def test_html_goes_to_the_extractor_decoded_whatever_it_is_called(name: str, content_type: str | None) -> None:
    html = f"<!DOCTYPE html><html><body>{CLEAN_TEXT}</body></html>"
    pages = Pages(Article(None, TEXT))
    output = clean(document(name, html.encode("cp1256"), content_type=content_type), pages=pages)
    assert pages.pages == [html]
    assert output.tables["clean"].num_rows == 1


ENGLISH = "The harbour town opened a new pier on Sunday after two years of work, the mayor said. " * 2


@pytest.mark.parametrize(
    ("row", "answer", "reason"),
    [
        (document("a.txt", " \n\t\n"), None, "empty"),
        (document("a.txt", "اترك تعليقاً\n\u200f"), None, "empty"),
        (document("a.txt", "خبر قصير."), None, "no_article"),
        (document("a.txt", "كلمة " * 50_000), None, "too_large"),
        (document("a.txt", "محمد ﷺ " * 10_000), None, "too_large"),  # as it is counted when it is read
        (document("a.html", "<html>"), Article(None, "كلمة " * 50_000), "too_large"),
        (document("a.txt", ENGLISH), None, "wrong_language"),
        (document("a.txt", b"\x89PNG\x00\x01" * 50), None, "not_text"),
        (document("a.bin", TEXT, content_type="application/pdf"), None, "not_text"),
        (document("a.html", "<html>"), DocumentError("timeout", "20 s"), "timeout"),
        (document("a.html", "<html>"), DocumentError("no_article", "none"), "no_article"),
        (document("a.html", "<html>"), RuntimeError("surprise"), "failed"),
    ],
)
def test_what_cannot_be_taken_is_one_reject_with_its_reason(
    row: dict[str, object], answer: Article | Exception | None, reason: str
) -> None:
    output = clean(document("good.txt", TEXT), row, pages=Pages(answer))
    (refusal,) = output.rejects.to_pylist()
    assert (refusal["stage"], refusal["reason"], refusal["url"]) == ("clean", reason, row["url"])
    assert (refusal["doc_id"], refusal["payload_sha256"]) == (row["doc_id"], row["payload_sha256"])
    assert refusal["detail"]
    assert output.tables["clean"].num_rows == 1


SHAPED = "ﻗﺎﻝ ﻭﺯﻳﺮ ﺍﻟﻤﻴﺎﻩ ﺇﻥ ﺍﻷﻋﻤﺎﻝ ﺳﺘﻨﺘﻬﻲ ﻗﺮﻳﺒﺎ، ﻭﺃﺿﺎﻑ ﺃﻥ ﺍﻻﺗﻔﺎﻕ ﻣﻊ ﺣﺰﺏ ﺍﷲ ﻗﺎﺋﻢ. "
UNSHAPED = "قال وزير المياه إن الأعمال ستنتهي قريبا، وأضاف أن الاتفاق مع حزب الله قائم."


@pytest.mark.parametrize(
    "payload",
    [
        SHAPED * 5,
        SHAPED.encode().decode().replace("ﺍ", "&#65165;") * 5,
        "\n".join([f"{SHAPED[::-1].strip()}"] * 5),
        "\u202b" + " \u200f".join(UNSHAPED.split() * 5) + "\u202c",
        UNSHAPED * 5 + "\ndata:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAA" * 2500,
        UNSHAPED * 5 + "\n![Le ministre de l'eau devant le port](data:image/png;base64,iVBORw0KGgo=)",
        f"<p>{UNSHAPED * 5}</p><img alt='{ENGLISH * 5}' src='data:image/png;base64,iVBORw0KGgo='>",
        UNSHAPED.replace("وزير", "وزـ. ـير") * 5,
    ],
)
def test_a_text_is_read_as_the_plain_one_whatever_it_is_stored_as(payload: str) -> None:
    (article,) = clean(document("a.txt", payload)).tables["clean"].to_pylist()
    assert " ".join(article["text"].split()).replace(". ", ".") == (UNSHAPED * 5)
    assert article["language"] == "ar"


def test_every_row_comes_out_once_in_the_order_of_the_input() -> None:
    rows = [document(f"{n}.txt", TEXT.replace("الأحد", f"الأحد {n}") if n % 3 else "قصير") for n in range(12)]
    output = clean(*rows)
    accepted, refused = output.tables["clean"]["url"].to_pylist(), output.rejects["url"].to_pylist()
    assert accepted == [row["url"] for n, row in enumerate(rows) if n % 3]
    assert refused == [row["url"] for n, row in enumerate(rows) if n % 3 == 0]


def test_the_second_copy_is_marked_as_a_duplicate_of_the_first() -> None:
    rows = [document("a.txt", TEXT), document("b.txt", TEXT + "\n\nانظر أيضاً"), document("c.txt", TEXT)]
    assert clean(*rows).tables["clean"]["duplicate_of"].to_pylist() == [None, rows[0]["doc_id"], rows[0]["doc_id"]]


def test_an_empty_batch_gives_empty_tables() -> None:
    output = clean()
    assert (output.tables["clean"].num_rows, output.rejects.num_rows) == (0, 0)


def test_the_input_is_not_changed() -> None:
    raw = table(RAW, [document("a.txt", TEXT)])
    before = raw.to_pylist()
    extract_articles(raw, InThisProcess(Cleaner(SETTINGS, RULES, Pages())))
    assert raw.to_pylist() == before
