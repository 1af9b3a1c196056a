"""Build the page set: `python -m tests.pages.build` writes `html/NAME.html` and `expected/NAME.json` for all `PAGES`.

A page is a layout of `layouts/` (Jinja) filled with a story of `stories.py`. A layout marks with `say(…)` what a reader
would call the article, once for each paragraph: that is the expected text, and all else on the page is noise.

A page of `written/` is the page itself, its article's paragraphs in `[[…]]`, under a line of JSON with what else is to
be read out of it.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hijridate import Gregorian
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.pages import stories
from tests.pages.catalogue import PAGES, Page

HERE = Path(__file__).parent
FETCHED = datetime(2024, 6, 20, 12, 0, tzinfo=ZoneInfo("UTC"))
DAYS = ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"]
MONTHS = {
    "gulf": ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر",
             "ديسمبر"],
    "levant": ["كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول",
               "تشرين الثاني", "كانون الأول"],
    "morocco": ["يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر",
                "دجنبر"],
    "tunis": ["جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان", "جويلية", "أوت", "سبتمبر", "أكتوبر", "نوفمبر",
              "ديسمبر"],
    "hijri": ["محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان",
              "شوال", "ذو القعدة", "ذو الحجة"],
}  # fmt: skip
MARKED = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SITES = ["صحيفة المنارة", "موقع السواحل", "جريدة الضفاف", "نبض الريم", "الأفق الجديد", "وكالة الصنوبر", "مجلة الرواق"]
AUTHORS = ["سلمى الهادي", "وائل البستاني", "نادين الصوان", "ياسر العمودي", "هدى المرسي", "كريم الزيات", "ليان الأغا"]


@dataclass
class Article:
    """What a layout prints, and what it said to be the article's text."""

    title: str
    paras: list[str]
    sub: str
    items: list[str]
    author: str
    site: str
    url: str
    when: datetime
    caption: str
    said: list[str] = field(default_factory=list)

    @property
    def iso(self) -> str:
        return self.when.isoformat(timespec="seconds")

    @property
    def naive(self) -> str:
        return self.when.strftime("%Y-%m-%dT%H:%M:%S")

    @property
    def day(self) -> str:
        return DAYS[self.when.weekday()]

    def date(self, months: str = "gulf") -> str:
        return f"{self.when.day} {MONTHS[months][self.when.month - 1]} {self.when.year}"

    @property
    def both(self) -> str:
        month = self.when.month - 1
        return f"{self.when.day} {MONTHS['gulf'][month]}/{MONTHS['levant'][month]} {self.when.year}"

    @property
    def hijri(self) -> str:
        hijri = Gregorian(self.when.year, self.when.month, self.when.day).to_hijri()
        return f"{hijri.day} {MONTHS['hijri'][hijri.month - 1]} {hijri.year}"

    @property
    def clock(self) -> str:
        return self.when.strftime("%H:%M")

    @property
    def clock12(self) -> str:
        return f"{(self.when.hour - 1) % 12 + 1}:{self.when:%M} {'ص' if self.when.hour < 12 else 'م'}"

    def say(self, text: str) -> str:
        """The text, marked as a paragraph of the article."""
        self.said.append(text)
        return text

    def linked(self, text: str) -> str:
        """The same with a link and bold words inside."""
        self.said.append(text)
        words = text.split()
        return (
            f'{" ".join(words[:4])} <a href="/topic/{len(words)}">{" ".join(words[4:7])}</a> '
            f"<strong>{words[7]}</strong> {' '.join(words[8:])}"
        )


def article(page: Page, chance: random.Random) -> Article:
    """The story of a page, its names and places filled in."""
    story, cast = stories.STORIES[page.story % len(stories.STORIES)], chance.choice(stories.CASTS)
    paragraphs = list(story["text"])
    if not page.whole and len(paragraphs) > 5:
        del paragraphs[chance.randrange(1, len(paragraphs))]
    when = page.when or FETCHED - timedelta(days=chance.randrange(2, 900), minutes=chance.randrange(1440))
    fill = dict(cast)
    return Article(
        story["title"].format(**fill),
        [text.format(**fill) for text in paragraphs],
        story["sub"],
        list(story["items"]),
        chance.choice(AUTHORS),
        chance.choice(SITES),
        f"https://{page.name.split('-')[0]}.example/{page.path.format(number=chance.randrange(1000, 99999))}",
        when.astimezone(ZoneInfo(page.zone)),
        chance.choice(stories.CAPTIONS),
    )


def render(page: Page) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a page and what is to be read out of it."""
    chance = random.Random(zlib.crc32(page.name.encode()))
    made = article(page, chance)

    def teasers(count: int) -> list[dict[str, str]]:
        chosen = chance.sample(stories.HEADLINES, count)
        return [
            {"title": title, "url": f"/news/{n + 300}", "excerpt": chance.choice(stories.EXCERPTS)}
            for n, title in enumerate(chosen)
        ]

    def comments(count: int) -> list[dict[str, str]]:
        return [{"name": name, "text": text} for name, text in (stories.COMMENTS * 3)[:count]]

    jinja = Environment(loader=FileSystemLoader(HERE / "layouts"), undefined=StrictUndefined, autoescape=False)
    jinja.globals |= {"teasers": teasers, "comments": comments, "words": stories, "page": page, "fetched": FETCHED}
    jinja.filters["js"] = lambda value: json.dumps(value, ensure_ascii=False)
    jinja.filters["indic"] = lambda value: str(value).translate(INDIC)
    html = jinja.get_template(f"{page.layout}.html").render(a=made, say=made.say, linked=made.linked)
    return page.encode(html), expected(page, made)


def expected(page: Page, made: Article) -> dict[str, Any]:
    """What is to be read out of a page."""
    received = {
        "url": made.url,
        "fetched_at": FETCHED.isoformat(),
        "zone": page.zone if page.naive else "UTC",
        "header_charset": page.header,
        "charset": page.charset_read,
        "held_out": page.held_out,
    }
    if page.no_article:
        return received | {"no_article": True}
    return received | {
        "title": made.title,
        "author": made.author if page.author else None,
        "published_at": made.when.date().isoformat() if page.date == "day" else made.iso if page.date else None,
        "canonical_url": made.url if page.canonical else None,
        "language": "ar",
        "paragraphs": made.said,
    }


def written(path: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a page of `written/` and what is to be read out of it."""
    head, html = path.read_text(encoding="utf-8").split("\n", 1)
    wanted = json.loads(head) | {"held_out": True}
    if "no_article" not in wanted:
        said = [unescape(TAG.sub("", text)).strip() for text in MARKED.findall(html)]
        wanted |= {"language": "ar", "paragraphs": said}
    return MARKED.sub(r"\1", html).encode(wanted["charset"], errors="xmlcharrefreplace"), wanted


def built() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """All pages of the set: name, bytes, expectation."""
    for page in PAGES:
        yield page.name, *render(page)
    for path in sorted((HERE / "written").glob("*.html")):
        yield path.stem, *written(path)


def main() -> None:
    """Write all pages and their expectations anew."""
    for folder in ("html", "expected"):
        (HERE / folder).mkdir(exist_ok=True)
        for old in (HERE / folder).iterdir():
            old.unlink()
    for name, payload, wanted in built():
        (HERE / "html" / f"{name}.html").write_bytes(payload)
        text = json.dumps(wanted, ensure_ascii=False, indent=1) + "\n"
        (HERE / "expected" / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
