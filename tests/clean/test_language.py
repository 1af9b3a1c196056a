import pytest

from nabra.tasks.clean.language import identify_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("افتتح الوزير الرصيف الجديد في الميناء", "ar"),
        ("خبر عاجل", "ar"),
        ("The minister opened the new pier in the harbour", "en"),
        ("وزیر بندر گفت که اسکله جدید را می‌گشاید", "fa"),
        ("وزیر نے کہا ہے کہ بندرگاہ کھل گئی ہے", "ur"),
        ("Le ministre a ouvert le nouveau quai du port", "fr"),
    ],
)
def test_arabic_is_told_from_other_languages_and_from_others_in_its_script(text: str, code: str) -> None:
    language, score = identify_language(text)
    assert language == code
    assert 0.5 < score <= 1


def test_what_tells_nothing_has_a_low_probability() -> None:
    assert identify_language("123 456")[1] < 0.5


def test_addresses_and_data_in_a_text_do_not_tell_its_language():
    data = "iVBORw0KGgoAAAANSUhEUgAA" * 2500
    assert (
        identify_language(f"افتتح الوزير الرصيف https://example.org/the-new-pier/{data} في الميناء {data}")[0] == "ar"
    )
