"""More named entities to learn from."""

from __future__ import annotations

from typing import Any

from nabra.tasks.train.names import Labelled, article_sentences, open_names, renamed, words_of_trees


def labelled(text: str) -> Labelled:
    """`زار سامر/B-PER` as tokens with labels."""
    pairs = [token.partition("/") for token in text.split()]
    return [(token, label or "O") for token, _, label in pairs]


def article(text: str, *entities: tuple[str, str]) -> dict[str, Any]:
    rows = [
        {"type": kind, "name": name, "mentions": [[text.index(name), text.index(name) + len(name)]]}
        for kind, name in entities
    ]
    return {"text": text, "sentences": [{"start": 0, "end": len(text)}], "entities": rows}


KNOWN = [labelled("قال الوزير إن الوفد زار الوزير و عاد الوزير مع سامر/B-PER")]


def test_names_are_pooled_by_kind_and_by_whether_they_are_one_word() -> None:
    found = article("قال ليث الحكيم والوزير ماجد", ("person", "ليث الحكيم"), ("person", "الوزير ماجد"))
    other = article("تمول هيئة المياه بلدة النخيل", ("institution", "هيئة المياه"), ("place", "النخيل"))
    # A name that begins with an ordinary word is a title or a description.
    assert open_names([found, other], KNOWN) == {
        ("PER", True): [("ليث", "الحكيم")],
        ("ORG", True): [("هيئة", "المياه")],
        ("LOC", False): [("النخيل",)],
    }


def test_other_names_of_their_kind_take_the_place_of_names_and_clitics_stay() -> None:
    sentences = [
        labelled("زار سامر/B-PER سليم/I-PER الهند/B-LOC ثم عاد سامر/B-PER سليم/I-PER"),
        labelled("سافر للهند/B-LOC"),
        labelled("عاد الوفد"),
    ]
    names = {("PER", True): [("ليث", "بن", "كريم")], ("LOC", False): [("النخيل",)]}
    assert list(renamed(sentences, names, seed=1)) == [
        labelled("زار ليث/B-PER بن/I-PER كريم/I-PER النخيل/B-LOC ثم عاد ليث/B-PER بن/I-PER كريم/I-PER"),
        labelled("سافر للنخيل/B-LOC"),
    ]


def test_a_letter_that_belongs_to_the_name_is_no_clitic() -> None:
    sentences = [labelled("عاد وليد/B-PER"), labelled("وسامر/B-PER معه"), labelled("زار سامر/B-PER")]
    names = {("PER", False): [("ليث",)]}
    assert list(renamed(sentences, names, seed=1)) == [
        labelled("عاد ليث/B-PER"),
        labelled("وليث/B-PER معه"),
        labelled("زار ليث/B-PER"),
    ]


def test_the_same_seed_gives_the_same_names() -> None:
    sentences = [labelled("زار سامر/B-PER")] * 20
    names = {("PER", False): [("ليث",), ("ماجد",), ("كريم",)]}
    assert list(renamed(sentences, names, 3)) == list(renamed(sentences, names, 3))
    assert len({rows[1][0] for rows in renamed(sentences, names, 3)}) == 3


def test_a_sentence_counts_where_all_but_its_names_is_ordinary() -> None:
    complete = article("قال الوزير إن ليث، عاد في 2.5", ("person", "ليث"))
    bystander = article("قال الوزير إن ليث زار النخيل", ("person", "ليث"))
    nameless = article("قال الوزير إن الوفد عاد")
    known = [*KNOWN, labelled("عاد في")]
    assert list(article_sentences([complete, bystander, nameless], known)) == [
        labelled("قال الوزير إن ليث/B-PER ، عاد في 2.5")
    ]


def test_clitics_before_a_name_are_in_its_token() -> None:
    (rows,) = article_sentences([article("عاد الوفد وليث الحكيم", ("person", "ليث الحكيم"))], KNOWN)
    assert rows == labelled("عاد الوفد وليث/B-PER الحكيم/I-PER")


def test_words_of_trees_are_names_where_the_annotators_left_them() -> None:
    tree = ["# text = زار سامر", "1\tزار\t_\tVERB\t_\t_\t0\troot\t_\t_", "2\tسامر\t_\tX\tU---------\t_\t1\tnsubj\t_\t_"]
    assert list(words_of_trees([tree])) == [[("زار", "O"), ("سامر", "B-X")]]
