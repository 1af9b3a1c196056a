import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.broken_words import mended
from nabra.tasks.arabic.shapes import SHAPE
from nabra.tasks.clean.normalize import INVISIBLE, JOINERS, normalize, normalize_line, readable

# Letters and marks of Arabic news beside all that is to go: what a text made of them all does is the property.
PIECES = [
    *"ابتكيىةآأإؤئء ًٌٍَُِّْٰٓٔـ٠١٢٪،؛؟«»“”\"'().…",
    *("\u200c", "\u200d", "\u200b", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\u061c", "\ufeff"),
    *("\u00ad", "\u00a0", "\u2003", "\u202f", "\t", "\r\n", "\r", "\n", "\u2028", "\x85", "\x00", "\x1f", "\x9f"),
    *("A", "é", "e\u0301", "7", "😀", "👨\u200d👩", "\u0653"),
]
SHAPES = [*"ﷺﻻﷲﺍﻠﻌﺮﺑﻴﺔﮔﹰﹱ﴾﷽", "\u202d", "\u202c"]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=40))
shaped = st.lists(st.sampled_from(PIECES + SHAPES), max_size=40).map("".join)


@given(st.one_of(texts, shaped))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text)[0]
    assert normalize(once) == (once, 0)


@given(st.one_of(texts, shaped))
def test_nothing_invisible_and_no_odd_space_is_left(text: str) -> None:
    clean = normalize(text)[0]
    assert not INVISIBLE.search(clean)
    assert not set("\r\t\u00a0\u2028\u2003\u202f") & set(clean)
    assert "  " not in clean
    assert "\n\n" not in clean
    assert clean == clean.strip()
    assert unicodedata.is_normalized("NFC", clean)


@given(texts)
def test_every_letter_mark_digit_and_sign_is_kept(text: str) -> None:
    def visible(of: str) -> str:
        return "".join(
            c for c in unicodedata.normalize("NFC", INVISIBLE.sub("", JOINERS.sub("", of))) if not c.isspace()
        )

    if not SHAPE.search(text) and "\u202d" not in text and visible(mended(text)) == visible(text):
        assert visible(normalize(text)[0]) == visible(text)


@pytest.mark.parametrize(
    ("text", "expected", "removed"),
    [
        ("قال\u200f: \u202bنعم\u202c", "قال: نعم", 3),
        ("\ufeffنص\u00adنص", "نصنص", 2),
        ("أول\r\n\r\n \u00a0\r\nثان\rثالث", "أول\nثان\nثالث", 0),
        ("مـــحمّدٌ ١٢٪", "مـــحمّدٌ ١٢٪", 0),
        ("می\u200cخواهم", "می\u200cخواهم", 0),
        ("نص \u200cنص\u200d.", "نص نص.", 2),
        ("ب\u200d\u200d\u200dت", "ب\u200dت", 2),
        ("ا\u200b\u0653", "\u0622", 1),
    ],
)
def test_controls_are_removed_and_counted(text: str, expected: str, removed: int) -> None:
    assert normalize(text) == (expected, removed)


def test_a_headline_is_one_line_or_none() -> None:
    assert normalize_line(" عنوان\n\u200fمن سطرين ") == "عنوان من سطرين"
    assert normalize_line("\u200f \n") is None
    assert normalize_line(None) is None


PLAIN = "اتهم المتحدث باسم الاتحاد الأوروبي حزب الله بعرقلة الاتفاق"
STORED = "ﺍﺗﻬﻢ ﺍﻟﻤﺘﺤﺪﺙ ﺑﺎﺳﻢ ﺍﻻﺗﺤﺎﺩ ﺍﻷﻭﺭﻭﺑﻲ ﺣﺰﺏ ﺍﷲ ﺑﻌﺮﻗﻠﺔ ﺍﻻﺗﻔﺎﻕ"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (STORED, PLAIN),
        ("حزب ﷲ", "حزب الله"),
        ("حزب اﷲ", "حزب الله"),
        ("اﻻتحاد وﻷن ﻵخر ﻹعلان", "الاتحاد ولأن لآخر لإعلان"),
        ("النبي محمد ﷺ", "النبي محمد صلى الله عليه وسلم"),
        ("ﺷﻜﺮﺍﹰ ﺟﺰﻳﻼﹰ", "شكراً جزيلاً"),
        ("ﭘﺎرﻳﺲ ﮔﻮﮔﻞ", "پاريس گوگل"),
        # As it is seen, from left to right: what some PDFs give.
        (f")2015 {STORED} ﻋﺎﻡ("[::-1].replace("5102", "2015"), f"(2015 {PLAIN} عام)"),
    ],
)
def test_shapes_of_letters_are_read_as_the_letters(text: str, meant: str) -> None:
    assert normalize(text)[0] == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ارتفاع الـ. ـوفـ. ـيات", "ارتفاع الوفيات"),
        ("فيروس كـ.ـورونـ.ـا", "فيروس كورونا"),
        ("كـ ـورونـ ـا", "كورونا"),
        ("الـ ... ـوفـ•ـيات", "الوفيات"),
        ("كورـ.ونا وكور.ـونا", "كورونا وكورونا"),
        ("ح.م.ا.س ود.ا.ع.ش وك.و.ر.و.ن.ا", "حماس وداعش وكورونا"),
        ("د.ا.ع.ش", "داعش"),
        ("ڡلسطىں والٯدس", "فلسطين والقدس"),
    ],
)
def test_words_that_were_broken_to_slip_past_filters_are_whole(text: str, meant: str) -> None:
    assert normalize(text)[0] == meant


@pytest.mark.parametrize(
    "text",
    [
        *("عام 1440هـ. وقال", "عام 1440هـ.وقال", "الـ BBC", "لـ «القاهرة»", "مـــحمّدٌ", "قال.وأضاف", "و/أو"),
        *("(أ.ف.ب)", "ش.ذ.م.م", "وكالة د.ب.أ", "أ.د. محمد", "شهد #يوم_القدس", "ں ٹھیک ہیں"),
    ],
)
def test_what_is_written_with_dots_and_tatweel_by_right_stays(text: str) -> None:
    assert normalize(text)[0] == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ال\u200fوف\u200eيات", "الوفيات"),
        ("\u202bقال\u202c \u202bالوزير\u202c", "قال الوزير"),
        ("ا\u2067ل\u2066أ\u2069مم", "الأمم"),
        ("\u200f".join(["قال", "وزير", "المياه", "إن", "المشروع", "انتهى"]), "قال وزير المياه إن المشروع انتهى"),
        ("\u202b".join("الاستراتيجيات"), "الاستراتيجيات"),
        ("\u202dةرهاقلا\u202c", "القاهرة"),
        ("\u202d2015 ماع\u202c", "عام 2015"),
        ("هاتف \u202d+966 11 400\u202c", "هاتف +966 11 400"),
    ],
)
def test_words_with_direction_marks_are_read_as_they_are_meant(text: str, meant: str) -> None:
    assert normalize(text)[0] == meant


@pytest.mark.parametrize(
    "image",
    [
        "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAA" * 100 + "==",
        "data:image/jpeg;base64,\n" + ("/9j/4AAQSkZJRgABAQAAAQABAAD" * 3 + "\n") * 30 + "Qk0=",
        "![Le ministre devant le port de la capitale](data:image/gif;base64,R0lGODlhAQABAAAAACw=)",
        '![a harbour](https://example.org/a.png "The harbour")',
    ],
)
def test_an_image_in_a_text_is_no_part_of_it(image: str) -> None:
    assert normalize(f"قال الوزير\n{image}\nإن المشروع انتهى")[0] == "قال الوزير\nإن المشروع انتهى"


def test_the_source_of_a_page_is_read_without_marks_and_shapes_whether_letters_or_references() -> None:
    assert readable("<p>ﻗﺎﻝ&#65275;&#x200F; &rlm;\u200e&amp;&#1593;</p>") == "<p>قاللا &amp;&#1593;</p>"
