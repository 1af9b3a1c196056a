"""What a correction of one column changes in the others of its row, so that the row stays true to its schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from nabra.tasks.decisions.applied import SIDES, WORDS
from nabra.tasks.decisions.decisions import Change, Subject
from nabra.tasks.schemas import SENTIMENTS

Row = Mapping[str, Any]
# In `stances.method` and `clean.published_source`: what is there was said by a user.
CORRECTION: Final = "correction"


def subject_of(dataset: str, row: Row, sentence: Row | None = None) -> Subject:
    """A row, as it was found, as the subject of a decision; of a sentence's sentiment with the sentence."""
    version = row["version"] or 1
    if dataset == "clean" or (dataset == "sentiment" and sentence is None):
        return Subject(dataset, row["doc_id"], version)
    span = sentence or row
    words = span[WORDS[dataset] or ""]
    sides = (row[name] for name in SIDES) if dataset == "stances" else ()
    return Subject(dataset, row["doc_id"], version, span["part"], span["start"], span["end"], words, *sides)


def speaker(name: str | None, actor_id: str | None) -> dict[str, Any]:
    """The values of a quote whose speaker a user has named: where the text names him is not known."""
    found = dict.fromkeys(("speaker_start", "speaker_end", "speaker_found", "speaker_known"))
    return {"speaker": name, "speaker_id": actor_id, **found}


def speaker_known(actor_id: str | None) -> dict[str, Any]:
    """The values of a quote of which a user has said which actor its speaker is."""
    return {"speaker_id": actor_id, "speaker_known": None}


def side(which: str, name: str, actor_id: str | None) -> dict[str, Any]:
    """The values of a stance whose source or target (`which`) a user has named."""
    kind = {"source_kind": "author" if name == "author" else "actor"} if which == "source" else {}
    return {which: name, f"{which}_id": actor_id, **kind, **_CERTAIN}


def stance(label: str) -> dict[str, Any]:
    """The values of a stance that is for or against after all."""
    return {"stance": label, **_CERTAIN}


def sentiment(label: str) -> dict[str, Any]:
    """The values of a sentiment that a user has named."""
    return {"label": label, "score": 1.0} | {f"p_{each}": float(each == label) for each in SENTIMENTS}


def published_at(moment: datetime) -> dict[str, Any]:
    """The values of an article whose time a user has named."""
    return {"published_at": moment, "published_source": CORRECTION, "published_zone": None}


def changes(row: Row, values: Mapping[str, Any]) -> list[Change]:
    """What gives the row these values."""
    return [Change(name, as_text(row[name]), as_text(value)) for name, value in values.items()]


def as_text(value: object) -> str | None:
    """A value as `corrections` has it."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


_CERTAIN: Final = {"score": 1.0, "method": CORRECTION}
