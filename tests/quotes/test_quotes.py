import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.quotes.cues import Cues, load_cues
from nabra.tasks.quotes.quotes import find_quotes
from tests.parsed_article import actor_rows, article, entity_rows


@pytest.fixture
def quoted(actors: Actors, cues: Cues):
    def find(text: str, **given) -> list[tuple[str, str, str, str | None]]:
        document = article(text, **given)
        texts = {part.name: part.text for part in document.parts}
        return [
            (q.kind, q.cue, texts[q.part][q.start : q.end], q.speaker and q.speaker.text)
            for q in find_quotes(document, actors, cues)
        ]

    return find


def test_content_after_that_is_indirect(quoted) -> None:
    assert quoted("وقال مدير البلدية أمس إن الجسر الجديد سيفتح في الربيع.") == [
        ("indirect", "قال", "الجسر الجديد سيفتح في الربيع", "مدير البلدية")
    ]


def test_a_pronoun_on_that_stays_outside(quoted) -> None:
    assert quoted("أكدت الطبيبة أنها ستعود إلى القرية")[0][2] == "ستعود إلى القرية"


def test_content_between_marks_is_direct(quoted) -> None:
    assert quoted("وقالت المعلمة: «لن أترك المدرسة قبل نهاية العام».") == [
        ("direct", "قالت", "لن أترك المدرسة قبل نهاية العام", "المعلمة")
    ]


def test_a_quotation_before_its_verb_is_found(quoted) -> None:
    assert quoted('"هذا أجمل يوم في حياتي" قال البحار سعيد.') == [
        ("direct", "قال", "هذا أجمل يوم في حياتي", "البحار سعيد")
    ]


def test_a_participle_continues_the_speaker(quoted) -> None:
    found = quoted("أوضح العمدة أن الطريق مغلق، مشيراً إلى أن العمل يستمر شهراً.")
    assert found == [
        ("indirect", "أوضح", "الطريق مغلق", "العمدة"),
        ("indirect", "مشيراً", "العمل يستمر شهراً", "العمدة"),
    ]


def test_a_verb_without_a_subject_continues_the_last_speaker(quoted) -> None:
    found = quoted("قال الصياد إن البحر هائج.\nوأضاف أن القوارب عادت مبكراً.")
    assert found[1] == ("indirect", "أضاف", "القوارب عادت مبكراً", "الصياد")


def test_a_new_verb_ends_the_content_before_it(quoted) -> None:
    found = quoted("ذكر الحارس أن الباب كان مفتوحاً، من جانبه قال الجار إن الباب كان مغلقاً.")
    assert [quote[2] for quote in found] == ["الباب كان مفتوحاً", "الباب كان مغلقاً"]


def test_a_quoted_clause_nests_in_what_is_said_around_it(quoted) -> None:
    text = "وأكد رئيس اللجنة أن الموسم الماضي كان صعباً على جميع المزارعين في السهل وأنه «كان درساً قاسياً لكل واحد منا»."
    found = [(kind, words.split()[0]) for kind, _, words, _ in quoted(text)]
    assert found == [("indirect", "الموسم"), ("direct", "كان")]


def test_a_bare_subject_outside_the_marks_gives_no_row_of_its_own(quoted) -> None:
    found = quoted('وقال رئيس اللجنة إن المشروع "سيغير وجه المدينة كلها قريباً".')
    assert [(quote[0], quote[2]) for quote in found] == [("direct", "سيغير وجه المدينة كلها قريباً")]


def test_short_quotations_stay_inside_with_their_marks(quoted) -> None:
    assert quoted("قال الحداد إن «السندان» أثقل مما يظن الناس")[0][2] == "«السندان» أثقل مما يظن الناس"


def test_a_preposition_of_the_cue_stays_outside(quoted) -> None:
    assert quoted("وأعرب المزارع عن أمله في موسم أفضل")[0][1:3] == ("أعرب", "أمله في موسم أفضل")
    assert quoted("أشاد الحضور بالعرض الأخير")[0][1:3] == ("أشاد", "العرض الأخير")


def test_an_object_is_content_where_the_parse_shows_it(quoted) -> None:
    parse = ["نفى VERB 0 root", "الحارس NOUN 1 nsubj", "صحة NOUN 1 obj", "الخبر NOUN 3 nmod"]
    assert quoted("نفى الحارس صحة الخبر", parse=parse) == [("indirect", "نفى", "صحة الخبر", "الحارس")]


def test_an_attribution_names_the_speaker_of_what_stands_before_it(quoted) -> None:
    assert quoted("ارتفع منسوب النهر ثلاثة أمتار، بحسب هيئة المياه.") == [
        ("indirect", "بحسب", "ارتفع منسوب النهر ثلاثة أمتار", "هيئة المياه")
    ]
    assert quoted("وفقاً للهيئة، فإن منسوب النهر مرتفع")[0][2] == "منسوب النهر مرتفع"


def test_a_verb_after_an_attribution_is_the_cue(quoted) -> None:
    assert quoted("انهار الجدار ليلاً، وفق ما أفاد حراس الحديقة.")[0][1:] == (
        "أفاد",
        "انهار الجدار ليلاً",
        "حراس الحديقة",
    )


def test_a_relay_gives_the_first_speaker(quoted) -> None:
    found = quoted("ونقلت جريدة الوادي عن الخبير سامي قوله إن البئر جافة")
    assert [(quote[2], quote[3]) for quote in found] == [("البئر جافة", "الخبير سامي")]


def test_a_headline_with_a_colon_reports_an_actor_or_a_person(quoted) -> None:
    title = "سعاد الراوي: الكتاب لم يكتمل بعد"
    found = quoted("سطر", title=title, entities=entity_rows(title, ("سعاد الراوي", "PER", None), part="title"))
    assert found == [("indirect", ":", "الكتاب لم يكتمل بعد", "سعاد الراوي")]
    assert quoted("سطر", title="وصفة اليوم: حساء العدس") == []


@pytest.mark.parametrize(
    "text",
    [
        "وصل القطار بعد أن تأخر ساعتين",
        "يقع المتجر بين البيتين",
        "زار الوفد مهرجان «أيام الزهور والعسل والموسيقى» في البلدة",
    ],
)
def test_narration_gives_no_quote(quoted, text: str) -> None:
    assert quoted(text) == []


def test_cues_inside_a_quotation_give_no_row(quoted) -> None:
    found = quoted("قال الراعي: «سمعت أن جاري قال إن الذئب عاد إلى الوادي».")
    assert [quote[0] for quote in found] == ["direct"]


WORDS = ["قال", "وأضاف", "أن", "إن", "الوزير", "مشيراً", "إلى", "وفق", "ما", "بحسب", "نقلا", "عن", "قوله", "كما", "دعا"]
SIGNS = ["كلاماً", "ABC", "12", "ـ", "🙂", "َ", "«", "»", '"', "“", ":", "،", ".", "\n", "«نعم»"]
PIECES = st.lists(st.sampled_from(WORDS + SIGNS), max_size=25)
LOADED = (load_actors(CONFIG_FOLDER / "actors"), load_cues(CONFIG_FOLDER / "cues"))


@given(PIECES)
def test_any_text_gives_spans_inside_it(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for quote in find_quotes(article(text or "."), *LOADED):
        assert 0 <= quote.start < quote.end <= len(text)
        assert text[quote.start : quote.end].strip() == text[quote.start : quote.end]
        if quote.speaker:
            assert text[quote.speaker.start : quote.speaker.end] == quote.speaker.text != ""


def test_the_one_accused_belongs_to_the_accusation(quoted, actors: Actors) -> None:
    text = "واتهمت المعارضة السورية روسيا بالوقوف وراء الغارات"
    assert quoted(text, entities=actor_rows(actors, text))[0][2] == "روسيا بالوقوف وراء الغارات"


def test_after_its_verb_stands_the_one_accused_where_another_stands_before_it(quoted, actors: Actors) -> None:
    text = "واشنطن تتهم طهران بدعم الحوثيين"
    parse = ["واشنطن PROPN 2 nsubj", "تتهم VERB 0 root", "طهران NOUN 2 nsubj", "ب+ ADP 5 case", "دعم NOUN 2 obl"]
    parse.append("الحوثيين NOUN 5 nmod")
    found = quoted(text, parse=parse, entities=actor_rows(actors, text))
    assert found == [("indirect", "تتهم", "طهران بدعم الحوثيين", "واشنطن")]


def test_an_adverb_stands_between_subject_and_object(quoted) -> None:
    parse = ["و+ CCONJ 2 cc", "انتقدت VERB 0 root", "البلدية NOUN 2 nsubj", "ب+ ADP 5 case", "شدة NOUN 2 obl"]
    parse += ["القرار NOUN 5 nmod", "الجديد ADJ 6 amod"]
    assert quoted("وانتقدت البلدية بشدة القرار الجديد", parse=parse) == [
        ("indirect", "انتقدت", "القرار الجديد", "البلدية")
    ]


def test_what_nobody_says_is_no_quote(quoted) -> None:
    assert quoted("قال العمدة إن الجسر آمن.\nيذكر أن الجسر بني قبل عشر سنوات.")[1:] == []


def test_a_statement_led_by_fa_follows_its_attribution(quoted) -> None:
    assert quoted("وصل الفريق مساء وبحسب بيان البلدية فإن الجسر آمن")[0][2:] == ("الجسر آمن", "بيان البلدية")


def test_a_quotation_after_its_verb_is_said_though_another_verb_follows(quoted) -> None:
    found = quoted('قال "لن نسمح لأحد بتهديد أمن المواطنين" وأضاف أن القوات جاهزة')
    assert [row[:3] for row in found] == [
        ("direct", "قال", "لن نسمح لأحد بتهديد أمن المواطنين"),
        ("indirect", "أضاف", "القوات جاهزة"),
    ]


@pytest.mark.parametrize("text", ["الجسر آمن بحسب ما ذكرته البلدية", "وفقا لما ذكرته البلدية، فإن الجسر آمن"])
def test_the_verb_of_an_attribution_may_take_up_what_is_said(quoted, text: str) -> None:
    assert quoted(text) == [("indirect", "ذكرته", "الجسر آمن", "البلدية")]


def test_an_answer_that_is_content(quoted) -> None:
    assert quoted("وأجاب الوزير بأن الجسر آمن") == [("indirect", "أجاب", "الجسر آمن", "الوزير")]


@pytest.mark.parametrize(
    "text",
    [
        "رد العمدة على منتقديه بأن الجسر آمن",
        "رد العمدة على الأسئلة بالقول إن الجسر آمن",
        "رد العمدة على أسئلة الصحفيين قائلا إن الجسر آمن",
    ],
)
def test_an_answer_is_content_after_what_it_answers(quoted, text: str) -> None:
    assert quoted(text) == [("indirect", "رد", "الجسر آمن", "العمدة")]


def test_a_verb_with_a_letter_of_its_own_is_no_other_after_and(quoted) -> None:
    parse = ["ورد VERB 0 root", "في ADP 3 case", "التقرير NOUN 1 obl", ": PUNCT 6 punct", "الجسر NOUN 6 nsubj"]
    assert quoted("ورد في التقرير: الجسر آمن", parse=[*parse, "آمن ADJ 1 parataxis"]) == []


def test_a_noun_spelled_like_a_reporting_verb_reports_nothing(quoted) -> None:
    parse = ["تسلق VERB 0 root", "طالب NOUN 1 nsubj", "الجدار NOUN 1 obj", "ب+ ADP 5 case", "الحبل NOUN 1 obl"]
    assert quoted("تسلق طالب الجدار بالحبل الطويل", parse=[*parse, "الطويل ADJ 5 amod"]) == []


@pytest.mark.parametrize("text", ["طالب الأهالي بالتعويض", "نددت النقابة بالقرار", "رحب العمدة بالمبادرة"])
def test_one_word_at_the_end_can_be_content(quoted, text: str) -> None:
    assert [row[2] for row in quoted(text)] == ["ال" + text.rpartition("بال")[2]]


@pytest.mark.parametrize(
    "text",
    [
        "لم يؤكد العمدة أن الجسر آمن",
        "ولا يقول التقرير إن الجسر آمن",
        "ولن تعلن البلدية عن موعد الافتتاح",
        "أغلق العمدة الجسر دون أن يعلن أن العمل انتهى",
    ],
)
def test_what_was_not_said_is_no_quote(quoted, text: str) -> None:
    assert quoted(text) == []


@pytest.mark.parametrize(("cue", "text"), [("نفى", "نفى العمدة"), ("يستبعد", "لم يستبعد العمدة")])
def test_who_denies_speaks_and_who_does_not_rule_out_speaks_too(quoted, cue: str, text: str) -> None:
    assert quoted(f"{text} أن يغلق الجسر") == [("indirect", cue, "يغلق الجسر", "العمدة")]


@pytest.mark.parametrize(
    "text", ["الجسر آمن، وفق ما نقلته قناة الأفق عن العمدة", "وبحسب ما نقلت الصحيفة عن العمدة، فإن الجسر آمن"]
)
def test_whom_an_outlet_relays_is_the_speaker_of_an_attribution(quoted, text: str) -> None:
    assert [row[2:] for row in quoted(text)] == [("الجسر آمن", "العمدة")]


CALL = ["إلى ADP 5 case", "احترام NOUN 1 obl", "القانون NOUN 5 nmod"]


def test_a_noun_with_the_article_after_another_is_whom_it_is_said_to(quoted) -> None:
    parse = ["دعا VERB 0 root", "المجلس NOUN 1 nsubj", "الحكومات NOUN 2 nmod", *CALL]
    found = [("indirect", "دعا", "الحكومات إلى احترام القانون", "المجلس")]
    assert quoted("دعا المجلس الحكومات إلى احترام القانون", parse=parse) == found


def test_an_adjective_with_the_article_is_part_of_the_name(quoted) -> None:
    parse = ["دعا VERB 0 root", "المجلس NOUN 1 nsubj", "البلدي ADJ 2 amod", *CALL]
    assert quoted("دعا المجلس البلدي إلى احترام القانون", parse=parse)[0][2:] == ("احترام القانون", "المجلس البلدي")


def test_after_a_person_stands_what_he_is(quoted) -> None:
    text, found = "دعا سامر الطيب الخبير إلى احترام القانون", ("احترام القانون", "سامر الطيب الخبير")
    parse = ["دعا VERB 0 root", "سامر PROPN 1 nsubj", "الطيب PROPN 2 flat", "الخبير NOUN 2 nmod"]
    parse += ["إلى ADP 6 case", "احترام NOUN 1 obl", "القانون NOUN 6 nmod"]
    assert quoted(text, parse=parse, entities=entity_rows(text, ("سامر الطيب", "PER", None)))[0][2:] == found


def test_the_day_of_a_speech_is_not_whom_it_is_said_to(quoted) -> None:
    parse = ["دعا VERB 0 root", "المجلس NOUN 1 nsubj", "السبت NOUN 2 nmod", *CALL]
    assert quoted("دعا المجلس السبت إلى احترام القانون", parse=parse)[0][2:] == ("احترام القانون", "المجلس")


def test_what_is_said_in_reply_to_a_question_is_said_by_the_verb_before(quoted) -> None:
    found = quoted("وأضاف العمدة، ردا على سؤال الصحيفة، أن الجسر آمن")
    assert found == [("indirect", "أضاف", "الجسر آمن", "العمدة")]
