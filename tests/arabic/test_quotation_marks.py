from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.quotation_marks import quotations


def quoted(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotations(text)]


@pytest.mark.parametrize(
    "text",
    [
        "قال «كلام طويل» وذهب",
        "قال “كلام طويل” وذهب",
        "قال ”كلام طويل“ وذهب",
        'قال "كلام طويل" وذهب',
        "قال »كلام طويل« وذهب",
        'قال “كلام طويل" وذهب',
    ],
)
def test_all_kinds_of_marks_hold_a_quotation(text: str) -> None:
    assert quoted(text) == ["كلام طويل"]


def test_nested_marks_are_content() -> None:
    assert quoted("قال «إن «الديرة» اسم قريته» ومضى") == ["إن «الديرة» اسم قريته"]
    assert quoted('قال "نزور شركة "البيدر" غداً" ومضى') == ['نزور شركة "البيدر" غداً']


def test_an_unclosed_quotation_ends_with_its_paragraph() -> None:
    found = quotations("قال «كلام بلا نهاية\nفقرة أخرى")
    assert [(q.start, q.end, q.closed) for q in found] == [(5, 19, False)]


def test_a_lone_closing_mark_opens_nothing() -> None:
    assert quoted("انتهى كلامه». ثم مضى") == []


@given(st.text(alphabet=st.sampled_from('«»"“”اب .\n،'), max_size=30))
def test_quotations_are_apart_in_order_and_inside_one_paragraph(text: str) -> None:
    found = quotations(text)
    assert all(q.start <= q.end and "\n" not in text[q.start : q.end] for q in found)
    assert all(before.end < after.start for before, after in pairwise(found))
