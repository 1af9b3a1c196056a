import textwrap
from pathlib import Path

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.clean.boilerplate import load_boilerplate
from nabra.tasks.errors import ConfigError
from tests.clean.test_boilerplate import ARTICLE, RULES, TEXT
from tests.hostile import Hostile, faults

FILE = CONFIG_FOLDER / "boilerplate.toml"
TEASERS = RULES.teasers
assert TEASERS is not None
ROW = TEASERS.removes[0].split("\n")
SIXTH = "كشفت بلدية الوادي، الاثنين، عن خطة لزراعة ألف شجرة زيتون على جانبي الطريق القديم."


def after_article(*lines: str) -> str:
    return "\n".join([*ARTICLE, *lines])


@pytest.mark.parametrize("row", TEASERS.removes)
def test_first_sentences_of_other_stories_are_cut_off_the_end(row: str) -> None:
    assert RULES.cut(after_article(row)) == TEXT


@pytest.mark.parametrize("row", TEASERS.keeps)
def test_paragraphs_that_go_on_or_have_the_words_of_the_text_stay(row: str) -> None:
    assert RULES.cut(after_article(row)) == after_article(row)


def test_a_sixth_teaser_is_cut_too() -> None:
    assert RULES.cut(after_article(SIXTH, *ROW)) == TEXT


def test_four_are_too_few_to_be_told_from_an_article() -> None:
    assert RULES.cut(after_article(*ROW[:4])) == after_article(*ROW[:4])


def test_one_of_a_row_may_begin_as_if_it_went_on() -> None:
    row = [*ROW[:2], f"و{ROW[2]}", *ROW[3:]]
    assert RULES.cut(after_article(*row)) == TEXT


def test_a_paragraph_of_the_article_that_opens_as_a_story_does_is_no_part_of_the_row() -> None:
    paragraph = "قال رئيس البلدية، الأحد، إن زيارة الرصيف التالي للسفن الكبيرة تبدأ في الخريف المقبل."
    assert RULES.cut(after_article(paragraph, *ROW)) == after_article(paragraph)


def test_other_boilerplate_above_and_below_the_row_is_cut_with_it() -> None:
    assert RULES.cut(after_article("اقرأ أيضا:", *ROW, "يمكنكم استلام إشعارات بالأخبار عبر تطبيق المرساة.")) == TEXT


def test_a_digest_of_short_news_stays() -> None:
    digest = [ARTICLE[0], *ROW, SIXTH, *(line.replace("مرسان", "الوادي") for line in ROW)]
    assert RULES.cut("\n".join(digest)) == "\n".join(digest)


def test_a_list_stays() -> None:
    items = [f"{number}- {line}" for number, line in enumerate(ROW, 1)]
    assert RULES.cut(after_article(*items)) == after_article(*items)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_text_with_wrapped_lines_stays(width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(" ".join([*ARTICLE, *ROW]), width))
    assert RULES.cut(wrapped) == wrapped


def test_a_text_of_a_row_alone_stays() -> None:
    assert RULES.cut("\n".join(ROW)) == "\n".join(ROW)


def test_a_text_of_nothing_but_teasers_takes_time_in_proportion_to_it() -> None:
    assert TEASERS is not None
    long = (Hostile(f"\n{SIXTH}", TEXT), Hostile(f"\n{ARTICLE[1]}", TEXT), Hostile(f"\n{SIXTH}\n{ARTICLE[0]}"))
    assert not list(faults(lambda text: TEASERS.cut(text.split("\n")), long, longest=256_000))


def test_a_wrong_pattern_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace('item = """', 'item = "("\nold = """'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"b\.toml: "):
        load_boilerplate(path)
