from config.settings import load_settings
from tasks.clean.duplicates import DuplicateIndex
from tasks.schemas import CLEAN, table

SETTINGS = load_settings().clean
TEXT = " ".join(f"كلمة{n} تتلو كلمة{n + 1} في سطر{n % 7}" for n in range(60))
OTHER = " ".join(f"لفظة{n} بعد لفظة{n * 3} على ورق{n % 5}" for n in range(60))
NEAR = TEXT.replace("كلمة30", "لفظة30")


def row(doc_id: str, text: str, duplicate_of: str | None = None) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(column.name for column in CLEAN.columns)
    texts = {"source": "s", "url": "u", "language": "ar", "text_sha256": "h", "doc_id": doc_id, "text": text}
    numbers = {"language_score": 1.0, "raw_chars": len(text), "text_chars": len(text), "duplicate_of": duplicate_of}
    return row | texts | numbers


def test_the_same_words_in_another_spelling_are_a_duplicate() -> None:
    index = DuplicateIndex(SETTINGS)
    assert index.find("a", TEXT) is None
    assert index.find("b", TEXT.replace("ة", "ه").replace(" ", "  ") + " .") == "a"


def test_a_few_changed_words_are_a_near_duplicate_and_another_text_is_not() -> None:
    index = DuplicateIndex(SETTINGS)
    assert index.find("a", TEXT) is None
    assert index.find("b", OTHER) is None
    assert index.find("c", NEAR) == "a"


def test_a_duplicate_points_to_the_original_and_never_to_a_duplicate() -> None:
    index = DuplicateIndex(SETTINGS)
    found = [index.find(doc_id, text) for doc_id, text in [("a", TEXT), ("b", NEAR), ("c", NEAR), ("d", TEXT)]]
    assert found == [None, "a", "a", "a"]


def test_the_index_of_a_table_holds_its_originals() -> None:
    clean = table(CLEAN, [row("a", TEXT), row("b", NEAR, "a"), row("c", OTHER)])
    index = DuplicateIndex.from_clean(clean, SETTINGS)
    assert index.find("d", NEAR) == "a"
    assert index.find("e", OTHER) == "c"


def test_an_article_cleaned_again_finds_neither_itself_nor_a_later_one() -> None:
    clean = table(CLEAN, [row("a", TEXT), row("b", OTHER), row("c", OTHER + " زيادة")])
    index = DuplicateIndex.from_clean(clean, SETTINGS)
    assert [index.find(doc_id, text) for doc_id, text in [("a", TEXT), ("b", OTHER)]] == [None, None]


def test_texts_of_fewer_words_than_a_shingle_are_compared() -> None:
    index = DuplicateIndex(SETTINGS)
    assert [index.find("a", "نعم"), index.find("b", "لا"), index.find("c", "نعم")] == [None, None, "a"]
