from pathlib import Path

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.clean.boilerplate import Boilerplate, Rule, load_boilerplate
from nabra.tasks.errors import ConfigError
from tests.hostile import Hostile, faults

RULES = load_boilerplate(CONFIG_FOLDER / "boilerplate.toml")
ARTICLE = [
    "عين الريم - وكالات: افتتحت بلدية الميناء يوم الأحد رصيفاً جديداً للسفن الكبيرة.",
    "وقال رئيس البلدية إن العمل استمر عامين، وإن كلفته بلغت أربعين مليون دينار.",
    "وأضاف: «اقرأوا التقرير أيضاً قبل أن تحكموا علينا»، داعياً الناس إلى زيارة الرصيف.",
    "وختم بأن الرصيف التالي سيُفتتح في الخريف المقبل إن شاء الله.",
]
TEXT = "\n".join(ARTICLE)
RULE = (
    '[[rule]]\nid = "a"\nkind = "line"\npattern = "إعلان"\ncomment = "c"\n'
    'removes = ["إعلان"]\nkeeps = ["إعلان الهدنة"]\n'
)


EXAMPLES = [(rule, line) for rule in RULES.rules for line in rule.removes]
RESEMBLING = [(rule, line) for rule in RULES.rules for line in rule.keeps]


def at_its_place(rule: Rule, line: str) -> str:
    """The article with a line where the rule looks for it."""
    return f"{line}\n{TEXT}" if rule.kind == "head" else f"{TEXT}\n{line.strip()}"


@pytest.mark.parametrize(("rule", "line"), EXAMPLES, ids=lambda value: getattr(value, "id", None))
def test_each_rule_cuts_its_examples_and_nothing_else(rule: Rule, line: str) -> None:
    alone = Boilerplate((rule,))
    assert alone.cut(at_its_place(rule, line)) == TEXT
    if rule.kind == "head":
        assert alone.cut(f"{TEXT}\n{line}") == f"{TEXT}\n{line}"
    if rule.kind == "end" and line.startswith(" "):
        assert alone.cut(TEXT + line) == TEXT


@pytest.mark.parametrize(("rule", "line"), RESEMBLING, ids=lambda value: getattr(value, "id", None))
def test_each_rule_keeps_the_lines_that_resemble_its_examples(rule: Rule, line: str) -> None:
    assert Boilerplate((rule,)).cut(at_its_place(rule, line)) == at_its_place(rule, line)


def test_the_rules_together_cut_nothing_of_an_article() -> None:
    assert RULES.cut(TEXT) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "أترك تعليقًا",
        "اترك رد",
        "أضف تعليقك",
        "شاركنا برأيك",
        "لا توجد تعليقات",
        "العودة إلى أعلى الصفحة",
        "شارك",
        "Facebook Twitter WhatsApp",
        "فيسبوك | تويتر | طباعة",
        "طباعة إرسال إلى صديق",
        "المزيد...",
        "اقرأ المزيد",
        "إقرأ أيضاً: وزير النقل يزور الميناء ويعد بقطار",
        "شاهد أيضا | سفينة عملاقة في الميناء",
        "كلمات دلالية: موانئ، سفن، تجارة",
        "سمات ميناء رصيف بلدية",
        "//انتهى//",
        "//يتبع//",
        "15:22 ت م NNNN",
        "* كاتب من مرسان",
        "لمراسلة الكاتب: writer@example.org",
        "السابق",
        "الرئيسية / أخبار / محليات",
        "تابعونا على قناتنا في تلغرام",
        "انظر أيضًا\nخبر آخر عن البحر\nوثالث عن الصيد",
        "أخبار ذات صلة\nخبر آخر عن البحر",
    ],
)
def test_spellings_and_layouts_of_boilerplate_after_an_article_are_cut(line: str) -> None:
    assert RULES.cut(f"{TEXT}\n{line}") == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "موسكو - مرسانا",
        "موسكو-مرسانا",
        "الرياض - واس",
        "عين اليوم – برلين",
        "وشارك في الاجتماع وزير النقل.",
        "وقال إن التفاصيل ستُعلن لاحقاً.",
        "شاهد عيان قال إن السفينة غرقت قبل الفجر.",
        "سمات القائد الناجح كثيرة، أولها الصبر. وثانيها العدل.",
        "التعليق على القرار جاء من الوزارة نفسها.",
        "اقرأ الكتاب قبل أن تراه.",
        "جانب من المسؤولية يقع على البلدية، كما قال التقرير.",
        "في تمام الساعة 17:14 وصلت السفينة.",
        "انتهى الاجتماع من دون اتفاق.",
    ],
)
def test_lines_of_the_article_that_resemble_boilerplate_stay(line: str) -> None:
    first = f"{line}\n{TEXT}"
    assert RULES.cut(first) == first
    middle = "\n".join([*ARTICLE[:2], line, *ARTICLE[2:]])
    assert RULES.cut(middle) == middle


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (" رابط الخبر بصحيفة الميناء: رصيف جديد: صور", ""),
        (" سمات رصيف ميناء", ""),
        (" (التفاصيل: ص11)", ""),
        (" // انتهى // 17:14 ت م", ""),
        (" (انتهى) س.م/ أ.ب", ""),
        ("\n// انتهى //\n17:14 ت م\n", ""),
    ],
)
def test_what_is_glued_to_the_last_sentence_is_cut_off_it(ending: str, expected: str) -> None:
    assert RULES.cut((TEXT + ending).strip("\n")) == TEXT + expected


def test_a_see_also_heading_early_in_the_text_costs_one_line_only() -> None:
    lines = [ARTICLE[0], "اقرأ أيضاً", *ARTICLE[1:], *ARTICLE[1:]]
    assert RULES.cut("\n".join(lines)) == "\n".join([ARTICLE[0], *ARTICLE[1:], *ARTICLE[1:]])


def test_gallery_buttons_are_cut_out_of_a_line() -> None:
    assert RULES.cut(f"Next Previous {TEXT}") == TEXT
    assert RULES.cut(f"سلمى Next Previous الهادي\n{TEXT}") == f"سلمى الهادي\n{TEXT}"


def test_diacritics_and_tatweel_hide_no_boilerplate_and_survive_beside_it() -> None:
    article = TEXT.replace("قال", "قـــالَ")
    assert RULES.cut(f"{article}\nاُترُك تـــعليقاً") == article


def test_a_text_of_boilerplate_alone_becomes_empty() -> None:
    assert RULES.cut("اترك تعليقاً\nزر الذهاب إلى الأعلى") == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            RULE.replace('kind = "line"', 'kind = "row"'),
            "rule.a.kind: Input should be 'line', 'head', 'tail', 'inline' or 'end', not 'row'",
        ),
        (
            RULE.replace("comment", "remark"),
            "unknown key rule.a.remark; allowed: id, kind, pattern, comment, removes, keeps",
        ),
        (RULE + "extra = 1\n", "unknown key rule.a.extra; allowed: id, kind"),
        (RULE.replace('"إعلان"', '"("', 1), "the pattern is no regular expression"),
        (RULE.replace('"c"', "5"), "rule.a.comment: Input should be a valid string, not 5"),
        (RULE.replace('removes = ["إعلان"]', "removes = []"), "rule.a.removes: List should have at least 1 item"),
        (RULE.replace('keeps = ["إعلان الهدنة"]\n', ""), "the key rule.a.keeps is missing"),
        ("[rules]\n", "unknown key rules; allowed: rule, teasers"),
        ("[rule]\n", "rule: write [[rule]] with two brackets, once for each rule"),
        ("# nothing\n", "the key rule is missing"),
        ("rule = []\n", "rule: List should have at least 1 item"),
        (RULE + RULE, "2 rules have the id 'a'; give each its own"),
        ("[[rule", "not a TOML file"),
    ],
)
def test_a_wrong_rule_is_named_with_file_key_and_what_is_allowed(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_boilerplate(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES.rules]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("layer", ["خبر (انتهى)", "إعلان (انتهى)\n", "انظر أيضا\n", "شارك\n//انتهى// "])
def test_boilerplate_behind_boilerplate_takes_time_in_proportion_to_it(layer: str) -> None:
    assert not list(faults(RULES.cut, (Hostile(layer), Hostile(layer, TEXT)), longest=32_000))


def test_what_follows_on_several_headings_of_other_articles_is_cut_at_the_first_in_the_last_part() -> None:
    related = "\n".join(["انظر أيضاً", "خبر عن البحر"] * 3)
    assert RULES.cut(f"{TEXT}\n{related}") == TEXT


def test_a_line_longer_than_any_that_sites_add_is_no_boilerplate() -> None:
    long = "شارك " * 300
    assert RULES.cut(f"{TEXT}\n{long.strip()}") == f"{TEXT}\n{long.strip()}"


def test_an_end_is_cut_from_a_text_of_one_long_line() -> None:
    line = TEXT.replace("\n", " ") * 5
    assert RULES.cut(f"{line} (انتهى)") == line


def test_a_slow_pattern_is_refused_with_the_rule_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(RULE.replace('pattern = "إعلان"', "pattern = '(?:\\w+\\s*)*:'"), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"b\.toml: rule\.a: the pattern is too slow for lines such as .* forbids to go"
    ):
        load_boilerplate(path)
