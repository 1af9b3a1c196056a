from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.date_lines import is_date_line, read_date_line
from nabra.tasks.arabic.dates import Moment
from nabra.tasks.arabic.months import GREGORIAN

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
        ("15 ك1 2020", day(2020, 12, 15)),
        ("12 ت2 2021", day(2021, 11, 12)),
        ("1 الفاتح 2009", day(2009, 9, 1)),
        ("12 mai 2024", day(2024, 5, 12)),
        ("مايو 12, 2024", day(2024, 5, 12)),
        ("12 من مايو عام 2024", day(2024, 5, 12)),
        ("8 من شهر مايو من عام 2017", day(2017, 5, 8)),
        ("في الثامن: 8 شهر أيار سنة 2017", day(2017, 5, 8)),
        ("May 12, 2024", day(2024, 5, 12)),
        ("٣ يناير ٢٠٢٤", day(2024, 1, 3)),
        ("۱۲ مايو ۲۰۲۴", day(2024, 5, 12)),
        ("٢٠٢٤/٥/١٢", day(2024, 5, 12)),
        ("\u200f١٢\u200f/\u200f٥\u200f/\u200f٢٠٢٤", day(2024, 5, 12)),
        ("12 ـ 5 ـ 2024", day(2024, 5, 12)),
        ("نشر بتاريخ 12-05-2024", day(2024, 5, 12)),
        ("5/28/2024", day(2024, 5, 28)),
        ("كتب: المصري اليوم 12 مايو 2017", day(2017, 5, 12)),
        ("المصري اليوم | 12 مايو 2017", day(2017, 5, 12)),
        ("أرسلت بواسطة كريم الزيات في 27/04/2024", day(2024, 4, 27)),
        ("القاهرة - الأحد 12 مايو 2024", day(2024, 5, 12)),
        ("الرياض 25 شوال 1436 هـ الموافق 10 أغسطس 2015 م واس", day(2015, 8, 10)),
        ("12 مايو 2024 | 1,204 مشاهدة | التعليقات: 3", day(2024, 5, 12)),
        ("الخميس 12 مايو 2016 العدد 5512", day(2016, 5, 12)),
    ],
)
def test_a_day_is_its_midnight_in_utc_whatever_the_zone(line: str, moment: Moment) -> None:
    assert read_date_line(line, NOW, ZONE, is_named="الثامن" in line) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("الأربعاء 22 كانون الثاني يناير 2015", day(2015, 1, 22)),
        ("22 يناير كانون الثاني 2015", day(2015, 1, 22)),
        ("22 كانون الثاني/يناير 2015", day(2015, 1, 22)),
        ("22 يناير (كانون الثاني) 2015", day(2015, 1, 22)),
        ("22 كانون ثاني - يناير من عام 2015", day(2015, 1, 22)),
        ("كانون الثاني يناير 22، 2015", day(2015, 1, 22)),
        ("22 (يناير) كانون الثاني 2015", day(2015, 1, 22)),
        ("22 كانون الثاني [يناير] 2015", day(2015, 1, 22)),
        ("22-كانون الثاني-يناير-2015", day(2015, 1, 22)),
        ("22 كانون الثاني من سنة مضت 2015", None),
        ("نشر بتاريخ: 09 تشرين2/نوفمبر 2021", day(2021, 11, 9)),
        ("22 تموز يوليو 2017 | 10:30", at(2017, 7, 22, 10, 30)),
        ("22 ديسمبر كانون الأول 2013", day(2013, 12, 22)),
        ("22 تموز يونيو 2017", None),
    ],
)
def test_two_names_side_by_side_are_one_month_if_they_name_the_same(line: str, moment: Moment | None) -> None:
    assert read_date_line(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("الأحد 12 مايو 2024 - 10:30 ص", at(2024, 5, 12, 10, 30)),
        ("الأحد 12 مايو 2024م 10:30 م", at(2024, 5, 12, 22, 30)),
        ("12 مايو 2024 الساعة ١٠:٣٠ مساءً", at(2024, 5, 12, 22, 30)),
        ("12:05 ص - 12 مايو 2024", at(2024, 5, 12, 0, 5)),
        ("12 مايو 2024 12:30 ليلا", at(2024, 5, 12, 0, 30)),
        ("12 مايو 2024 11:30 ظهرا", at(2024, 5, 12, 11, 30)),
        ("12 مايو 2024 الساعة 5 مساء", at(2024, 5, 12, 17, 0)),
        ("م 10:30 - 12 مايو 2024", at(2024, 5, 12, 22, 30)),
        ("12 mai 2024 à 10h30", at(2024, 5, 12, 10, 30)),
        ("28 شباط 2022 | 07:05", at(2022, 2, 28, 7, 5)),
        ("نشر في 9 جويلية 2022 (17 : 45)", at(2022, 7, 9, 17, 45)),
        ("نادين الصوان 11 أفريل 2023 11:05", at(2023, 4, 11, 11, 5)),
        ("2023-05-20 21:27 كتب : ياسر العمودي", at(2023, 5, 20, 21, 27)),
        ("12 مايو 2024 - 10:30 بتوقيت غرينتش", at(2024, 5, 12, 10, 30, "UTC")),
        ("12 مايو 2024 - 10:30 بتوقيت مكة المكرمة", at(2024, 5, 12, 10, 30, "Asia/Riyadh")),
        ("12 مايو 2024 - 10:30 (بتوقيت القاهرة)", at(2024, 5, 12, 10, 30, "Africa/Cairo")),
        ("بتوقيت بغداد 10:30 12 مايو 2024", at(2024, 5, 12, 10, 30, "Asia/Baghdad")),
        ("May 12, 2024 10:20 GMT", Moment(datetime(2024, 5, 12, 10, 20, tzinfo=UTC), "GMT")),
        ("12/05/2024 14:30 +01:00", Moment(datetime(2024, 5, 12, 13, 30, tzinfo=UTC), "+01:00")),
        ("12 مايو 2024 10:30 GMT+3", Moment(datetime(2024, 5, 12, 7, 30, tzinfo=UTC), "GMT+3")),
        # The clock is that of the update.
        ("25/4/2023-|آخر تحديث: 19/6/2024-10:32 م (بتوقيت مكة المكرمة)", day(2023, 4, 25)),
    ],
)
def test_a_clock_counts_in_the_zone_that_the_line_names_or_else_in_that_of_the_source(
    line: str, moment: Moment
) -> None:
    assert read_date_line(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("منذ ساعتين", Moment(NOW - timedelta(hours=2), "UTC")),
        ("قبل ساعة", Moment(NOW - timedelta(hours=1), "UTC")),
        ("منذ 5 دقائق", Moment(NOW - timedelta(minutes=5), "UTC")),
        ("منذ ساعة و20 دقيقة", Moment(NOW - timedelta(minutes=80), "UTC")),
        ("منذ نصف ساعة", Moment(NOW - timedelta(minutes=30), "UTC")),
        ("٣ ساعات مضت", Moment(NOW - timedelta(hours=3), "UTC")),
        ("من 3 ساعات", Moment(NOW - timedelta(hours=3), "UTC")),
        ("2 hours ago", Moment(NOW - timedelta(hours=2), "UTC")),
        ("نشر: الآن", Moment(NOW, "UTC")),
        ("قبل قليل", Moment(NOW, "UTC")),
        ("قبل 3 أيام", day(2024, 6, 18)),
        ("قبل ثلاثة أيام", day(2024, 6, 18)),
        ("منذ يومين", day(2024, 6, 19)),
        ("قبل أسبوعين", day(2024, 6, 7)),
        ("منذ أسبوع", day(2024, 6, 14)),
        ("منذ شهرين", day(2024, 4, 21)),
        ("قبل عام", day(2023, 6, 21)),
        ("قبل عامين", day(2022, 6, 21)),
        ("قبل سنتين", day(2022, 6, 21)),
        ("مضى عامان", None),
        ("اليوم 10:15", at(2024, 6, 21, 10, 15)),
        ("أمس 23:15", at(2024, 6, 20, 23, 15)),
        ("آخر تحديث أول أمس", day(2024, 6, 19)),
    ],
)
def test_an_age_counts_from_the_fetch_in_days_of_the_zone(line: str, moment: Moment | None) -> None:
    assert read_date_line(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    "line",
    [
        "المصري اليوم",
        "كتب: المصري اليوم",
        "كتب - المصري اليوم",
        "بقلم اليوم السابع",
        "اليوم",
        "الآن",
        "14 آذار",
        "أكثر من عام",
        "من أشهر المشاريع",
        "من عام",
        "ثورة 25 يناير",
        "ثورة 25 يناير 2011",
        "ميدان التحرير - 25 يناير 2011",
        "25 يناير 2011 - يوم غير مصر",
        "تأسست في 12 مايو 2011",
        "توقف قبل عامين",
        "منذ يومين والمفاوضات متوقفة",
        "قبل أيام",
        "وصل الوزير اليوم إلى المدينة",
        "وصل الوزير الأحد 12 مايو 2024",
        "استمرت المعارك أكثر من عام في محيط المدينة",
        "وافتتح الوزير الرصيف في 12 مايو 2024 أمام الحضور.",
        "لا تاريخ هنا",
        "مايو 2024",
        "",
    ],
)
def test_prose_and_names_are_no_date_lines(line: str) -> None:
    assert read_date_line(line, NOW, ZONE) is None


@pytest.mark.parametrize("line", ["اليوم", "أمس", "14 آذار", "ثورة 25 يناير 2011"])
def test_a_line_that_the_page_calls_a_date_needs_no_other_sign(line: str) -> None:
    assert read_date_line(line, NOW, ZONE, is_named=True) is not None


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("الأحد 12 مايو", day(2024, 5, 12)),
        ("نشر في 12 ديسمبر", day(2023, 12, 12)),
        ("الجمعة 14 آذار", day(2014, 3, 14)),
        ("الاثنين 14 آذار", day(2022, 3, 14)),
    ],
)
def test_a_day_without_a_year_is_of_the_last_that_its_weekday_allows(line: str, moment: Moment) -> None:
    assert read_date_line(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("15 شعبان 1445 هـ", day(2024, 2, 25, hijri=True)),
        ("٥ ذو القعدة ١٤٤٥", day(2024, 5, 13, hijri=True)),
        ("5 ذي القعدة 1445", day(2024, 5, 13, hijri=True)),
        ("5 ذوالقعدة 1445هـ", day(2024, 5, 13, hijri=True)),
        ("15 ربيع الآخرة 1445", day(2023, 10, 30, hijri=True)),
        ("15 ربيع ثانٍ 1445", day(2023, 10, 30, hijri=True)),
        ("15 ربيع الثاني من عام 1445", day(2023, 10, 30, hijri=True)),
        ("15 جمادى ثانية 1445", day(2023, 12, 28, hijri=True)),
        ("15 جماد الآخر 1445", day(2023, 12, 28, hijri=True)),
        ("15 جمادى الآخرة 1445", day(2023, 12, 28, hijri=True)),
        ("1 رمضان المبارك 1445", day(2024, 3, 11, hijri=True)),
        ("1445/11/05 هـ", day(2024, 5, 13, hijri=True)),
        ("4 ذو القعدة 1445 هـ - 12 مايو 2024 م", day(2024, 5, 12)),
        ("4 ذو القعدة 1445 هـ الموافق 12 مايو 2024 م 10:30", at(2024, 5, 12, 10, 30)),
    ],
)
def test_an_islamic_date_is_turned_and_flagged_where_no_other_stands_beside_it(line: str, moment: Moment) -> None:
    assert read_date_line(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("آخر تحديث: 20 يونيو 2024 - نشر في: 12 مايو 2024", day(2024, 5, 12)),
        ("نشر في 12 مايو 2024 - آخر تحديث 20 يونيو 2024", day(2024, 5, 12)),
        ("آخر تحديث: 20 يونيو 2024", day(2024, 6, 20)),
    ],
)
def test_the_date_of_an_update_counts_only_where_there_is_no_other(line: str, moment: Moment) -> None:
    assert read_date_line(line, NOW, ZONE) == moment


@pytest.mark.parametrize(
    "line", ["32 مايو 2024", "31/02/2024", "12 مايو 2031", "1 يناير 1970", "العدد 5512", "13:75", "1 رمضان 1999"]
)
def test_what_cannot_be_true_is_none(line: str) -> None:
    assert read_date_line(line, NOW, ZONE) is None


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
    assert read_date_line(line, NOW, "UTC") == Moment(wanted, "UTC")


@given(st.dates(datetime(1991, 1, 1).date(), NOW.date()), st.integers(0, 11), st.integers(0, 11))  # noqa: DTZ001
def test_any_two_names_of_a_month_are_one(moment: datetime, first: int, second: int) -> None:
    names = GREGORIAN[moment.month - 1]
    line = f"{moment.day} {names[first % len(names)]} {names[second % len(names)]} {moment.year}"
    assert read_date_line(line, NOW, "UTC") == day(moment.year, moment.month, moment.day)


@given(st.text(max_size=160) | st.text(st.sampled_from("منذ قبل يوم و12:/-.20مايو ص+"), max_size=160))
def test_no_line_is_too_odd(line: str) -> None:
    read_date_line(line, NOW, ZONE)
    is_date_line(line)


def test_a_line_that_says_when_and_nothing_else_is_told_from_a_sentence() -> None:
    assert is_date_line("الأحد 12 مايو 2024 - 10:30 ص")
    assert is_date_line("سلمى الهادي — 12 أيار 2024")
    assert not is_date_line("وافتتح الوزير الرصيف في 12 مايو 2024 أمام الحضور.")
    assert not is_date_line("ثورة 25 يناير 2011")
    assert not is_date_line("تفاصيل الكلفة")
