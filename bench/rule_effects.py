"""What a rule for quotes, speakers and stances does: articles are tagged with it and without it.

A rule is a function in one of the lists that decide in `tasks/quotes` and `tasks/stance`. Every list is asked in order
until one of its rules decides something; so a rule that decided nothing in an article has no part in its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

from nabra.config.settings import StanceSettings
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.spans import MentionedSpans
from nabra.tasks.evaluate.judgements import Judgement, judge_article
from nabra.tasks.quotes import (
    attributions,
    contents,
    cued_sentence,
    name_spans,
    objects,
    quotes,
    reports,
    speakers,
    speakers_met,
)
from nabra.tasks.quotes.document import ParsedDocument
from nabra.tasks.quotes.quotes import Quote, find_quotes
from nabra.tasks.stance import rules, scene, stances, target_mentions
from nabra.tasks.stance.stances import Judges, find_stances
from nabra.tasks.stance.tag import quote_rows, stance_rows

Row = dict[str, Any]
Judged = Counter[tuple[str, ...]]
UNNAMED: Final = MentionedSpans([])  # names of entities are not judged

OF_QUOTES: Final = (cued_sentence, attributions, contents, reports, objects, quotes, speakers, name_spans, speakers_met)
OF_STANCES: Final = (scene, rules, target_mentions, stances)
ASPECTS: Final = ("quote", "speaker", "speaker_id", "stance")


@dataclass(frozen=True)
class Rule:
    """The rule at one place of a list; `name` as in `name_spans.ENDS._is_to`."""

    module: ModuleType
    table: str
    place: int

    @property
    def listed(self) -> tuple[Any, ...]:
        """The list that it is in."""
        found: tuple[Any, ...] = getattr(self.module, self.table)
        return found

    @property
    def name(self) -> str:
        """By which it is printed and asked for."""
        return f"{self.module.__name__.rpartition('.')[2]}.{self.table}.{_function(self.listed[self.place]).__name__}"

    @contextmanager
    def replaced(self, by: tuple[Any, ...] = ()) -> Iterator[None]:
        """The list with others in the place of the rule, with none unless told."""
        others = self.listed[: self.place] + by + self.listed[self.place + 1 :]
        with patch.object(self.module, self.table, others):
            yield

    def watched(self, tell: Callable[[Rule], None]) -> Any:
        """What stands in the list, but that it tells whenever it decides something."""
        entry = self.listed[self.place]
        function = _function(entry)

        @wraps(function)
        def watching(*given: Any, **named: Any) -> Any:
            found = function(*given, **named)
            if found is not None and found is not False:
                tell(self)
            return found

        return (*entry[:-1], watching) if isinstance(entry, tuple) else watching


def _function(entry: Any) -> Callable[..., Any]:
    """The function of an entry, which may have a name before it."""
    function: Callable[..., Any] = entry[-1] if isinstance(entry, tuple) else entry
    return function


def find_rules() -> list[Rule]:
    """All rules, list by list: the tuples of functions of these modules."""
    return [
        Rule(module, name, place)
        for module in (*OF_QUOTES, *OF_STANCES)
        for name, table in vars(module).items()
        if name.isupper() and isinstance(table, tuple)
        for place, entry in enumerate(table)
        if callable(entry[-1] if isinstance(entry, tuple) else entry)
    ]


@dataclass(frozen=True)
class Tagged:
    """The quotes of an article, the rows of its quotes and stances, and the rules that decided something in it."""

    found: list[Quote]
    quotes: list[Row]
    stances: list[Row]
    fired: frozenset[Rule] = frozenset()

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [*self.quotes, *self.stances]


@dataclass(frozen=True)
class Tagger:
    """Articles with their annotations by `doc_id`, and what tags them."""

    gold: Mapping[str, Row]
    documents: Sequence[ParsedDocument]
    settings: StanceSettings
    judges: Judges
    actors: Actors

    def tag(self) -> dict[str, Tagged]:
        """Quotes and stances of each article with all rules."""
        return {document.doc_id: self._watched(document) for document in self.documents}

    def without(self, rule: Rule, known: Mapping[str, Tagged]) -> dict[str, Tagged]:
        """The same without a rule; an article in which it decided nothing is as `known`."""
        with rule.replaced():
            changed = [one for one in self.documents if rule in known[one.doc_id].fired]
            return {**known, **{one.doc_id: self._again(one, known[one.doc_id], rule) for one in changed}}

    def _watched(self, document: ParsedDocument) -> Tagged:
        fired: set[Rule] = set()
        with ExitStack() as stack:
            for rule in find_rules():
                stack.enter_context(rule.replaced((rule.watched(fired.add),)))
            tagged = self._with_stances(document, self._quotes(document))
        return replace(tagged, fired=frozenset(fired))

    def _again(self, document: ParsedDocument, known: Tagged, rule: Rule) -> Tagged:
        found = known.found if rule.module in OF_STANCES else self._quotes(document)
        unchanged = rule.module in OF_QUOTES and found == known.found
        return known if unchanged else self._with_stances(document, found)

    def _quotes(self, document: ParsedDocument) -> list[Quote]:
        return find_quotes(document, self.actors, self.judges.cues)

    def _with_stances(self, document: ParsedDocument, found: list[Quote]) -> Tagged:
        held = find_stances(document, found, self.judges, self.actors.kinds, self.settings.min_score)
        return Tagged(found, quote_rows(document, found, UNNAMED), stance_rows(document, held, UNNAMED))

    def judgements(self, tagged: Mapping[str, Tagged]) -> Iterator[Judgement]:
        """The judgements of `nabra evaluate` on the rows."""
        for doc_id, one in tagged.items():
            both = ("quotes", one.quotes), ("stances", one.stances)
            text = {name: [row for row in rows if row["part"] == "text"] for name, rows in both}
            yield from judge_article(self.gold[doc_id], {"sentences": [], "sentiment": [], **text})


@dataclass(frozen=True)
class Effect:
    """What a rule does: how many rows it changes, and what it wins and loses by aspect."""

    rows: int
    won: Counter[str]
    lost: Counter[str]


def effect(tagger: Tagger, with_rule: Mapping[str, Tagged], without: Mapping[str, Tagged]) -> Effect:
    """The difference that a rule makes; only articles whose rows change are judged."""
    changed = [doc_id for doc_id, one in without.items() if one.rows != with_rule[doc_id].rows]
    rows = sum(len(list(differences(with_rule[doc_id], without[doc_id]))) for doc_id in changed)
    before, after = (_right_and_wrong(tagger, {d: tagged[d] for d in changed}) for tagged in (with_rule, without))
    won = (before[0] - after[0]) + (after[1] - before[1])
    lost = (after[0] - before[0]) + (before[1] - after[1])
    return Effect(rows, _by_aspect(won), _by_aspect(lost))


def _right_and_wrong(tagger: Tagger, tagged: Mapping[str, Tagged]) -> tuple[Judged, Judged]:
    """What is right, and what nobody annotated."""
    judgements = [one for one in tagger.judgements(tagged) if one.aspect in ASPECTS]
    return Counter(o.key for o in judgements if o.right), Counter(o.key for o in judgements if o.gold is None)


def _by_aspect(judged: Judged) -> Counter[str]:
    return Counter(aspect for _, aspect, _ in judged.elements())


def differences(with_rule: Tagged, without: Tagged) -> Iterator[tuple[str, Row]]:
    """`+` and a row that is there only with the rule, `-` and one that is there only without it; numbers apart."""
    old, new = ({_unnumbered(row): row for row in one.rows} for one in (with_rule, without))
    yield from (("+", row) for key, row in old.items() if key not in new)
    yield from (("-", row) for key, row in new.items() if key not in old)


def _unnumbered(row: Row) -> tuple[Any, ...]:
    return tuple(value for name, value in row.items() if name not in ("quote_id", "stance_id"))
