from pathlib import Path

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.quotes.cues import Cues
from nabra.tasks.quotes.quotes import find_quotes
from nabra.tasks.stance.decision import Decision
from nabra.tasks.stance.stances import Judges, Stance, find_stances
from tests.parsed_article import actor_rows, article, entity_rows
from tests.word_tools import WordTargets


@pytest.fixture
def stances(actors: Actors, judges: Judges):
    def find(text: str, entities=(), min_score: float = 0.5, parse=()) -> list[Stance]:
        document = article(text, parse=parse, entities=[*actor_rows(actors, text), *entities])
        return find_stances(document, find_quotes(document, actors, judges.cues), judges, actors.kinds, min_score)

    return find


def triples(found: list[Stance]) -> list[tuple[str, str | None, str]]:
    return [(s.source_id or s.source, s.target.actor_id, s.stance) for s in found]


def test_an_act_is_its_subject_s_stance(stances) -> None:
    (found,) = stances("قصف الجيش التركي مواقع داعش فجراً.")
    assert triples([found]) == [("turkey", "isis", "against")]
    assert (found.source_kind, found.method) == ("actor", "rule:attack")


def test_the_subject_of_an_act_is_not_its_target(stances) -> None:
    parse = [
        "تقدم VERB 0 root", "الجيش NOUN 1 nsubj", "التركي ADJ 2 amod", "فيما SCONJ 5 mark", "دمرت VERB 1 advcl",
        "القوات NOUN 5 nsubj", "العراقية ADJ 6 amod", "الجسر NOUN 5 obj",
    ]  # fmt: skip
    assert stances("تقدم الجيش التركي فيما دمرت القوات العراقية الجسر", parse=parse) == []


def test_a_strike_of_somebody_is_his_act(stances) -> None:
    parse = [
        "نفذت VERB 0 root", "غارات NOUN 1 obj", "ل+ ADP 4 case", "طائرات NOUN 2 nmod", "روسيا PROPN 4 nmod",
        "على ADP 7 case", "مواقع NOUN 2 nmod", "داعش PROPN 7 nmod",
    ]  # fmt: skip
    assert triples(stances("نفذت غارات لطائرات روسيا على مواقع داعش", parse=parse)) == [("russia", "isis", "against")]


def test_the_subject_may_stand_before_its_act(stances) -> None:
    assert triples(stances("وتواصل روسيا دعمها للعراق.")) == [("russia", "iraq_gov", "favor")]


def test_coordinated_targets_get_a_row_each(stances) -> None:
    found = triples(stances("هاجمت القوات العراقية مخازن داعش وجبهة النصرة."))
    assert found == [("iraq_gov", "isis", "against"), ("iraq_gov", "nusra", "against")]


def test_a_passive_cue_has_its_source_after_it(stances) -> None:
    assert triples(stances("وصلت القوات الكردية المدعومة من فرنسا.")) == [("france", "kurds", "favor")]


def test_clashes_are_a_row_each_way(stances) -> None:
    found = triples(stances("وقعت اشتباكات بين حزب الله وجبهة النصرة قرب الحدود."))
    assert sorted(found) == [("hezbollah", "nusra", "against"), ("nusra", "hezbollah", "against")]


def test_loaded_words_are_the_author_s_or_the_speaker_s(stances) -> None:
    assert triples(stances("وصل مسلحو تنظيم داعش الإرهابي إلى التل.")) == [("author", "isis", "against")]
    said = stances("وقال وزير الخارجية الفرنسي إن تنظيم داعش الإرهابي يتراجع.")
    assert triples(said) == [("france", "isis", "against")]


def test_an_evaluative_reporting_verb_is_its_speaker_s_stance(stances) -> None:
    (found,) = stances("أشاد وزير الخارجية الصيني بالجهود التي تبذلها مصر.")
    assert triples([found]) == [("china", "egypt", "favor")]
    assert found.source_kind == "speaker"


def test_negation_turns_words_round_and_cancels_acts(stances) -> None:
    assert triples(stances("أعلن المتحدث أن بلاده لم تقصف مواقع داعش.")) == []
    assert triples(stances("وقال وزير الدفاع الفرنسي إن بلاده لا ترحب بدور إيران.")) == [("france", "iran", "against")]


def test_places_and_leaders_of_others_are_no_targets(stances) -> None:
    assert triples(stances("قصف الطيران الروسي تلالاً في سوريا والعراق.")) == []


def test_own_side_and_unnamed_sources_give_no_row(stances) -> None:
    assert triples(stances("أشاد الرئيس المصري بدور مصر في الوساطة.")) == []
    assert triples(stances("وقالت مصادر إن تنظيم داعش الإرهابي يتراجع.")) == []


def test_a_named_person_without_an_actor_is_a_source_by_name(stances) -> None:
    text = "وقال الخبير سامي الحلواني إن تنظيم داعش الإرهابي يتراجع."
    found = stances(text, entity_rows(text, ("سامي الحلواني", "PER", None)))
    assert triples(found) == [("سامي الحلواني", "isis", "against")]


def test_the_best_evidence_of_a_stance_is_kept_once(stances) -> None:
    text = "حاصرت القوات العراقية، كما قيل أمس في بلدة بعيدة عن هنا، مقاتلي داعش.\nقصفت القوات العراقية داعش."
    (found,) = stances(text)
    assert text[found.start : found.end] == "قصفت القوات العراقية داعش"
    assert 0 < found.score <= 1


def test_stances_below_the_least_score_are_left_out(stances) -> None:
    assert stances("قصف الجيش التركي مواقع داعش فجراً.", min_score=1.0) == []


def test_a_warning_is_against_the_one_warned(stances) -> None:
    text = "وهددت إسرائيل حزب الله بأن ترد على أي هجوم"
    parse = ["و+ CCONJ 2 cc", "هددت VERB 0 root", "إسرائيل PROPN 2 nsubj", "حزب NOUN 2 obj", "الله PROPN 4 nmod"]
    assert triples(stances(text, parse=parse)) == [("israel", "hezbollah", "against")]


def test_a_verb_that_judges_its_object_is_believed_against_the_classifier(actors: Actors, cues: Cues) -> None:
    text = "واتهمت المعارضة السورية روسيا بالوقوف وراء الغارات"
    document = article(text, entities=actor_rows(actors, text))
    doubtful = Judges(cues, WordTargets(), Decision({}, -5.0))
    (found,) = find_stances(document, find_quotes(document, actors, cues), doubtful, actors.kinds, 0.5)
    assert triples([found]) == [("syrian_opposition", "russia", "against")]
    assert found.score == found.rule_score


def test_those_to_whom_a_speaker_is_tied_are_not_the_source(stances) -> None:
    text = "اتهم زعيم حزب مؤيد للأكراد روسيا بالتقصير"
    assert stances(text, entities=entity_rows(text, ("للأكراد", "PER", None))) == []


@pytest.mark.parametrize(("acts", "found"), [("true", [("reform", "iraq_gov", "favor")]), ("false", [])])
def test_the_kind_of_an_actor_says_whether_it_does_what_stands_beside_it(
    tmp_path: Path, judges: Judges, acts: str, found: list[tuple[str, str, str]]
) -> None:
    reform = '[[actor]]\nid = "reform"\nkind = "law"\naliases = ["قانون الإصلاح"]\n'
    (tmp_path / "list.toml").write_text(f'[[kind]]\nid = "law"\nacts = {acts}\n{reform}', encoding="utf-8")
    actors, text = load_actors(CONFIG_FOLDER / "actors", tmp_path), "ويواصل قانون الإصلاح دعمه للعراق."
    document = article(text, entities=actor_rows(actors, text))
    stances = find_stances(document, find_quotes(document, actors, judges.cues), judges, actors.kinds, 0.5)
    assert [each for each in triples(stances) if each[0] == "reform"] == found
