import pytest

from nabra.tasks.clean.escaped import as_meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<p>قال الوزير.</p>\n<p>وأضاف&nbsp;أن</p>", "قال الوزير.\nوأضاف\u00a0أن"),
        ('<p>نص</p><script>var x = "</p>";</script><style>p {}</style><!-- <p>لا</p> --><p>آخر</p>', "نص\nآخر"),
        ('نص<br/>سطر <a href="http://x.example">اقرأ</a>', "نص\nسطر  اقرأ"),
        ("قال &quot;نعم&quot; &amp; مضى &#1593;", 'قال "نعم" & مضى ع'),
        (r"سطر.\nوآخر.\r\nوثالث\tورابع", "سطر.\nوآخر.\nوثالث ورابع"),
        (r"قال \"نعم\" في http:\/\/x.example", 'قال "نعم" في http://x.example'),
        (r"\u0642\u0627\u0644 \u00abنعم\u00bb \ud83d\ude00", "قال «نعم» 😀"),
        (r"\ud83d \u0642", "\ufffd ق"),
        (r"في \u00e9", r"في \u00e9"),
        ("3 < 5 و 7 > 2 <غير ذلك>", "3 < 5 و 7 > 2 <غير ذلك>"),
        (r"في الملف C:\news\table", r"في الملف C:\news\table"),
        ("AT&T; و&c", "AT&T; و&c"),
        (
            '<p>قال</p><img alt="Le port" src="data:image/svg+xml;utf8,<svg><text>port</text></svg>"><p>نعم</p>',
            "قال\nنعم",
        ),
        ("<p>قال</p><svg><title>port</title><path d='M0 0'/></svg><p>نعم</p>", "قال\nنعم"),
        ("", ""),
    ],
)
def test_a_text_is_read_as_it_is_meant(written, meant):
    assert as_meant(written) == meant
