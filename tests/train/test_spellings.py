"""Sentences of a treebank as other hands would type them."""

from __future__ import annotations

import random

from nabra.tasks.corpora.treebank import Token, read_tokens, sentence_text, surface_tokens
from nabra.tasks.train.spellings import (
    annotated_scripts,
    respelt,
    typographic,
    with_joined_names,
    with_slips,
    without_a_space,
    without_hamza,
    without_marks,
)
from tests.small_treebank import CONLLU

QUOTED = CONLLU.strip().splitlines()
EXPECTED = [
    "# text = وأكد بالأمس أن رأيه في دارفور",
    "1-2\tوأكد\t_\t_\t_\t_\t_\t_\t_\t_",
    "1\tو\tو\tCCONJ\tC---------\t_\t2\tcc\t_\t_",
    "2\tأكد\tأكد\tVERB\t_\t_\t0\troot\t_\t_",
    "3-4\tبالأمس\t_\t_\t_\t_\t_\t_\t_\t_",
    "3\tب\tب\tADP\t_\t_\t4\tcase\t_\t_",
    "4\tالأمس\tأمس\tNOUN\t_\t_\t2\tobl\t_\t_",
    "5\tأن\tأن\tSCONJ\t_\t_\t2\tmark\t_\t_",
    "6-7\tرأيه\t_\t_\t_\t_\t_\t_\t_\t_",
    "6\tرأي\tرأي\tNOUN\t_\t_\t2\tobj\t_\t_",
    "7\tه\tهو\tPRON\t_\t_\t6\tnmod\t_\t_",
    "8\tفي\tفي\tADP\tP---------\tAdpType=Prep\t9\tcase\t_\t_",
    "9\tدارفور\tدارفور\tX\tU---------\t_\t2\tobl\t_\t_",
]


class Everything:
    """Scripts without limit."""

    def __contains__(self, _: object) -> bool:
        return True


def tokens(lines: list[str]) -> dict[str, tuple[str, ...]]:
    return dict(surface_tokens(lines))


def test_typographic_quotes_stand_in_text_and_words_alike() -> None:
    lines = respelt(typographic, QUOTED, Everything())
    assert sentence_text(lines) == "قال “نعم” وغادر."
    assert [line.split("\t")[1] for line in lines[2:]] == ["قال", "“", "نعم", "”", "وغادر", "و", "غادر", "."]


def test_hamza_goes_from_the_surface_and_never_from_words_within_a_token() -> None:
    lines = respelt(without_hamza, EXPECTED, Everything())
    assert sentence_text(lines) == "واكد بالامس ان رأيه في دارفور"
    assert tokens(lines)["واكد"] == ("و", "أكد")
    assert tokens(lines)["بالامس"] == ("ب", "الأمس")
    assert tokens(lines)["ان"] == ("ان",)
    # Here no cut would give it back: the annotators have none within a stem.
    assert tokens(lines)["رأيه"] == ("رأي", "ه")


def test_a_token_that_would_need_an_unheard_of_script_stays() -> None:
    lines = respelt(without_hamza, EXPECTED, annotated_scripts([EXPECTED]))
    assert sentence_text(lines) == "وأكد بالأمس ان رأيه في دارفور"


def test_slips_at_the_end_of_words_leave_a_pronoun_alone() -> None:
    mine = Token("كتابي", (("1", "كتاب", *"_" * 8), ("2", "ي", *"_" * 8)), space_after=True)
    names = [Token(form, (("1", form, *"_" * 8),), space_after=True) for form in ("علي", "مدينة")]
    seen = {tuple(token.surface for token in with_slips([mine, *names], random.Random(n))) for n in range(40)}
    assert {pair[0] for pair in seen} == {"كتابي"}
    assert {pair[1:] for pair in seen} == {("على", "مدينة"), ("علي", "مدينه"), ("علي", "مدينة"), ("على", "مدينه")}


def test_one_space_is_forgotten_and_the_tokens_stay() -> None:
    lines = respelt(without_a_space, EXPECTED, Everything())
    assert list(tokens(lines)) == list(tokens(EXPECTED))
    assert sentence_text(lines).replace(" ", "") == sentence_text(EXPECTED).replace(" ", "")
    assert sentence_text(lines).count(" ") == sentence_text(EXPECTED).count(" ") - 1
    glued = respelt(without_a_space, ["# text = غادر، وعاد", *_words("غادر", "،", "وعاد")], Everything())
    assert sentence_text(glued) == "غادر ،وعاد"


def _words(*forms: str) -> list[str]:
    return [f"{n}\t{form}\t_\tX\t_\t_\t{n - 1}\tdep\t_\t_" for n, form in enumerate(forms, start=1)]


def test_a_preposition_is_joined_to_the_name_after_it_and_the_tree_stays() -> None:
    lines = respelt(with_joined_names, EXPECTED, Everything())
    assert sentence_text(lines) == "وأكد بالأمس أن رأيه بدارفور"
    assert lines[-3:] == [
        "8-9\tبدارفور\t_\t_\t_\t_\t_\t_\t_\t_",
        "8\tب\tب\tADP\tP---------\tAdpType=Prep\t9\tcase\t_\t_",
        "9\tدارفور\tدارفور\tX\tU---------\t_\t2\tobl\t_\t_",
    ]


def test_without_marks_a_tatweel_alone_is_a_dash() -> None:
    lines = without_marks(["# text = حالياً ـ", *_words("حالياً", "ـ")])
    assert [token.surface for token in read_tokens(lines)] == ["حاليا", "-"]
    assert sentence_text(lines) == "حاليا -"
