import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.documents.identity import (
    accepted_url,
    canonical_url,
    document_id,
    has_credentials,
    link_url,
    row_url,
    without_credentials,
)
from nabra.tasks.errors import DocumentError


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.ORG:80/News?id=5#comments", "http://www.example.org/News?id=5"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/a?utm_source=x&b=2&a=1&fbclid=z", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?UTM_Anything=x&gclid=1&_ga", "https://example.org/a"),
        ("https://example.org/a?utm=1&ref=2&source=3&id=utm_x", "https://example.org/a?utm=1&ref=2&source=3&id=utm_x"),
        ("https://example.org/a?b=1&&c", "https://example.org/a?b=1&c"),
        ("https://مثال.إختبار/a", "https://xn--mgbh0fb.xn--kgbechtv/a"),
        ("https://example.org/خبر", "https://example.org/%D8%AE%D8%A8%D8%B1"),
        ("https://example.org/%d8%ae%D8%A8%D8%b1?s=%d8%ae", "https://example.org/%D8%AE%D8%A8%D8%B1?s=%D8%AE"),
        ("https://example.org/100%25%2f%zz", "https://example.org/100%25%2F%zz"),
        ("https://example.org/a?tag=1&tag=2", "https://example.org/a?tag=1&tag=2"),
        ("http://[::1]:80/x", "http://[::1]/x"),
    ],
)
def test_canonical_url_drops_only_what_does_not_choose_the_page(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


ODD_LETTERS = st.text(st.sampled_from("abAZ09-._~%2F41مقة ّ/+&=?#:;@!|\\[]\"'<>é\u200f\t\n\u00a0İß"), max_size=12)


@given(
    st.sampled_from(["http", "HTTPS"]),
    st.sampled_from(["Example.org", "example.org.", "مثال.إختبار", "bücher.example", "[2001:DB8::1]", "127.0.0.1"]),
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    ODD_LETTERS | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.lists(ODD_LETTERS | st.sampled_from(["utm_x=1", "UTM_a", "fbclid=3", "id=7", "%75tm_a=1"]), max_size=4),
    ODD_LETTERS,
)
def test_the_canonical_address_of_a_canonical_address_is_itself(
    scheme: str, host: str, port: str, path: str, query: list[str], fragment: str
) -> None:
    once = canonical_url(f"{scheme}://{host}{port}/{path}?{'&'.join(query)}#{fragment}")
    assert canonical_url(once) == once
    assert "#" not in once


@given(st.lists(st.sampled_from(["utm_source=rss", "fbclid=x", "gclid", "at_custom1=y"])), st.sampled_from(["", "top"]))
def test_however_a_page_was_linked_to_it_has_one_id(tracking: list[str], fragment: str) -> None:
    linked = f"https://example.org/a?{'&'.join(['id=7', *tracking])}#{fragment}"
    assert document_id(canonical_url(linked)) == document_id("https://example.org/a?id=7")


def test_canonical_url_refuses_what_has_no_host() -> None:
    with pytest.raises(ValueError, match="no host"):
        canonical_url("http:///path")


def test_document_id_is_the_first_half_of_the_sha256_of_the_key() -> None:
    assert document_id("news/a.txt") == hashlib.sha256(b"news/a.txt").hexdigest()[:32]


def test_document_id_is_the_same_for_both_unicode_spellings_of_a_file_name() -> None:
    assert document_id("\u0627\u0653.txt") == document_id("\u0622.txt")


def test_row_url_ends_in_the_plain_id() -> None:
    assert row_url("file:///data/rows.jsonl", "was-17") == "file:///data/rows.jsonl#was-17"
    assert row_url("file:///data/rows.jsonl", "a b#c") == "file:///data/rows.jsonl#a%20b%23c"


def test_credentials_are_seen_and_never_shown() -> None:
    url = "https://user:secret@example.org/a@b"
    assert has_credentials(url)
    assert without_credentials(url) == "https://example.org/a@b"
    assert not has_credentials("https://example.org/a@b")


NO_ADDRESSES = (
    *("javascript://h/%0aalert(1)", "javascript:alert(1)", "data://h/x", "data:text/html,x", "file://h/a", "ftp://h/a"),
    *(
        "vbscript:x",
        "blob:https://h/x",
        "view-source:https://h/",
        "about:blank",
        "urn:isbn:1",
        "",
        "HTTP:/x",
        "https:h",
    ),
    *("//host/path", "not an address", "http://[::1", "http://h:99999/", "http://h/a\x01b", "http://h/a\x9bb"),
    *("http://exa mple/", "http://a\u202eb/", "http://h%00/", "https://u:secret@h/", "http://h/" + "a" * 8_000),
)


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_address_of_the_web_is_refused_in_words_that_do_nothing(url: str) -> None:
    with pytest.raises(DocumentError) as caught:
        accepted_url(url)
    assert caught.value.reason in ("refused", "malformed")
    assert caught.value.detail.isprintable()
    assert "secret" not in caught.value.detail
    assert len(caught.value.detail) < 400
    where = link_url("https://h/feed", url)
    assert where.startswith("https://h/feed#")
    assert where.isascii()
    assert where.isprintable()


def test_addresses_of_the_web_are_accepted_as_they_were() -> None:
    for url in ("HTTPS://Example.org/خبر?id=1#a", " http://h/a\nb ", "http://h/\u200fخبر"):
        assert accepted_url(url) == canonical_url(url)
