import pytest

from nabra.tasks.report.inert import inert, link


def test_what_turns_text_around_or_controls_becomes_one_character_each() -> None:
    assert inert("a\u202eb\u2066c\x00d\x1be\u2028f") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"
    assert inert("سطر\nآخر\tهنا‌») 😀") == "سطر\nآخر\tهنا‌») 😀"


@pytest.mark.parametrize("url", ["https://sada.example/a?b=1&c=2", "http://sada.example/"])
def test_addresses_of_the_web_are_links(url: str) -> None:
    assert link(url) == url


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///home/a/b.html", "data:text/html,x", "//x", "http://[", ""]
)
def test_others_are_not(url: str) -> None:
    assert link(url) == ""
