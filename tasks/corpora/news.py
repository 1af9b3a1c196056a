"""News articles without annotation, for vocabulary, pretraining and self-training."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

NEWS_FILE: Final = "news/saudinewsnet.parquet"


def read_news(path: Path) -> list[dict[str, str | None]]:
    """Title and text of each article of a Parquet file."""
    articles: list[dict[str, str | None]] = pq.read_table(path, columns=["title", "text"]).to_pylist()
    return articles
