"""The stage `sentiment`: the tone of every sentence, and of the article."""

from __future__ import annotations

from typing import Final

from nabra.tasks.models.folders import opinion_sum
from nabra.tasks.stage import Stage

SENTIMENT: Final = Stage(
    "sentiment",
    work="nabra.tasks.sentiment.sentiment:tag_sentiment",
    needs=("sentences", "clean", "settings", "classifier"),
    makes=("sentiment",),
    tools={"classifier": "nabra.tasks.sentiment.classifier:classifier"},
    made_of=(opinion_sum,),
)
