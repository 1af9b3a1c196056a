"""A warehouse of invented news, written by the real store: outlets that copy each other, speakers, positions.

One source changes its mind about one target in the middle; all else keeps its own. The rows say exactly what the
sentences say, so that a report of it can be counted by hand.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nabra.config.settings import load_settings
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write

OUTLETS = ("sada", "barq", "manara", "alwadi")
SPEAKERS = (
    ("وزير الري سالم الراوي", None),
    ("محافظ تلال نادر الشمري", None),
    ("المتحدثة باسم اتحاد المزارعين هدى الصفار", None),
    ("رئيس البلدية مروان الحجلي", None),
    ("الأمم المتحدة", "un"),
    ("الجامعة العربية", "arab_league"),
    ("رابطة الصيادين", None),
)
TARGETS = (("مشروع السد", None), ("اتفاق المياه", None), ("اتحاد المزارعين", None), ("الأمم المتحدة", "un"))
# Who changes towards what, and the share of stories in favor of all other pairs.
CHANGING = (0, 0)
FAVOR = (0.15, 0.8, 0.3)
SAID = ("الماء حق للجميع", "العمل يبدأ في الربيع", "لن نقبل بأقل من ذلك", "الأرقام لا تكذب", "ننتظر رداً مكتوباً")
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
FIRST_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
BATCH = 64


@dataclass
class Text:
    """The text of an article as it grows sentence by sentence, and the rows that tell of it."""

    doc_id: str
    title: str
    text: str = ""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._sentence("title", 0, self.title, "neutral")

    def say(self, sentence: str, label: str = "neutral") -> int:
        """Add a sentence; the offset at which it begins."""
        start = len(self.text) + bool(self.text)
        self.text = f"{self.text} {sentence}".strip()
        self._sentence("text", start, sentence, label)
        return start

    def _sentence(self, part: str, start: int, sentence: str, label: str) -> None:
        sent_id = len(self.rows["sentences"])
        place = {"part": part, "start": start, "end": start + len(sentence)}
        self.rows["sentences"].append({"doc_id": self.doc_id, "sent_id": sent_id, "text": sentence} | place)
        tone = {"level": "sentence", "sent_id": sent_id, "label": label}
        self.rows["sentiment"].append({"doc_id": self.doc_id} | tone)

    def quote(self, speaker: str, speaker_id: str | None, words: str) -> None:
        """Add what somebody says between quotation marks."""
        sentence = f"قال {speaker} إن «{words}»."
        start = self.say(sentence)
        at = start + sentence.index(words)
        row = {"doc_id": self.doc_id, "quote_id": len(self.rows["quotes"]), "part": "text", "start": at}
        row |= {"end": at + len(words), "text": words, "kind": "direct", "cue": "قال"}
        row |= {"sent_id": len(self.rows["sentences"]) - 1, "speaker": speaker, "speaker_id": speaker_id}
        self.rows["quotes"].append(row)

    def stand(
        self, source: tuple[str, str | None], target: tuple[str, str | None], *, favor: bool, score: float
    ) -> None:
        """Add a sentence in which a source is for or against a target."""
        words = f"{'أيد' if favor else 'انتقد'} {source[0]} {target[0]}"
        start = self.say(f"و{words} أمس أمام الصحافيين.", "positive" if favor else "negative")
        row = {"doc_id": self.doc_id, "stance_id": len(self.rows["stances"]), "part": "text", "start": start + 1}
        row |= {"end": start + 1 + len(words), "evidence": words, "stance": "favor" if favor else "against"}
        row |= {"source": source[0], "source_id": source[1], "target": target[0], "target_id": target[1]}
        row |= {"sent_id": len(self.rows["sentences"]) - 1, "source_kind": "actor", "score": score, "method": "rule:x"}
        self.rows["stances"].append(row)

    def article(self, outlet: str, moment: datetime, story: str) -> dict[str, list[dict[str, Any]]]:
        """All rows, with those of the article itself."""
        url = f"https://{outlet}.example/{self.doc_id}"
        row = {"doc_id": self.doc_id, "source": outlet, "url": url, "title": self.title, "text": self.text}
        row |= {"published_at": moment, "fetched_at": moment, "story": story, "language": "ar"}
        raw = {"doc_id": self.doc_id, "source": outlet, "url": url}
        whole = {"doc_id": self.doc_id, "level": "document", "label": "neutral"}
        self.rows["sentiment"].append(whole)
        return dict(self.rows) | {"clean": [row], "raw": [raw]}


class Newsroom:
    """Writes stories, seeded: the same each time."""

    def __init__(self, weeks: int, padding: int, seed: int = 5) -> None:
        self._random, self._weeks, self._padding, self._count = random.Random(seed), weeks, padding, 0
        self._words = ["".join(self._random.choices(LETTERS, k=self._random.randint(2, 8))) for _ in range(12_000)]

    def story(self, week: int) -> list[dict[str, list[dict[str, Any]]]]:
        """The articles that tell a story: one, or with copies of the same words in other outlets."""
        moment = FIRST_DAY + timedelta(weeks=week, hours=self._random.randint(0, 160))
        outlets = self._random.sample(OUTLETS, k=self._random.choice((1, 1, 1, 2)))
        state = self._random.getstate()
        told = []
        for outlet in outlets:
            self._random.setstate(state)
            told.append(self._text(week, f"{self._count:08x}" + "0" * 24).article(outlet, moment, story=""))
            self._count += 1
        for rows in told:
            rows["clean"][0]["story"] = told[0]["clean"][0]["doc_id"]
        return told

    def _text(self, week: int, doc_id: str) -> Text:
        speaker, source, target = (self._random.randrange(len(of)) for of in (SPEAKERS, SPEAKERS, TARGETS))
        text = Text(doc_id, f"{SPEAKERS[speaker][0]}: {self._random.choice(SAID)}")
        text.quote(*SPEAKERS[speaker], self._random.choice(SAID))
        text.stand(SPEAKERS[source], TARGETS[target], favor=self._favors(source, target, week), score=self._score())
        for _ in range(self._padding):
            text.say(" ".join(self._random.choices(self._words, k=20)) + ".")
        text.quote(*SPEAKERS[speaker], self._random.choice(SAID))
        changing = SPEAKERS[CHANGING[0]], TARGETS[CHANGING[1]]
        text.stand(*changing, favor=self._favors(*CHANGING, week), score=self._score())
        return text

    def _favors(self, source: int, target: int, week: int) -> bool:
        share = FAVOR[(source + target) % len(FAVOR)]
        if (source, target) == CHANGING:
            share = 0.1 if week < self._weeks // 2 else 0.9
        return self._random.random() < share

    def _score(self) -> float:
        return round(self._random.uniform(0.3, 0.99), 3)


def news_warehouse(folder: Path, weeks: int = 16, stories: int = 5, padding: int = 1) -> Store:
    """A warehouse of `stories` a week; `padding` sentences of no sense make the articles longer."""
    store = Store.open(load_settings(warehouse=str(folder)).store)
    newsroom = Newsroom(weeks, padding)
    articles = [rows for week in range(weeks) for _ in range(stories) for rows in newsroom.story(week)]
    for number in range(0, len(articles), BATCH):
        batch = Batch("2026-06-01", f"{number:05d}")
        chosen = articles[number : number + BATCH]
        for name in ("raw", "clean", "sentences", "sentiment", "quotes", "stances"):
            write(store, batch, name, *(row for rows in chosen for row in rows[name]))
        for name in ("tokens", "entities", "mentions"):
            write(store, batch, name)
    return store
