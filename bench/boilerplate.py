"""How much boilerplate cleaning leaves in annotated articles given as text, and how many of their words it keeps.

    python -m bench.boilerplate GOLD.jsonl… [--lines]

Both figures as in `nabra evaluate`, of all articles and by outlet, each with the interval of 95 % over resampled
articles. `--lines` prints the annotated boilerplate that is left whole, and the sentences that are not whole any more:
not for articles that nobody is to read.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from nabra.config.settings import load_settings
from nabra.tasks.clean.boilerplate import Boilerplate, load_boilerplate
from nabra.tasks.clean.normalize import normalize
from nabra.tasks.corpora.articles import read_annotated
from nabra.tasks.evaluate.articles import Share, judge_cleaning

Row = dict[str, Any]
RESAMPLED, TAIL = 1000, 0.025
SEED: Final = 18


@dataclass(frozen=True)
class Judged:
    """An article, what cleaning made of its text, how much of the boilerplate is left and of the article kept."""

    article: Row
    text: str
    boilerplate: Share
    body: Share

    @property
    def outlet(self) -> str:
        """The host of the article, or where its collection has it from."""
        return urlsplit(self.article.get("url") or "").hostname or self.article["origin"].rsplit(" ", 1)[0]

    def lines(self) -> Iterator[str]:
        """What is wrong: `left`, boilerplate that is still there; `cut`, a sentence that is not."""
        for start, end in self.article["boilerplate"]:
            if _clean(self.article, start, end) in self.text:
                yield f"{self.article['doc_id']} left {_clean(self.article, start, end)}"
        for sentence in self.article["sentences"]:
            wanted = _clean(self.article, sentence["start"], sentence["end"])
            if wanted not in self.text:
                yield f"{self.article['doc_id']} cut  {wanted}"


def main(paths: Sequence[Path], lines: bool) -> None:
    """Print the figures, and with `lines` what is wrong."""
    rules = load_boilerplate(Path(load_settings().clean.boilerplate))
    judged = [judge(article, rules) for path in paths for article in read_annotated(path)]
    for line in (line for row in judged for line in row.lines() if lines):
        print(line)
    outlets: defaultdict[str, list[Judged]] = defaultdict(list)
    for row in judged:
        outlets[row.outlet].append(row)
    print(f"{'':32}articles  words of boilerplate left       words of articles kept")
    for name, rows in [*sorted(outlets.items()), ("all", judged)]:
        print(f"{name:32}{len(rows):8}  {_figure([r.boilerplate for r in rows])}  {_figure([r.body for r in rows])}")


def judge(article: Row, rules: Boilerplate) -> Judged:
    """What cleaning makes of an annotated article."""
    text = rules.cut(normalize(article["text"])[0])
    return Judged(article, text, *judge_cleaning(article, text))


def _clean(article: Row, start: int, end: int) -> str:
    return normalize(article["text"][start:end])[0]


def _figure(shares: Sequence[Share]) -> str:
    chance = Random(SEED)
    drawn = sorted(_together(chance.choices(shares, k=len(shares))).value for _ in range(RESAMPLED))
    low, high = drawn[round(TAIL * RESAMPLED)], drawn[round((1 - TAIL) * RESAMPLED) - 1]
    whole = _together(shares)
    return f"{whole.value:.4f} ({low:.4f}-{high:.4f}) {whole.whole:6}" if whole.whole else f"{'none':29}"


def _together(shares: Sequence[Share]) -> Share:
    return Share(sum(share.part for share in shares), sum(share.whole for share in shares))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--lines", action="store_true")
    arguments = parser.parse_args()
    main(arguments.gold, arguments.lines)
