import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nabra.tasks.clean.charset import arabic_score, decode
from nabra.tasks.errors import DocumentError

TEXT = "أعلنت بلدية الميناء «افتتاح» الرصيف الثالث، وقال رئيسها: العمل استمرّ عامين ١٢٪ و 40 يوماً."
PLAIN = "أعلنت بلدية الميناء افتتاح الرصيف الثالث، وقال رئيسها: العمل استمر عامين و 40 يوما."


@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1256", "iso-8859-1", "nonsense"])
def test_valid_utf8_outranks_every_label(declared: str | None) -> None:
    assert decode(TEXT.encode(), declared, "text/html") == (TEXT, "utf-8")


@pytest.mark.parametrize("declared", [None, "windows-1256", "utf-8", "iso-8859-1", "us-ascii", "iso-8859-6"])
def test_windows_1256_is_found_whatever_the_label_says(declared: str | None) -> None:
    assert decode(PLAIN.encode("cp1256"), declared, "text/plain") == (PLAIN, "cp1256")


def test_iso_8859_6_is_told_from_windows_1256() -> None:
    assert decode(PLAIN.encode("iso8859-6"), None, "text/plain") == (PLAIN, "iso8859-6")


@pytest.mark.parametrize(
    ("mark", "charset"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_byte_order_mark_outranks_the_label_and_is_no_part_of_the_text(mark: bytes, charset: str) -> None:
    assert decode(mark + TEXT.encode(charset), "windows-1256", "text/html") == (TEXT, charset)


def test_utf16_without_a_mark_is_read_by_its_label() -> None:
    assert decode(TEXT.encode("utf-16-le"), "utf-16le", "text/html")[0] == TEXT


def test_the_declaration_of_the_page_is_read() -> None:
    page = '<html><head><meta charset="windows-1252"></head><body>déjà vu à la café</body></html>'
    assert decode(page.encode("cp1252"), "windows-1252", "text/html") == (page, "cp1252")


def test_a_few_broken_bytes_do_not_turn_utf8_into_another_charset() -> None:
    text, charset = decode(TEXT.encode() * 20 + b"\xd8", "utf-8", "text/plain")
    assert charset == "utf-8"
    assert text.startswith(TEXT)


@pytest.mark.parametrize("wrong", ["cp1252", "cp1256", "latin-1"])
def test_text_encoded_twice_is_repaired_once(wrong: str) -> None:
    # Bytes that windows-1252 leaves undefined become C1 controls, as in browsers.
    text = "خبر من بلدية: رصيف جديد"
    twice = "".join(bytes([b]).decode(wrong, "ignore") or chr(b) for b in text.encode()).encode()
    assert twice.decode() != text
    assert decode(twice, "utf-8", "text/html")[0] == text


@pytest.mark.parametrize("wrong", ["cp1252", "cp1256"])
def test_parts_of_a_page_that_were_encoded_twice_are_repaired_and_the_rest_is_left(wrong: str) -> None:
    head, tail = "<title>بلدية الميناء</title><p>اليونان، النفط، الموضوع، déjà vu</p>", "<footer>من نحن</footer>"
    body = "أعلنت البلدية «افتتاح» الرصيف، وقال رئيسها: العمل استمر عامين و 40 يوما."
    twice = "".join(bytes([b]).decode(wrong, "ignore") or chr(b) for b in body.encode())
    assert decode(f"{head}<p>{twice}</p>{tail}".encode(), "utf-8", "text/html")[0] == f"{head}<p>{body}</p>{tail}"


def test_a_body_in_windows_1256_within_a_page_of_utf8_is_read() -> None:
    head, body, tail = "<title>بلدية الميناء</title><p>", PLAIN, "</p><footer>من نحن</footer>"
    payload = head.encode() + body.encode("cp1256") + tail.encode()
    assert decode(payload, "utf-8", "text/html") == (head + body + tail, "utf-8")


def test_misread_signs_without_a_letter_cost_no_time() -> None:
    page = "Ã©" * 200_000  # of quadratic cost until the timeout of the tests, once
    assert decode(page.encode(), "utf-8", "text/html") == (page, "utf-8")


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئ،؛؟ .:0123456789«»“”abé", max_size=80))
@example("ط«0آ«")
def test_right_arabic_text_is_never_repaired(text: str) -> None:
    assert decode(text.encode(), "utf-8", "text/html") == (text, "utf-8")


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهوي ،؟.0123456789", min_size=1, max_size=80).filter(str.strip))
def test_windows_1256_is_read_as_itself(text: str) -> None:
    payload = f"أعلنت البلدية أن {text} في الميناء".encode("cp1256")
    assert decode(payload, "windows-1256", "text/html") == (payload.decode("cp1256"), "cp1256")


@pytest.mark.parametrize(
    "payload",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"%PDF-1.7\n\x00\x01",
        bytes(range(1, 256)) * 20,
        b"\x7fELF\x02\x01\x01\x00",
    ],
)
def test_a_binary_payload_is_no_text(payload: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        decode(payload, "utf-8", "text/plain")
    assert caught.value.reason == "not_text"


def test_arabic_score_sinks_with_damage() -> None:
    assert arabic_score(PLAIN) > 0.95
    assert arabic_score("Ø§Ù„Ø®Ø¨Ø±") < 0.1
    assert arabic_score("خبر\ufffd\ufffd") < 0
    assert arabic_score("plain English") == 0


ODD_CHARSETS = (
    *("bz2", "zlib", "hex", "base64", "uu", "quopri", "rot13", "unicode_escape", "raw_unicode_escape", "idna"),
    *("punycode", "utf-7", "undefined", "mbcs", "cp037", "utf-32", "a\0b", "x" * 100_000, "../../etc", "utf-16"),
)


@pytest.mark.parametrize("name", ODD_CHARSETS)
@pytest.mark.parametrize("real", ["utf-8", "cp1256"])
def test_a_charset_that_the_web_does_not_have_costs_no_page(name: str, real: str) -> None:
    page = f"<html><head><meta charset='{name}'></head><body><p>{PLAIN}</p></body></html>".replace("\0", "")
    assert decode(page.encode(real), name, "text/html") == (page, real)
