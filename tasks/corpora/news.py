"""News articles without annotation, for vocabulary, pretraining and self-training."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

# SaudiNewsNet: fourteen newspapers in 2015. ANT: six broadcasters and agencies, 2012 to 2018.
SAUDI_NEWS: Final = "news/saudinewsnet.parquet"
NEWS_FILES: Final = (SAUDI_NEWS, "news/ant.parquet")


def read_news(path: Path) -> list[dict[str, str | None]]:
    """Title and text of each article of a Parquet file."""
    articles: list[dict[str, str | None]] = pq.read_table(path, columns=["title", "text"]).to_pylist()
    return articles
