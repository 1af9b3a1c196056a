"""What each rule for quotes, speakers and stances wins, costs and touches on annotated articles.

    python -m bench.rules ARTICLES.jsonl… [--work FOLDER] [--rows RULE]

A rule is a function in one of the lists that decide in `tasks/quotes` and `tasks/stance`. Each is taken out of its list
in turn and the articles are tagged again:

    rule                               rows       quote     speaker  speaker_id      stance
    speakers.SHARING._follows_was        57       +0 -0      +12 -0       +7 -0       +1 -0

Without this rule 57 rows are other ones. Of the judgements of `nabra evaluate`, 12 speakers are right only with it (+),
and none only without it (-). A quote or stance that nobody annotated is wrong. Headlines are not judged.

How to read it:
  * 0 rows: the rule fires nowhere in these articles.
  * +2 -3 is chance. A rule that is right as a rule of Arabic stays.
  * A rule that finds quotes wins their speakers too: judge it by its quotes.
  * A wrong stance costs F1 less than a right one wins, and the weights of stances were learned with all rules. The
    scores with and without one rule are printed by `--rows RULE`, with the rows: + with it only, - without it only.

ARTICLES are in the closed or the open format. What takes long, the parses and the classifier's judgements, is kept in
FOLDER: seconds an article at the first call, about a minute for 400 articles from then on.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import torch

from bench.parsed_gold import KeptTargets, parsed_documents, read_gold
from bench.rule_effects import ASPECTS, Effect, Rule, Tagged, Tagger, differences, effect, find_rules
from nabra.config.settings import load_settings
from nabra.tasks.actors.match import load_actors
from nabra.tasks.evaluate.articles import Evaluation
from nabra.tasks.models.folders import BUNDLED, DECISION, STANCE, opinion_folder
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.stance import scene
from nabra.tasks.stance.decision import load_decision
from nabra.tasks.stance.stances import Judges


def load_tagger(paths: Sequence[Path], work: Path) -> Tagger:
    """The articles with their parses, and the shipped rules, words and models."""
    settings = load_settings()
    actors, folder = load_actors(*settings.parse.actor_folders), opinion_folder(BUNDLED)
    gold = read_gold(paths, actors)
    targets = KeptTargets(work, folder)
    judges = Judges(load_cues(*settings.stance.cue_folders), targets, load_decision(folder / STANCE / DECISION))
    documents = list(parsed_documents(gold, settings, actors, work))
    tagger = Tagger({row["doc_id"]: row for row in gold}, documents, settings.stance, judges, actors)
    with patch.object(scene, "ASIDE", ()):
        tagger.tag()  # so that no absence of a rule asks the classifier for what is not kept
    targets.save()
    return tagger


def print_effects(tagger: Tagger) -> None:
    """A line a rule."""
    base = tagger.tag()
    print(_scores(tagger, base))
    print(f"{'rule':52}{'rows':>8}" + "".join(f"{aspect:>12}" for aspect in ASPECTS))
    for rule, measured in _effects(tagger, base):
        cells = "".join(f"{f'+{measured.won[aspect]} -{measured.lost[aspect]}':>12}" for aspect in ASPECTS)
        print(f"{rule.name:52}{measured.rows:8}{cells}", flush=True)


def print_rows(tagger: Tagger, rule: Rule) -> None:
    """The rows that a rule changes, and the scores with and without it."""
    base = tagger.tag()
    without = tagger.without(rule, base)
    for doc_id, rows in without.items():
        for sign, row in differences(base[doc_id], rows):
            print(sign, doc_id, {name: value for name, value in row.items() if value is not None})
    print("with", _scores(tagger, base))
    print("without", _scores(tagger, without))


def _scores(tagger: Tagger, tagged: Mapping[str, Tagged]) -> str:
    """F1 of quotes and stances, and the share of right speakers and ids."""
    scores = Evaluation(list(tagger.judgements(tagged)), [], 0.0, 0.0).scores()
    f1 = {name: scores[name]["f1"] for name in ("quotes", "stances")}
    right = {name: scores[f"{name}_accuracy"] for name in ("speaker", "speaker_id")}
    return ", ".join(f"{name} {value:.4f}" for name, value in (f1 | right).items())


def _effects(tagger: Tagger, base: Mapping[str, Tagged]) -> Iterator[tuple[Rule, Effect]]:
    """Rule after rule; each process has the articles from this one, which are too many to send."""
    gc.collect()
    gc.freeze()  # else every collection goes through all words of all articles
    _shared[:] = [(tagger, base)]
    found = find_rules()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        yield from zip(found, pool.imap(_effect, range(len(found))), strict=True)


_shared: list[tuple[Tagger, Mapping[str, Tagged]]] = []


def _effect(number: int) -> Effect:
    tagger, base = _shared[0]
    return effect(tagger, base, tagger.without(find_rules()[number], base))


def main() -> None:
    """Read the arguments, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+", metavar="ARTICLES")
    parser.add_argument("--work", type=Path, default=Path("build/rules"), metavar="FOLDER", help="default: build/rules")
    parser.add_argument("--rows", metavar="RULE", help="the rows that one rule changes, and the scores without it")
    options = parser.parse_args()
    asked = [rule for rule in find_rules() if rule.name == options.rows]
    if options.rows and not asked:
        parser.error(f"no rule is called {options.rows}; names are those of the table, as {find_rules()[0].name}")
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    tagger = load_tagger(options.articles, options.work)
    if asked:
        print_rows(tagger, asked[0])
    else:
        print_effects(tagger)


if __name__ == "__main__":
    main()
