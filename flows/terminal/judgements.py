"""Judgements as text for a terminal: what a run got wrong, and what differs between two runs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.text import Text

from nabra.tasks.evaluate.judgements import ASPECTS, Change, Judgement

STYLES = {"+": "green", "-": "red", "missed": "yellow", "not annotated": "magenta", "wrong": "red"}


def error_text(judgements: Iterable[Judgement]) -> Text:
    """The wrong judgements by aspect and article: what was missed, found though nobody annotated it, or taken wrong."""
    wrong = sorted(
        (row for row in judgements if not row.right), key=lambda row: (ASPECTS.index(row.aspect), row.doc_id)
    )
    text = Text()
    for (aspect, doc_id), rows in groupby(wrong, key=lambda row: (row.aspect, row.doc_id)):
        text.append(f"{aspect}  {doc_id}\n", "bold")
        for row in rows:
            verdict = "missed" if row.found is None else "not annotated" if row.gold is None else "wrong"
            text.append(f"  {verdict}  ", STYLES[verdict]).append(f"{_described(row)}\n")
    return text


def change_text(changed: Iterable[Change]) -> Text:
    """What became right (`+`) and what became wrong (`-`) since an earlier run, by aspect."""
    text = Text()
    for change in sorted(changed, key=lambda change: ASPECTS.index(change.judgement.aspect)):
        mark, row = "+" if change.better else "-", change.judgement
        text.append(f"{mark} ", STYLES[mark]).append(f"{row.aspect}  {row.doc_id}  {_described(row)}\n")
    return text


def _described(row: Judgement) -> str:
    """What is at stake in a line: label or names on both sides, then the words and the method."""
    if row.aspect == "quote":
        return f"{row.gold} → {row.found}" if row.gold and row.found else row.text
    labels = f"{row.gold} → {row.found}" if row.gold and row.found and row.gold != row.found else row.gold or row.found
    method = f"  [{row.method}]" if row.method else ""
    return f"{labels}  | {row.text}{method}"
