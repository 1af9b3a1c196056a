"""What each rule for quotes, speakers and stances wins, costs and touches on annotated articles.

    python -m bench.rules ARTICLES.jsonl… --work FOLDER [--rows RULE]

A rule is a function in one of the lists that decide in `tasks/quotes` and `tasks/stance`. Each is taken out of its list
in turn and all articles are tagged again. A line says how many rows that changes, and of the judgements of `nabra
evaluate` on quotes, speakers, their ids and stances, how many the rule wins (+) and costs (-): what is right only with
it, and what is right only without it. A row that nobody annotated is wrong. `--rows` prints the rows that one rule
changes. What takes long, the parses and the classifier's judgements, is kept in FOLDER.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

import torch

from bench.gold import KeptTargets, parsed_documents, read_gold
from nabra.config.settings import StanceSettings, load_settings
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.evaluate.articles import Evaluation
from nabra.tasks.evaluate.judgements import Judgement, judge_article
from nabra.tasks.models.folders import BUNDLED, DECISION, STANCE, opinion_folder
from nabra.tasks.quotes import attributions, contents, cued_sentence, objects, quotes, reports, speakers
from nabra.tasks.quotes.contents import Report
from nabra.tasks.quotes.cues import Cues
from nabra.tasks.quotes.document import ParsedDocument, Part, Sentence
from nabra.tasks.quotes.quotes import Quote
from nabra.tasks.stance import Judges, load_cues, load_decision, rules, scene, stances, tag, target_mentions

Row = dict[str, Any]
Judged = Counter[tuple[str, ...]]

# Where the rules are. Those of the first find the reports of a sentence, those of `AFTER_REPORTS` read them only.
OF_REPORTS: Final = (cued_sentence, attributions, contents, reports)
AFTER_REPORTS: Final = (quotes, speakers)
OF_STANCES: Final = (scene, rules, target_mentions, stances)
ASPECTS: Final = ("quote", "speaker", "speaker_id", "stance")


@dataclass(frozen=True)
class Rule:
    """The rule at one place of a list; `name` as in `speakers.ENDS._is_to`."""

    module: ModuleType
    table: str
    place: int

    @property
    def name(self) -> str:
        """By which it is printed and asked for."""
        rule = getattr(self.module, self.table)[self.place]
        function = rule[-1] if isinstance(rule, tuple) else rule
        return f"{self.module.__name__.rpartition('.')[2]}.{self.table}.{function.__name__}"


@dataclass(frozen=True)
class Tagged:
    """The quotes of an article, and the rows of its quotes and stances."""

    found: list[Quote]
    quotes: list[Row]
    stances: list[Row]


@dataclass(frozen=True)
class Tagger:
    """The articles, and what tags and judges them."""

    gold: Mapping[str, Row]
    documents: Sequence[ParsedDocument]
    settings: StanceSettings
    judges: Judges
    actors: Actors
    reports: dict[int, list[Report]] = field(default_factory=dict)  # by the id of their sentence, with all rules

    def tag(self) -> dict[str, Tagged]:
        """Quotes and stances of each article."""
        for document in self.documents:
            self.reports.update(self._reports(document))
        return {document.doc_id: self._tag(document) for document in self.documents}

    def without(self, rule: Rule, known: Mapping[str, Tagged]) -> dict[str, Tagged]:
        """The same without a rule; nothing is done again that the rule has no part in."""
        listed = getattr(rule.module, rule.table)
        others = listed[: rule.place] + listed[rule.place + 1 :]
        with patch.object(rule.module, rule.table, others):
            return {one.doc_id: self._tag_again(one, known[one.doc_id], rule.module) for one in self.documents}

    def _tag_again(self, document: ParsedDocument, known: Tagged, module: ModuleType) -> Tagged:
        if module in OF_STANCES:
            return self._with_stances(document, known.found)
        if module in OF_REPORTS and self._reports(document).items() <= self.reports.items():
            return known
        find = self._known_reports if module in AFTER_REPORTS else reports.find_reports
        with patch.object(quotes, "find_reports", find):
            return self._tag(document, known)

    def _tag(self, document: ParsedDocument, known: Tagged | None = None) -> Tagged:
        found = quotes.find_quotes(document, self.actors, self.judges.cues)
        return known if known and known.found == found else self._with_stances(document, found)

    def _with_stances(self, document: ParsedDocument, found: list[Quote]) -> Tagged:
        held = stances.find_stances(document, found, self.judges, self.actors.kinds, self.settings.min_score)
        return Tagged(found, tag.quote_rows(document, found), tag.stance_rows(document, held))

    def _reports(self, document: ParsedDocument) -> dict[int, list[Report]]:
        both = ((part, sentence) for part in document.parts for sentence in part.sentences)
        return {id(sentence): reports.find_reports(part, sentence, self.judges.cues) for part, sentence in both}

    def _known_reports(self, part: Part, sentence: Sentence, cues: Cues) -> list[Report]:
        return self.reports[id(sentence)]

    def judgements(self, tagged: Mapping[str, Tagged]) -> Iterator[Judgement]:
        """The judgements of `nabra evaluate` on the rows."""
        for doc_id, one in tagged.items():
            both = ("quotes", one.quotes), ("stances", one.stances)
            text = {name: [row for row in rows if row["part"] == "text"] for name, rows in both}
            yield from judge_article(self.gold[doc_id], {"sentences": [], "sentiment": [], **text})


@dataclass(frozen=True)
class Effect:
    """What a rule does: rows touched, judgements won and lost by aspect."""

    touched: int
    won: Counter[str]
    lost: Counter[str]

    def line(self, name: str) -> str:
        """A line of the table."""
        cells = [f"+{self.won[aspect]} -{self.lost[aspect]}" for aspect in ASPECTS]
        return f"{name:52}{self.touched:8}" + "".join(f"{cell:>12}" for cell in cells)


def effect(tagger: Tagger, with_rule: Mapping[str, Tagged], without: Mapping[str, Tagged]) -> Effect:
    """The difference that a rule makes; only articles whose rows change are judged."""
    changed = [doc_id for doc_id, rows in without.items() if rows != with_rule[doc_id]]
    touched = sum(len(list(differences(with_rule[doc_id], without[doc_id]))) for doc_id in changed)
    before, after = (right_and_wrong(tagger, {d: rows[d] for d in changed}) for rows in (with_rule, without))
    won = (before[0] - after[0]) + (after[1] - before[1])
    lost = (after[0] - before[0]) + (before[1] - after[1])
    return Effect(touched, by_aspect(won), by_aspect(lost))


def right_and_wrong(tagger: Tagger, rows: Mapping[str, Tagged]) -> tuple[Judged, Judged]:
    """What is right, and what nobody annotated."""
    judgements = [one for one in tagger.judgements(rows) if one.aspect in ASPECTS]
    return Counter(o.key for o in judgements if o.right), Counter(o.key for o in judgements if o.gold is None)


def by_aspect(judged: Judged) -> Counter[str]:
    """How many of each aspect."""
    return Counter(aspect for (_, aspect, _), times in judged.items() for _ in range(times))


def differences(with_rule: Tagged, without: Tagged) -> Iterator[tuple[str, Row]]:
    """`+` and a row that is there only with the rule, `-` and one that is there only without it; numbers apart."""
    old, new = ({_unnumbered(row): row for row in (*one.quotes, *one.stances)} for one in (with_rule, without))
    yield from (("+", old[key]) for key in old.keys() - new.keys())
    yield from (("-", new[key]) for key in new.keys() - old.keys())


def _unnumbered(row: Row) -> tuple[Any, ...]:
    return tuple(value for name, value in row.items() if name not in ("quote_id", "stance_id"))


def find_rules() -> list[Rule]:
    """All rules, list by list: the tuples of functions of these modules."""
    return [
        Rule(module, name, place)
        for module in (*OF_REPORTS, objects, *AFTER_REPORTS, *OF_STANCES)
        for name, table in vars(module).items()
        if name.isupper() and isinstance(table, tuple)
        for place, rule in enumerate(table)
        if callable(rule[-1] if isinstance(rule, tuple) else rule)
    ]


def load_tagger(paths: Sequence[Path], work: Path) -> tuple[Tagger, KeptTargets]:
    """The articles with their parses, and the shipped rules, words and models."""
    settings = load_settings()
    actors, folder = load_actors(*settings.parse.actor_folders), opinion_folder(BUNDLED)
    gold = read_gold(paths, actors)
    targets = KeptTargets(work, folder)
    judges = Judges(load_cues(*settings.stance.cue_folders), targets, load_decision(folder / STANCE / DECISION))
    documents = list(parsed_documents(gold, settings, actors, work))
    return Tagger({row["doc_id"]: row for row in gold}, documents, settings.stance, judges, actors), targets


def main(paths: Sequence[Path], work: Path, asked: str | None) -> None:
    """Print a line a rule, or the rows that one changes."""
    torch.set_num_threads(1)
    global tagger, base
    tagger, targets = load_tagger(paths, work)
    with patch.object(scene, "ASIDE", ()):
        tagger.tag()  # so that no absence of a rule asks the classifier for what is not kept
    targets.save()
    base = tagger.tag()
    gc.collect()
    gc.freeze()  # else every collection goes through all words of all articles
    found = find_rules()
    if asked:
        print_rows(next(rule for rule in found if rule.name == asked))
        return
    print_scores()
    print(f"{'rule':52}{'rows':>8}" + "".join(f"{aspect:>12}" for aspect in ASPECTS))
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for rule, measured in zip(found, pool.imap(measure, range(len(found))), strict=True):
            print(measured.line(rule.name), flush=True)


tagger: Tagger
base: dict[str, Tagged]


def measure(number: int) -> Effect:
    """What a rule does, in a process that has the articles from the one that started it."""
    return effect(tagger, base, tagger.without(find_rules()[number], base))


def print_rows(rule: Rule) -> None:
    """The rows that a rule changes, and the scores without it."""
    print_scores()
    without = tagger.without(rule, base)
    for doc_id, rows in without.items():
        for sign, row in differences(base[doc_id], rows):
            print(sign, doc_id, {name: value for name, value in row.items() if value is not None})
    print_scores(without)


def print_scores(rows: Mapping[str, Tagged] | None = None) -> None:
    """F1 of quotes and stances, and the share of right speakers and ids."""
    scores = Evaluation(list(tagger.judgements(base if rows is None else rows)), [], 0.0, 0.0).scores()
    f1 = {name: scores[name]["f1"] for name in ("quotes", "stances")}
    right = {name: scores[f"{name}_accuracy"] for name in ("speaker", "speaker_id")}
    print(", ".join(f"{name} {value:.4f}" for name, value in (f1 | right).items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=Path("build/rules"))
    parser.add_argument("--rows", metavar="RULE")
    options = parser.parse_args()
    main(options.articles, options.work, options.rows)
