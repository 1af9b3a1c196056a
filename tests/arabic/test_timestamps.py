from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.dates import Moment
from nabra.tasks.arabic.timestamps import parse_time, read_timestamp

NOW = datetime(2024, 6, 20, 22, 30, tzinfo=UTC)
ZONE = "Asia/Riyadh"
SUMMER = datetime(2024, 5, 12, 7, 30, tzinfo=UTC)
DAY = datetime(2024, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-12T09:30:00+03:00", datetime(2024, 5, 12, 6, 30, tzinfo=UTC)),
        ("Sun, 12 May 2024 09:30:00 GMT", datetime(2024, 5, 12, 9, 30, tzinfo=UTC)),
        ("2031-05-12T09:30:00Z", datetime(2031, 5, 12, 9, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+03:00", None),
        ("أمس", None),
        ("  ", None),
        (None, None),
    ],
)
def test_dates_of_protocols_become_utc_or_none(text: str | None, moment: datetime | None) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2024-05-12T10:30:00+03:00", "+03:00"),
        ("2024-05-12T07:30:00.000Z", "Z"),
        ("2024-05-12T10:30:00.0000000+03:00", "+03:00"),
        ("2024-05-12T10:30:00+03:00[Asia/Riyadh]", "+03:00"),
        ("2024-05-12 10:30 Asia/Riyadh", "Asia/Riyadh"),
        ("2024-05-12 07:30:00 UTC", "UTC"),
        ("2024-05-12 10:30:00 +0300", "+0300"),
        ("2024-05-12 10:30:00", ZONE),
        ("20240512T073000Z", "Z"),
        ("20240512103000", ZONE),
        ("45424.4375", ZONE),
        ("٤٥٤٢٤٫٤٣٧٥", ZONE),
        ("45424,4375000001", ZONE),
        ("Sun, 12 May 2024 07:30:00 GMT", "GMT"),
        ("Sun, 12 May 2024 10:30:00 GMT+3", "GMT+3"),
        ("Sun, 12 May 2024 10:30:00 GMT+03:00", "GMT+03:00"),
        ("Sun, 12 May 2024 10:30:00 +03:00", "+03:00"),
        ("Sun, 12 May 2024 10:30:00 +3", "+3"),
        ("Sun, 12 May 2024 10:30:00 EET", "EET"),
        ("Sun, 12 May 2024 10:30:00 EEST", "EEST"),
        ("Sun, 12 May 2024 10:30:00 AST", "AST"),
        ("Sun, 12 May 2024 03:30:00 EDT", "EDT"),
        ("Sun, 12 May 2024 10:30:00 AM +0300", "+0300"),
        ("Sun, 12 May 24 10:30:00 +0300", "+0300"),
        ("Sun May 12 10:30:00 EET 2024", "EET"),
        ("Sun May 12 10:30:00 +0300 2024", "+0300"),
        ("Sun May 12 2024 10:30:00 GMT+0300 (Arab Standard Time)", "GMT+0300"),
        ("May 12, 2024, 10:30 a.m.", ZONE),
        ("5/12/2024 10:30", None),
        ("12/05/2024 10:30", ZONE),
        ("12-May-2024 10:30:00", ZONE),
        ("12.05.2024 10:30", ZONE),
        ("الأحد، 12 مايو 2024 10:30:00 +0300", "+0300"),
        ("الأحد, 12 أيار/مايو 2024 07:30:00 GMT", "GMT"),
        ("الأحد 12 ماي 2024 - 10:30 ص", ZONE),
        ("٢٠٢٤/٠٥/١٢ ١٠:٣٠", ZONE),
        ("۱۲/۰۵/۲۰۲۴ ۱۰:۳۰", ZONE),
        ("4 ذو القعدة 1445 هـ الموافق 12 مايو 2024 10:30", ZONE),
        ("1715499000", "UTC"),
        ("1715499000.0", "UTC"),
        ("1715499000000", "UTC"),
        ("1715499000000000", "UTC"),
        ("/Date(1715499000000)/", "UTC"),
    ],
)
def test_a_clock_is_read_in_every_form_with_its_own_zone(text: str, zone: str | None) -> None:
    # Of two numbers that could both be the day the first is.
    assert read_timestamp(text, NOW, ZONE) == (Moment(SUMMER, zone) if zone else None)


@pytest.mark.parametrize(
    "text", ["2024-05-12", "20240512", "45424", "45424.0", "٤٥٤٢٤", "12/05/2024", "الأحد 12 مايو 2024", "12 May 2024"]
)
def test_a_day_has_no_zone(text: str) -> None:
    assert read_timestamp(text, NOW, ZONE) == Moment(DAY)


def test_letters_are_those_of_the_source_where_it_calls_its_own_time_so() -> None:
    text = "Fri, 12 May 2017 10:30:00 EET"  # without daylight saving in Egypt
    in_cairo, elsewhere = (read_timestamp(text, NOW, zone) for zone in ("Africa/Cairo", None))
    assert in_cairo == Moment(datetime(2017, 5, 12, 8, 30, tzinfo=UTC), "EET")
    assert elsewhere == Moment(datetime(2017, 5, 12, 7, 30, tzinfo=UTC), "EET")


@pytest.mark.parametrize(
    "text",
    [
        "01 Jan 0001 00:00:00 GMT",
        "0001-01-01T00:00:00",
        "0000-00-00 00:00:00",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0",
        "-1",
        "1899-12-30",
        "2099-01-01",
        "2024-06-23",
        "4102444800",
        "31/02/2024",
        "2024-13-45",
        "12 مايو",
        "منذ ساعتين",
        "مايو 2024",
        "12345",
        "قريبا",
        "",
        None,
    ],
)
def test_what_is_no_date_or_cannot_be_true_is_none(text: str | None) -> None:
    assert read_timestamp(text, NOW, ZONE) is None


def test_clocks_and_zones_may_be_a_day_wrong() -> None:
    ahead = NOW + timedelta(hours=20)
    assert read_timestamp(ahead.isoformat(), NOW) == Moment(ahead, "+00:00")


@given(
    st.datetimes(datetime(1991, 1, 1), datetime(2024, 6, 19), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["iso", "rfc", "us", "java", "epoch", "arabic"]),
)
def test_every_form_is_read_back(moment: datetime, form: str) -> None:
    whole = moment.replace(microsecond=0)
    written = {
        "iso": whole.isoformat(),
        "rfc": format_datetime(whole),
        "us": f"{whole:%B %d, %Y %I:%M:%S %p} UTC",
        "java": f"{whole:%a %b %d %H:%M:%S} UTC {whole.year}",
        "epoch": str(int(whole.timestamp())),
        "arabic": f"{whole:%d/%m/%Y %H:%M:%S} بتوقيت غرينتش",
    }[form]
    found = read_timestamp(written, NOW)
    assert found is not None
    assert found.at == whole


@pytest.mark.parametrize(
    "text", ["1" * 10_000_000, "Mon, " * 100_000, "(" * 100_000, "20240512T" + "0" * 5_000, "Mon,", "x -"]
)
def test_what_is_far_too_long_or_half_a_date_is_none(text: str) -> None:
    assert parse_time(text) is None
    assert read_timestamp(text, NOW) is None


@given(st.text(max_size=100) | st.text(st.sampled_from("0123456789:+-./ TZGMTmayo"), max_size=100))
def test_no_text_is_too_odd(text: str) -> None:
    read_timestamp(text, NOW, ZONE)
