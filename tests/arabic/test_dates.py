from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.dates import GREGORIAN, Moment, find_date, is_date_line, read_moment

NOW = datetime(2024, 6, 20, 22, 30, tzinfo=UTC)  # in Beirut it is the 21st already
ZONE = "Asia/Beirut"


def day(year: int, month: int, number: int, *, hijri: bool = False) -> Moment:
    return Moment(datetime(year, month, number, tzinfo=UTC), None, hijri)


def at(year: int, month: int, number: int, hour: int, minute: int, zone: str = ZONE) -> Moment:
    return Moment(datetime(year, month, number, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC), zone)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("12 أيار 2024", day(2024, 5, 12)),
        ("14 كانون الثاني 2024", day(2024, 1, 14)),
        ("3 تشرين الأول 2022", day(2022, 10, 3)),
        ("الأحد 12 مايو 2024", day(2024, 5, 12)),
        ("5 غشت 2023", day(2023, 8, 5)),
        ("5 يوليوز 2023", day(2023, 7, 5)),
        ("9 جويلية 2022", day(2022, 7, 9)),
        ("14 فيفري 2023", day(2023, 2, 14)),
        ("12 ماي 2024", day(2024, 5, 12)),
        ("12 مايو/أيار 2024", day(2024, 5, 12)),
        ("12 أيار (مايو) 2024", day(2024, 5, 12)),
        ("نشر بتاريخ: 09 تشرين2/نوفمبر 2021", day(2021, 11, 9)),
        ("مايو 12, 2024", day(2024, 5, 12)),
        ("12 من مايو عام 2024", day(2024, 5, 12)),
        ("May 12, 2024", day(2024, 5, 12)),
        ("٣ يناير ٢٠٢٤", day(2024, 1, 3)),
        ("۱۲ مايو ۲۰۲۴", day(2024, 5, 12)),
        ("٢٠٢٤/٥/١٢", day(2024, 5, 12)),
        ("نشر بتاريخ 12-05-2024", day(2024, 5, 12)),
        ("5/28/2024", day(2024, 5, 28)),
        ("12 مايو", day(2024, 5, 12)),
        ("12 ديسمبر", day(2023, 12, 12)),
    ],
)
def test_a_day_is_its_midnight_in_utc_whatever_the_zone(line: str, moment: Moment) -> None:
    assert find_date(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("الأحد 12 مايو 2024 - 10:30 ص", at(2024, 5, 12, 10, 30)),
        ("الأحد 12 مايو 2024م 10:30 م", at(2024, 5, 12, 22, 30)),
        ("12 مايو 2024 الساعة ١٠:٣٠ مساءً", at(2024, 5, 12, 22, 30)),
        ("12:05 ص - 12 مايو 2024", at(2024, 5, 12, 0, 5)),
        ("28 شباط 2022 | 07:05", at(2022, 2, 28, 7, 5)),
        ("12 مايو 2024 - 10:30 بتوقيت غرينتش", at(2024, 5, 12, 10, 30, "UTC")),
        ("12 مايو 2024 - 10:30 بتوقيت مكة المكرمة", at(2024, 5, 12, 10, 30, "Asia/Riyadh")),
        ("May 12, 2024 10:20 GMT", at(2024, 5, 12, 10, 20, "UTC")),
        ("12/05/2024 14:30 +01:00", Moment(datetime(2024, 5, 12, 13, 30, tzinfo=UTC), "+01:00")),
    ],
)
def test_a_clock_counts_in_the_zone_that_the_line_names_or_else_in_that_of_the_source(
    line: str, moment: Moment
) -> None:
    assert find_date(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("منذ ساعتين", Moment(NOW - timedelta(hours=2), "UTC")),
        ("قبل ساعة", Moment(NOW - timedelta(hours=1), "UTC")),
        ("منذ 5 دقائق", Moment(NOW - timedelta(minutes=5), "UTC")),
        ("3 ساعات مضت", Moment(NOW - timedelta(hours=3), "UTC")),
        ("الآن", Moment(NOW, "UTC")),
        ("قبل 3 أيام", day(2024, 6, 18)),
        ("قبل ثلاثة أيام", day(2024, 6, 18)),
        ("منذ أسبوع", day(2024, 6, 14)),
        ("أمس", day(2024, 6, 20)),
        ("أول أمس", day(2024, 6, 19)),
        ("اليوم 10:15", at(2024, 6, 21, 10, 15)),
        ("أمس 23:15", at(2024, 6, 20, 23, 15)),
    ],
)
def test_a_relative_date_counts_from_the_fetch_in_days_of_the_zone(line: str, moment: Moment) -> None:
    assert find_date(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("15 شعبان 1445 هـ", day(2024, 2, 25, hijri=True)),
        ("٥ ذو القعدة ١٤٤٥", day(2024, 5, 13, hijri=True)),
        ("1445/11/05 هـ", day(2024, 5, 13, hijri=True)),
        ("4 ذو القعدة 1445 هـ - 12 مايو 2024 م", day(2024, 5, 12)),
    ],
)
def test_an_islamic_date_is_turned_and_flagged_where_no_other_stands_beside_it(line: str, moment: Moment) -> None:
    assert find_date(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("آخر تحديث: 20 يونيو 2024 - نشر في: 12 مايو 2024", day(2024, 5, 12)),
        ("نشر في 12 مايو 2024 - آخر تحديث 20 يونيو 2024", day(2024, 5, 12)),
        ("آخر تحديث: 20 يونيو 2024", day(2024, 6, 20)),
        ("الدورة 12 من مهرجان 2030، 12 مايو 2024", day(2024, 5, 12)),
    ],
)
def test_the_date_of_an_update_counts_only_where_there_is_no_other(line: str, moment: Moment) -> None:
    assert find_date(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    "line", ["", "لا تاريخ هنا", "32 مايو 2024", "31/02/2024", "12 مايو 2031", "العدد 5512", "13:75", "1 رمضان 1999"]
)
def test_what_is_no_date_or_cannot_be_true_is_none(line: str) -> None:
    assert find_date(line, NOW, ZONE) is None


@given(
    st.datetimes(datetime(1991, 1, 1), datetime(2024, 6, 19)),  # noqa: DTZ001 - a zone is put to it below
    st.integers(0, 2),
    st.sampled_from(["{d} {m} {y} {c}", "{d} {m}، {y} - {c}", "{m} {d}, {y} {c}", "{d} من {m} {y} الساعة {c}"]),
    st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]),
)
def test_every_day_and_clock_is_read_back_in_every_month_name_order_and_digit(
    moment: datetime, name: int, form: str, digits: str
) -> None:
    month = GREGORIAN[moment.month - 1][name]
    line = form.format(d=moment.day, m=month, y=moment.year, c=f"{moment:%H:%M}").translate(
        str.maketrans("0123456789", digits)
    )
    wanted = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert find_date(line, NOW, "UTC") == Moment(wanted, "UTC")


@given(st.text(max_size=60))
def test_no_line_is_too_odd(line: str) -> None:
    find_date(line, NOW, ZONE)
    is_date_line(line)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-05-12T09:30:00+03:00", Moment(datetime(2024, 5, 12, 6, 30, tzinfo=UTC), "+03:00")),
        ("2024-05-12T09:30:00.000Z", Moment(datetime(2024, 5, 12, 9, 30, tzinfo=UTC), "Z")),
        ("2024-05-12T09:30:00", at(2024, 5, 12, 9, 30)),
        ("Sun, 12 May 2024 09:30:00 GMT", Moment(datetime(2024, 5, 12, 9, 30, tzinfo=UTC), "GMT")),
        ("2024-05-12", day(2024, 5, 12)),
        ("12 مايو 2024", day(2024, 5, 12)),
        ("1970-01-01T00:00:00Z", None),
        ("2031-05-12T09:30:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_what_metadata_say_keeps_its_own_zone(value: str | None, moment: Moment | None) -> None:
    assert read_moment(value, NOW, ZONE) == moment


def test_a_line_that_says_when_and_nothing_else_is_told_from_a_sentence() -> None:
    assert is_date_line("الأحد 12 مايو 2024 - 10:30 ص")
    assert is_date_line("سلمى الهادي — 12 أيار 2024")
    assert not is_date_line("وافتتح الوزير الرصيف في 12 مايو 2024 أمام الحضور.")
    assert not is_date_line("تفاصيل الكلفة")
