from pathlib import Path

import pytest
from lxml.html import fromstring

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.clean.noise import is_hidden, load_noise
from nabra.tasks.errors import ConfigError

FILE = CONFIG_FOLDER / "noise.toml"
NOISE = load_noise(FILE)


@pytest.mark.parametrize(
    "name", ["post-share-top", "relatedPosts", "jp-relatedposts", "comments-area", "newsletter_box", "date", "sr-only"]
)
def test_an_element_whose_class_or_id_has_a_word_of_noise_is_noise(name: str) -> None:
    assert NOISE.names_it(fromstring(f'<div class="x {name}">a</div>'))
    assert NOISE.names_it(fromstring(f'<div id="{name}">a</div>'))


@pytest.mark.parametrize(
    "name", ["has-sidebar", "comments-open", "sidebar-first", "entry-content", "field-label-hidden", "update-text", ""]
)
def test_a_name_that_says_what_stands_beside_the_article_or_only_resembles_is_not(name: str) -> None:
    assert not NOISE.names_it(fromstring(f'<div class="{name}">a</div>'))


@pytest.mark.parametrize(
    "text",
    ["ملخص الخبر", "اقرأ أيضًا:", "مواضيع ذات صلة", "التعليقات (12)", "التعليقات 2", "الأكثر قراءة", "آراء القراء"],
)
def test_headings_of_other_things_are_known_in_any_spelling(text: str) -> None:
    assert NOISE.announces(text)


@pytest.mark.parametrize("text", ["التعليقات على القرار كثيرة", "شبكة هرمة", "الأخبار السارة", "مشكلة موسمية"])
def test_subheadings_of_an_article_announce_nothing(text: str) -> None:
    assert not NOISE.announces(text)


@pytest.mark.parametrize("attributes", ["hidden", 'aria-hidden="true"', 'style="color:red; DISPLAY : none"'])
def test_what_is_not_shown_is_hidden(attributes: str) -> None:
    assert is_hidden(fromstring(f"<div {attributes}>a</div>"))
    assert not is_hidden(fromstring('<div aria-hidden="false" style="display:block">a</div>'))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("names = ", "name = ", "unknown key name; allowed: words, names, long, headings, readers"),
        ("words = ", "words = 5\nold = ", "words: words in one text in quotes, not 5"),
        ('long = "comment', 'long = ["comment"]\nx = "', "long: words in one text in quotes, not ['comment']"),
        ('"ذات صلة|', '"(', "headings: no regular expression"),
        ("readers = [", "readers = []\nold = [", "readers: regular expressions in quotes, one at least, in a list"),
        ('words = """', 'words = ""\nold = """', "words: Frozenset should have at least 1 item"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "noise.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_noise(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
