import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.identity import canonical_url, document_id, has_credentials, row_url, without_credentials


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.ORG:80/News?id=5#comments", "http://www.example.org/News?id=5"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/a?utm_source=x&b=2&a=1&fbclid=z", "https://example.org/a?b=2&a=1"),
        ("https://example.org/خبر", "https://example.org/%D8%AE%D8%A8%D8%B1"),
        ("https://example.org/a?tag=1&tag=2", "https://example.org/a?tag=1&tag=2"),
        ("http://[::1]:80/x", "http://[::1]/x"),
    ],
)
def test_canonical_url_drops_only_what_does_not_choose_the_page(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)
def test_canonical_url_of_a_canonical_url_is_itself(path: str, query: str) -> None:
    once = canonical_url(f"https://example.org/{path}?{query}")
    assert canonical_url(once) == once


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
