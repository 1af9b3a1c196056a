"""The saved pages with what is to be read out of them, and how the stage `clean` reads them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from nabra.config.settings import CONFIG_FOLDER, load_settings
from nabra.tasks.clean.boilerplate import load_boilerplate
from nabra.tasks.clean.charset import decode
from nabra.tasks.clean.clean import extract_articles
from nabra.tasks.clean.cleaner import Cleaner, PageReader
from nabra.tasks.clean.noise import load_noise
from nabra.tasks.schemas import RAW, table
from nabra.tasks.stories.stories import StoryIndex, place_articles
from tests.in_process import InThisProcess

HERE = Path(__file__).parent
SETTINGS = load_settings().clean
RULES = load_boilerplate(CONFIG_FOLDER / "boilerplate.toml")
NOISE = load_noise(CONFIG_FOLDER / "noise.toml")


@dataclass(frozen=True)
class SavedPage:
    """A page as received, and what it was made of."""

    name: str
    payload: bytes
    expected: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(self.expected["paragraphs"])

    @property
    def days(self) -> set[date]:
        """The day on which it was published, by the page's zone and by UTC."""
        said = self.expected.get("published_at")
        moment = datetime.fromisoformat(said) if said else None
        if moment is None or moment.tzinfo is None:
            return {moment.date()} if moment else set()
        return {moment.date(), moment.astimezone(UTC).date()}


def saved_pages() -> list[SavedPage]:
    """All pages of the set, by name."""
    return [
        SavedPage(
            path.stem, path.read_bytes(), json.loads((HERE / "expected" / f"{path.stem}.json").read_text("utf-8"))
        )
        for path in sorted((HERE / "html").glob("*.html"))
    ]


def read_page(page: SavedPage) -> dict[str, Any]:
    """The row that `clean` makes of a page, or its reject row, with the charset."""
    document = {
        "doc_id": hashlib.sha256(page.name.encode()).hexdigest()[:32],
        "source": "pages",
        "url": page.expected["url"],
        "fetched_at": datetime.fromisoformat(page.expected["fetched_at"]),
        "status": 200,
        "content_type": "text/html",
        "charset": page.expected["header_charset"],
        "etag": None,
        "last_modified": None,
        "previous_sha256": None,
        "payload": page.payload,
        "payload_sha256": "0",
        "hint_title": None,
        "hint_published_at": None,
    }
    settings = SETTINGS.model_copy(update={"zone": page.expected["zone"]})
    cleaners = InThisProcess(Cleaner(settings, RULES, PageReader(NOISE, settings.zone)))
    output = place_articles(extract_articles(table(RAW, [document]), cleaners), StoryIndex(SETTINGS))
    (row,) = [*output.tables["clean"].to_pylist(), *output.rejects.to_pylist()]
    return row | {"charset": decode(page.payload, page.expected["header_charset"], "text/html")[1]}
