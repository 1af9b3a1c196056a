"""Rows that several tests build on."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tasks.schemas import CLEAN, SENTENCES, table


def clean_table(*texts: tuple[str | None, str]) -> pa.Table:
    """Articles d0, d1 … of (title, text) as rows of `clean`."""
    rows: list[dict[str, Any]] = [
        {
            "doc_id": f"d{number}",
            "source": "cli",
            "url": f"file:///d{number}.txt",
            "title": title,
            "text": text,
            "published_at": None,
            "author": None,
            "language": "ar",
            "language_score": 1.0,
            "duplicate_of": None,
            "text_sha256": "0",
            "raw_chars": len(text),
            "text_chars": len(text),
        }
        for number, (title, text) in enumerate(texts)
    ]
    return table(CLEAN, rows)


def sentence_table(*sentences: tuple[str, int, str, str]) -> pa.Table:
    """(doc_id, sent_id, part, text) as rows of `sentences`."""
    rows = [
        {"doc_id": doc_id, "sent_id": sent_id, "part": part, "start": 0, "end": len(text), "text": text, "words": 1}
        for doc_id, sent_id, part, text in sentences
    ]
    return table(SENTENCES, rows)
