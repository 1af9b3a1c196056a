from tests.parsed_article import article, entity_rows


def test_words_carry_the_parse_of_their_main_part() -> None:
    text = "وبالقرية سالم"
    parse = ["و+ CCONJ 3 cc", "ب+ ADP 3 case", "القرية NOUN 0 root", "سالم X 3 nmod"]
    first, second = article(text, parse=parse).parts[0].sentences[0].tokens
    assert (first.stem, first.preposition, first.upos, first.head) == ("القريه", "ب", "NOUN", -1)
    assert (second.upos, second.head, second.deprel) == ("X", 0, "nmod")


def test_words_without_a_parse_still_show_proclitics_before_the_article() -> None:
    (token,) = article("وبالقرية").parts[0].sentences[0].tokens
    assert (token.stem, token.preposition, token.upos) == ("القريه", "ب", "")


def test_offsets_count_in_the_part_of_the_sentence() -> None:
    text = "سطر أول\nوصل سالم 🙂 أمس"
    document = article(text, title="عنوان", entities=entity_rows(text, ("سالم", "PER", None)))
    assert [part.name for part in document.parts] == ["title", "text"]
    token = document.parts[1].sentences[1].tokens[1]
    assert text[token.start : token.end] == "سالم"
    assert document.parts[0].mentions == ()
