from pathlib import Path

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.quotes.cues import Cues
from nabra.tasks.quotes.quotes import find_quotes
from tests.parsed_article import actor_rows, article, entity_rows


@pytest.fixture
def speakers(actors: Actors, cues: Cues):
    def find(text: str, **given) -> list[tuple[str | None, str | None]]:
        quotes = find_quotes(article(text, **given), actors, cues)
        return [(q.speaker.text, q.speaker.actor_id) if q.speaker else (None, None) for q in quotes]

    return find


def test_time_and_place_of_the_speech_are_no_part_of_the_name(speakers) -> None:
    text = "وقال وزير الخارجية الروسي أمس في مؤتمر صحفي إن الباب مفتوح"
    assert speakers(text) == [("وزير الخارجية الروسي", "russia")]


def test_the_outlet_spoken_to_is_no_part_of_the_name(speakers) -> None:
    assert speakers("وأوضح مدير المتحف لـ «الصباح» أن القاعة مغلقة") == [("مدير المتحف", None)]


def test_a_name_in_marks_keeps_them(speakers) -> None:
    assert speakers("وقالت جمعية «البيت الأخضر» إن الحديقة تتسع") == [("جمعية «البيت الأخضر»", None)]


def test_a_surname_takes_the_actor_of_the_full_name(speakers) -> None:
    found = speakers("قال المتحدث باسم الجيش التركي مراد يلماز إن الجسر آمن.\nوذكر يلماز أن المراقبة مستمرة.")
    assert found[1] == ("يلماز", "turkey")


def test_a_bare_title_takes_the_actor_of_the_title_before(speakers) -> None:
    found = speakers("قال الوزير الفرنسي إن اللقاء مفيد.\nوأكد الوزير أن الحوار مستمر.")
    assert found[1] == ("الوزير", "france")


def test_a_statement_stands_for_its_speaker(speakers) -> None:
    found = speakers("قالت وزارة الدفاع الروسية إن الطريق آمن.\nوأضاف البيان أن الدوريات مستمرة.")
    assert found[1] == ("البيان", "russia")


def test_an_official_without_a_state_is_of_the_article_s_own(speakers) -> None:
    text = "اجتمعت حكومة لبنان في بيروت.\nوقال وزير الزراعة إن الموسم جيد."
    assert speakers(text) == [("وزير الزراعة", "lebanon")]


@pytest.mark.parametrize("name", ["وزير التربية", "وزير التنمية الاجتماعية", "رئاسة الجمهورية", "الشرطة الاتحادية"])
def test_an_office_that_looks_like_a_nationality_is_of_the_article_s_own_state(speakers, name: str) -> None:
    assert speakers(f"اجتمعت حكومة لبنان في بيروت.\nوأكد {name} أن الموسم جيد.") == [(name, "lebanon")]


def test_sources_and_newspapers_speak_for_nobody(speakers) -> None:
    assert speakers("وقالت مصادر في الجيش التركي إن الطريق مغلق")[0][1] is None
    assert speakers("وذكرت صحيفة الصباح التركية أن المطر غزير")[0][1] is None


def test_the_parse_finds_a_subject_before_its_verb(speakers) -> None:
    parse = ["الحارس NOUN 2 nsubj", "أكد VERB 0 root", "أن SCONJ 5 mark", "الباب NOUN 5 nsubj", "مغلق ADJ 2 ccomp"]
    assert speakers("الحارس أكد أن الباب مغلق", parse=parse) == [("الحارس", None)]


def test_a_participle_takes_the_subject_of_its_verb(speakers) -> None:
    parse = [
        "زار VERB 0 root", "العمدة NOUN 1 nsubj", "السوق NOUN 1 obj", "مؤكدا ADJ 1 advcl", "أن SCONJ 7 mark",
        "السوق NOUN 7 nsubj", "مفتوح ADJ 4 ccomp",
    ]  # fmt: skip
    assert speakers("زار العمدة السوق مؤكداً أن السوق مفتوح".replace("ً", ""), parse=parse) == [("العمدة", None)]


def test_nobody_speaks_where_nobody_is_named(speakers) -> None:
    assert speakers("وأضاف أن المطر غزير") == [(None, None)]


def test_a_joined_verb_shares_the_subject_of_the_one_before(speakers) -> None:
    parse = [
        "عقد VERB 0 root", "الوزير NOUN 1 nsubj", "الفرنسي ADJ 2 amod", "اجتماعا NOUN 1 obj", "و+ CCONJ 6 cc",
        "أكد VERB 1 conj", "أن SCONJ 9 mark", "الحوار NOUN 9 nsubj", "مستمر ADJ 6 ccomp",
    ]  # fmt: skip
    assert speakers("عقد الوزير الفرنسي اجتماعا وأكد أن الحوار مستمر", parse=parse) == [("الوزير الفرنسي", "france")]


def test_a_feminine_noun_is_no_subject_of_a_masculine_verb(speakers) -> None:
    parse = [
        "بدأت VERB 0 root", "الحكومة NOUN 1 nsubj", "العمل NOUN 1 obj", "و+ CCONJ 5 cc", "أكد VERB 1 conj",
        "أن SCONJ 8 mark", "الحوار NOUN 8 nsubj", "مستمر ADJ 5 ccomp",
    ]  # fmt: skip
    assert speakers("بدأت الحكومة العمل وأكد أن الحوار مستمر", parse=parse) == [(None, None)]


def test_the_subject_may_stand_between_kana_and_its_verb(speakers) -> None:
    parse = [
        "كانت VERB 0 root", "الوزارة NOUN 1 nsubj", "أكدت VERB 1 ccomp", "أن SCONJ 6 mark", "الباب NOUN 6 nsubj",
        "مفتوح ADJ 3 ccomp",
    ]  # fmt: skip
    assert speakers("كانت الوزارة أكدت أن الباب مفتوح", parse=parse) == [("الوزارة", None)]


def test_a_relative_clause_is_said_by_its_noun_and_the_speaker_before_goes_on(speakers) -> None:
    parse = [
        "ذكر VERB 0 root", "المدير NOUN 1 nsubj", "أن SCONJ 5 mark", "البيان NOUN 5 nsubj", "صدر VERB 1 ccomp",
        "عن ADP 7 case", "البلدية NOUN 5 obl", "التي PRON 9 nsubj", "قالت VERB 7 acl:relcl", "إن SCONJ 12 mark",
        "الجسر NOUN 12 nsubj", "آمن ADJ 9 ccomp",
    ]  # fmt: skip
    text = "ذكر المدير أن البيان صدر عن السلطات التي قالت إن الجسر آمن\nوأضاف أن العمل مستمر"
    parse[6] = parse[6].replace("البلدية", "السلطات")
    assert [name for name, _ in speakers(text, parse=parse)] == ["المدير", "السلطات", "المدير"]


def test_the_one_addressed_does_not_speak(speakers) -> None:
    text = "قال الوزير الفرنسي إن الطريق آمن.\nكما طالب شركات النقل بالعودة إلى العمل."
    assert speakers(text)[1] == ("الوزير الفرنسي", "france")


def test_a_name_spelled_like_a_preposition_does_not_end_the_speaker(speakers) -> None:
    text = "وقال رئيس البلدية علي سامر الطيب إن الجسر آمن"
    names = entity_rows(text, ("علي سامر الطيب", "PER", None))
    assert speakers(text, entities=names) == [("رئيس البلدية علي سامر الطيب", None)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("واتهمت المعارضة السورية روسيا بالوقوف وراء الغارات", "المعارضة السورية"),
        ("اتهم وزير الخارجية الإيراني السعودية بزعزعة أمن المنطقة", "وزير الخارجية الإيراني"),
        ("واتهم بيان للمعارضة روسيا بالوقوف وراء الغارات", "بيان للمعارضة"),
        ("وانتقدت الصين الولايات المتحدة بسبب العقوبات", "الصين"),
        ("وشكرت فرنسا التحالف الدولي", "فرنسا"),
        ("وحذرت إسرائيل حزب الله من أي هجوم على أراضيها", "إسرائيل"),
        ("وحمل المتحدث باسم الجيش اليمني جماعة الحوثي مسؤولية انهيار الهدنة", "المتحدث باسم الجيش اليمني"),
    ],
)
def test_the_one_accused_is_no_part_of_the_speaker_s_name(speakers, actors: Actors, text: str, speaker: str) -> None:
    parse = ["حذرت VERB 0 root"] if text.startswith("وحذرت") else []
    assert [name for name, _ in speakers(text, entities=actor_rows(actors, text), parse=parse)] == [speaker]


@pytest.mark.parametrize("name", ["رئيس روسيا", "وكيل وزارة الصحة السعودية"])
def test_a_name_that_leads_to_an_actor_s_stays_whole(speakers, actors: Actors, name: str) -> None:
    text = f"اتهم {name} الشركات بالتقصير"
    parse = [f"{word} NOUN 0 dep" for word in text.split()]
    parse[0], parse[-2] = "اتهم VERB 0 root", "الشركات NOUN 1 obj"
    assert [found for found, _ in speakers(text, entities=actor_rows(actors, text), parse=parse)] == [name]


@pytest.mark.parametrize("name", ["المسؤولون الأميركيون", "عدد من المسؤولين الأتراك", "الدبلوماسيون الروس"])
def test_a_people_named_by_an_adjective_stays_in_the_speaker_s_name(speakers, actors: Actors, name: str) -> None:
    text = f"وقال {name} إن الطريق آمن"
    assert [found for found, _ in speakers(text, entities=actor_rows(actors, text))] == [name]


def test_what_is_told_in_passing_is_no_part_of_the_name(speakers) -> None:
    assert speakers("وقال مصدر أمني، طلب عدم كشف اسمه، إن الطريق آمن") == [("مصدر أمني", None)]


def test_circumstances_after_a_person_are_no_part_of_the_name(speakers) -> None:
    text = "وقال سامر الطيب في القاعة الكبرى إن الجسر آمن"
    assert speakers(text, entities=entity_rows(text, ("سامر الطيب", "PER", None))) == [("سامر الطيب", None)]


def test_an_institution_named_after_a_person_keeps_its_name(speakers) -> None:
    text = "وقال مركز سامر الطيب للآثار إن القلعة آمنة"
    found = speakers(text, entities=entity_rows(text, ("سامر الطيب", "PER", None)))
    assert found == [("مركز سامر الطيب للآثار", None)]


def test_an_official_of_a_state_that_is_not_listed_is_of_no_other(speakers) -> None:
    text = "وصل الوفد إلى لبنان.\nوقال وزير الثقافة المرساني إن المهرجان في موعده."
    assert speakers(text) == [("وزير الثقافة المرساني", None)]


def test_an_official_of_a_place_that_is_not_listed_is_of_no_other(speakers) -> None:
    text = "وقالت وزارة الداخلية في مرسانيا إن لبنان بلد جار"
    assert speakers(text, entities=entity_rows(text, ("مرسانيا", "LOC", None)))[0][1] is None


def test_who_is_cited_by_a_speaker_does_not_go_on_in_the_place_of_him(speakers) -> None:
    text = "قال العمدة إن بعض الخبراء يؤكدون أن الجسر آمن.\nوأضاف أن العمل مستمر."
    assert speakers(text)[-1] == ("العمدة", None)


def test_who_is_relayed_by_an_outlet_goes_on(speakers) -> None:
    text = "ذكرت صحيفة الشاطئ أن العمدة أكد أن الجسر آمن.\nوأضاف أن العمل مستمر."
    parse = [
        "ذكرت VERB 0 root", "صحيفة NOUN 1 nsubj", "الشاطئ NOUN 2 nmod", "أن SCONJ 6 mark", "العمدة NOUN 6 nsubj",
        "أكد VERB 1 ccomp", "أن SCONJ 9 mark", "الجسر NOUN 9 nsubj", "آمن ADJ 6 ccomp",
    ]  # fmt: skip
    assert speakers(text, parse=parse)[-1] == ("العمدة", None)


def test_a_second_verb_is_no_part_of_the_name(speakers) -> None:
    parse = ["قال VERB 0 root", "العمدة NOUN 1 nsubj", "ذكر VERB 1 ccomp", "في ADP 5 case", "البداية NOUN 3 obl"]
    parse += ["إن SCONJ 8 mark", "الجسر NOUN 8 nsubj", "آمن ADJ 1 ccomp"]
    assert speakers("قال العمدة ذكر في البداية إن الجسر آمن", parse=parse)[0] == ("العمدة", None)


def test_a_pronoun_takes_up_the_subject_before_it(speakers) -> None:
    text = "ورغم أن لافروف لم يحضر، إلا أنه قال إن الطريق مغلق"
    parse = [
        "و+ CCONJ 2 cc", "رغم ADP 6 mark", "أن SCONJ 6 mark", "لافروف PROPN 6 nsubj", "لم PART 6 advmod",
        "يحضر VERB 10 advcl", "إلا CCONJ 10 cc", "أن+ SCONJ 10 mark", "ه PRON 10 nsubj", "قال VERB 0 root",
        "إن SCONJ 13 mark", "الطريق NOUN 13 nsubj", "مغلق ADJ 10 ccomp",
    ]  # fmt: skip
    names = entity_rows(text, ("لافروف", "PER", "russia"))
    assert speakers(text, parse=parse, entities=names) == [("لافروف", "russia")]


def test_a_noun_spelled_like_a_verb_gives_way_to_the_verb(speakers) -> None:
    parse = [
        "في ADP 2 case", "مقال NOUN 6 obl", "رأي NOUN 2 nmod", "نشر VERB 2 acl", "أمس NOUN 4 obl", "قال VERB 0 root",
        "العمدة NOUN 6 nsubj", "إن SCONJ 10 mark", "الجسر NOUN 10 nsubj", "آمن ADJ 6 ccomp",
    ]  # fmt: skip
    assert speakers("في مقال رأي نشر أمس قال العمدة إن الجسر آمن", parse=parse) == [("العمدة", None)]


def test_in_the_name_of_starts_no_content(speakers) -> None:
    parse = ["رحب VERB 0 root", "المتحدث NOUN 1 nsubj", "ب+ ADP 4 case", "اسم NOUN 1 obl", "الحكومة NOUN 4 nmod"]
    parse += ["الليبية ADJ 5 amod", "ب+ ADP 8 case", "الحوار NOUN 1 obl", "الوطني ADJ 8 amod"]
    text = "رحب المتحدث باسم الحكومة الليبية بالحوار الوطني"
    assert speakers(text, parse=parse) == [("المتحدث باسم الحكومة الليبية", "libya")]


def test_by_saying_is_no_part_of_the_name(speakers) -> None:
    text = "وأردف رئيس النقابة بالقول: «لن نقبل بهذا القرار الجائر»"
    assert speakers(text) == [("رئيس النقابة", None)]


def test_a_statement_speaks_for_its_issuer(speakers) -> None:
    assert speakers("وجاء في بيان لوزارة الدفاع الروسية أن الطريق آمن") == [("بيان لوزارة الدفاع الروسية", "russia")]
    text = "وقال بيان صادر عن وزارة الدفاع الروسية إن الطريق آمن"
    assert speakers(text) == [("وزارة الدفاع الروسية", "russia")]
    parse = ["وفقا NOUN 0 root", "ل+ ADP 3 case", "بيان NOUN 1 nmod", "صادر ADJ 3 amod", "عن ADP 6 case"]
    parse += ["الوزارة NOUN 4 obl", "ف+ CCONJ 8 cc", "إن SCONJ 10 mark", "الطريق NOUN 10 nsubj", "آمن ADJ 1 ccomp"]
    assert speakers("وفقا لبيان صادر عن الوزارة، فإن الطريق آمن", parse=parse) == [("الوزارة", None)]


def test_who_gives_out_a_statement_speaks_in_it(speakers) -> None:
    parse = ["أصدرت VERB 0 root", "الوزارة NOUN 1 nsubj", "بيانا NOUN 1 obj", "قالت VERB 3 acl", "في+ ADP 6 case"]
    parse += ["ه PRON 4 obl", "إن SCONJ 9 mark", "الجسر NOUN 9 nsubj", "آمن ADJ 4 ccomp"]
    assert speakers("أصدرت الوزارة بيانا قالت فيه إن الجسر آمن", parse=parse) == [("الوزارة", None)]


def test_who_is_addressed_in_a_speech_does_not_speak_in_it(speakers, actors: Actors) -> None:
    text = "ألقى الرئيس اللبناني خطابا دعا فيه إسرائيل إلى الانسحاب"
    parse = ["ألقى VERB 0 root", "الرئيس NOUN 1 nsubj", "اللبناني ADJ 2 amod", "خطابا NOUN 1 obj", "دعا VERB 4 acl"]
    parse += ["في+ ADP 7 case", "ه PRON 5 obl", "إسرائيل PROPN 5 nsubj", "إلى ADP 10 case", "الانسحاب NOUN 5 obl"]
    assert speakers(text, parse=parse, entities=actor_rows(actors, text)) == [("الرئيس اللبناني", "lebanon")]


def test_what_comes_in_a_statement_is_said_by_who_gives_it_out(speakers) -> None:
    parse = ["أصدرت VERB 0 root", "الوزارة NOUN 1 nsubj", "بيانا NOUN 1 obj", "جاء VERB 3 acl", "في+ ADP 6 case"]
    parse += ["ه PRON 4 obl", "أن SCONJ 9 mark", "الجسر NOUN 9 nsubj", "آمن ADJ 4 ccomp"]
    assert speakers("أصدرت الوزارة بيانا جاء فيه أن الجسر آمن", parse=parse) == [("الوزارة", None)]


@pytest.mark.parametrize("rest", ["لـ«الأفق»: العمل مستمر", "في مؤتمر صحفي: العمل مستمر"])
def test_to_whom_and_where_is_no_part_of_a_headline_s_speaker(speakers, rest: str) -> None:
    assert speakers("نص", title=f"الوزير التركي {rest}") == [("الوزير التركي", "turkey")]


def test_a_person_s_name_is_whole_though_the_parse_takes_it_apart(speakers) -> None:
    parse = ["التقى VERB 0 root", "سامر PROPN 3 nmod", "الطيب NOUN 1 nsubj", "الأهالي NOUN 1 obj", "و+ CCONJ 6 cc"]
    parse += ["أكد VERB 1 conj", "أن SCONJ 9 mark", "الجسر NOUN 9 nsubj", "آمن ADJ 6 ccomp"]
    text = "التقى سامر الطيب الأهالي وأكد أن الجسر آمن"
    names = entity_rows(text, ("سامر الطيب", "PER", None))
    assert speakers(text, parse=parse, entities=names) == [("سامر الطيب", None)]


def test_a_name_spelled_like_a_preposition_is_no_circumstance(speakers) -> None:
    text = "وقال علي عبد الكريم إن الجسر آمن"
    assert speakers(text, entities=entity_rows(text, ("علي عبد الكريم", "PER", None))) == [("علي عبد الكريم", None)]


def test_a_counterpart_spoken_to_and_a_preposition_are_no_part_of_the_name(speakers) -> None:
    assert speakers("وأبلغ الوزير نظيره التركي أن الجسر آمن") == [("الوزير", None)]
    name = "وزير الخارجية المصري ونظيره السعودي"
    assert speakers(f"وأكد {name} أن الجسر آمن") == [(name, "egypt")]
    assert speakers("ويأمل الأهالي في أن تفتح المدرسة") == [("الأهالي", None)]


def test_what_is_relayed_in_passing_is_no_part_of_the_name(speakers) -> None:
    parse = ["و+ CCONJ 2 cc", "أضاف VERB 0 root", "، PUNCT 4 punct", "حسبما SCONJ 5 mark", "نقلت VERB 2 advcl"]
    parse += ["عن+ ADP 7 case", "ه PRON 5 obl", "صحيفة NOUN 5 nsubj", "الشاطئ NOUN 8 nmod", "، PUNCT 5 punct"]
    parse += ["أن SCONJ 13 mark", "العمل NOUN 13 nsubj", "مستمر ADJ 2 ccomp"]
    assert speakers("وأضاف، حسبما نقلت عنه صحيفة الشاطئ، أن العمل مستمر", parse=parse) == [(None, None)]


def test_a_pronoun_before_the_name_is_no_part_of_it(speakers) -> None:
    parse = ["رد VERB 0 root", "علي+ ADP 3 case", "ه PRON 1 obl", "العمدة NOUN 1 nsubj", "ب+ ADP 6 mark"]
    parse += ["أن SCONJ 8 mark", "الجسر NOUN 8 nsubj", "آمن ADJ 1 ccomp"]
    assert speakers("رد عليه العمدة بأن الجسر آمن", parse=parse) == [("العمدة", None)]


@pytest.mark.parametrize("name", ["فرنسا ومرسانيا", "مرسانيا وفرنسا", "سامر الطيب ووزير الخارجية الفرنسي"])
def test_joint_speakers_are_named_together_and_take_the_id_of_the_listed_one(speakers, name: str) -> None:
    assert speakers(f"وأكد كل من {name} أن الاتفاق قائم") == [(name, "france")]


def test_whoever_did_something_is_no_joint_speaker(speakers) -> None:
    parse = ["أكد VERB 0 root", "كل NOUN 1 nsubj", "من PRON 4 nsubj", "حضر VERB 2 acl", "أن SCONJ 7 mark"]
    parse += ["الجسر NOUN 7 nsubj", "آمن ADJ 1 ccomp"]
    assert speakers("أكد كل من حضر أن الجسر آمن", parse=parse) == [("كل من حضر", None)]


@pytest.mark.parametrize(("title", "actor"), [("الباحث", None), ("وزير الزراعة السعودي", "saudi")])
def test_a_namesake_of_an_actor_speaks_for_his_office_alone(speakers, title: str, actor: str | None) -> None:
    text = f"وقال {title} محمد بن سلمان الراشد إن الموسم جيد"
    names = entity_rows(text, ("محمد بن سلمان الراشد", "PER", None))
    assert speakers(text, entities=names) == [(f"{title} محمد بن سلمان الراشد", actor)]


def test_a_namesake_of_an_actor_is_not_that_actor(speakers) -> None:
    text = "وقال محمد بن سلمان الراشد إن الموسم جيد"
    names = entity_rows(text, ("محمد بن سلمان الراشد", "PER", None))
    assert speakers(text, entities=names) == [("محمد بن سلمان الراشد", None)]


@pytest.mark.parametrize(("governs", "speaker_id"), [("true", "south"), ("false", None)])
def test_an_official_without_a_state_is_of_an_actor_whose_kind_governs(
    tmp_path: Path, cues: Cues, governs: str, speaker_id: str | None
) -> None:
    south = '[[actor]]\nid = "south"\nkind = "region"\naliases = ["إقليم الجنوب"]\n'
    (tmp_path / "list.toml").write_text(f'[[kind]]\nid = "region"\ngoverns = {governs}\n{south}', encoding="utf-8")
    document = article("احتفل إقليم الجنوب بعيد الحصاد.\nوقال وزير الزراعة إن المحصول وفير.")
    (quote,) = find_quotes(document, load_actors(CONFIG_FOLDER / "actors", tmp_path), cues)
    assert quote.speaker
    assert quote.speaker.actor_id == speaker_id
