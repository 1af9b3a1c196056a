import pytest

from nabra.tasks.documents.html_trees import parse_html


@pytest.mark.parametrize("depth", [100, 253, 600, 3_000, 30_000])
@pytest.mark.parametrize("elements", ["<font><b>", "<div>", '<span class="x"><i><div>', "<ul><li>", "<table><tr><td>"])
def test_no_word_is_lost_however_deep_it_stands(depth, elements):
    deep = elements * (depth // elements.count("<"))
    page = f"<html><body><p>قبل</p>{deep}<p>عميق</p>نص</div><p>بعد</p></body></html>".encode()
    assert (
        parse_html(page).text_content().split() == ["قبل", "عميق", "نص", "بعد"]
        or "".join(parse_html(page).text_content().split()) == "قبلعميقنصبعد"
    )


def test_a_page_that_is_not_deep_keeps_its_elements():
    tree = parse_html(b"<p><b>a</b><!-- c --></p>", bare=True)
    assert [element.tag for element in tree.iter()] == ["html", "body", "p", "b"]
