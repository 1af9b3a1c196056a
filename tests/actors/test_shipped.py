"""The lists that nabra ships: whom they know, and on which day."""

from __future__ import annotations

from datetime import date

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors

IN_2016 = date(2016, 5, 1)


@pytest.fixture(scope="module")
def actors() -> Actors:
    return load_actors(CONFIG_FOLDER / "actors")


def named(actors: Actors, text: str, day: date | None = None) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.actor_id) for m in actors.find(text, day=day)]


@pytest.mark.parametrize(
    "text",
    [
        "على ضفة نهر الأردن",
        "لاعب باريس سان جيرمان",
        "صحيفة واشنطن بوست",
        "على بحيرة تشاد",
        "الاتحاد الروسي لكرة القدم",
        "قال الأمير تركي",
    ],
)
def test_what_only_looks_like_a_state_is_none(actors: Actors, text: str) -> None:
    states = {actor for _, actor in named(actors, text) if actors.kinds[actor].governs}
    assert not states


@pytest.mark.parametrize(
    ("name", "day", "side"),
    [
        ("وزير الخارجية الروسي سيرغي لافروف", IN_2016, "russia"),
        ("لافروف", IN_2016, "russia"),
        ("الرئيس الأميركي باراك أوباما", IN_2016, "us"),
        ("باراك أوباما", date(2018, 5, 1), "person:barack_obama"),
        ("بشار الأسد", IN_2016, "syria_gov"),
        ("بشار الأسد", date(2026, 1, 1), "person:bashar_al_assad"),
        ("المتحدث باسم وزارة الدفاع الروسية", None, "russia"),
    ],
)
def test_a_name_speaks_for_its_side_of_the_day(actors: Actors, name: str, day: date | None, side: str) -> None:
    assert actors.resolve(name, day=day) == side


def test_the_holder_of_an_office_is_that_of_the_day(actors: Actors) -> None:
    title = "وزير الخارجية الأميركي"
    assert named(actors, title, IN_2016) == [(title, "person:john_kerry")]
    assert named(actors, title, date(2019, 5, 1)) != named(actors, title, IN_2016)


# Words of news that are nobody's name.
ORDINARY = """
كبيرة كبير كثيرة كثيرا كلاما كلام كلمة كبارا كبار كشمير بلايين بقايا بقاء بداية بعيدا بلاده بنايات بيانات بوادر
باريا كتابة كتاب كمية كافية كامنة كاملة كارثة كريمة كلية كرات كرامة كراهية كلفة بيان بيانا بلاغ بلاغات بنود بوابة
بسيطة بديل بدائل بطالة بطاقة بعثة بضائع بحرية بحوثا براهين برامج بشرية بكامل بكثير بقوة بسرعة بشدة بهدوء بدقة
بصراحة بوضوح بالطبع بالفعل بالكاد كالعادة كذلك كأنها كيفية كوادر كوارث كواليس كنيسة كنائس كهرباء كواكب كرسي كراسي
حكومة وزارة وزير رئيس اجتماع جلسة مؤتمر قمة زيارة تصريح تصريحات مسؤول مسؤولون قرار قرارات اتفاق اتفاقية مفاوضات
محادثات مباحثات هدنة حرب معركة هجوم هجمات قصف غارة غارات انفجار قتيل قتلى جريح جرحى ضحايا نازحين لاجئين مساعدات
إغاثة حدود مدينة قرية محافظة إقليم منطقة شارع طريق جسر مطار ميناء سفينة طائرة صاروخ صواريخ جيش قوات جنود ضابط
شرطة أمن محكمة قاض حكم قانون دستور برلمان نواب انتخابات مرشح ناخبين أصوات حزب أحزاب معارضة تظاهرات احتجاجات
اقتصاد سوق أسواق أسعار نفط غاز ذهب دولار عملة بنك بنوك شركة شركات استثمار تجارة صادرات واردات ميزانية ديون ضرائب
نمو تضخم عجز مشروع مشاريع تنمية صناعة زراعة مياه كميات صحة مستشفى طبيب مرض وباء لقاح دواء تعليم مدرسة جامعة طلاب
معلم أستاذ ثقافة فن فيلم مسلسل رواية شاعر معرض مهرجان رياضة فريق مباراة هدف لاعب مدرب ملعب بطولة كأس جمهور طقس
مطر رياح زلزال فيضانات حرائق بيئة مناخ حرارة وقال وأضاف وأكد وأوضح وأشار وتابع ولفت وذكر وأعلن وكشف ونقلت وطالب
ودعا وحذر ورفض وقرر وشدد ومنذ وبعد وقبل وخلال وحول وبين وضمن وعبر ولدى وعند وحتى ولكن ولأن وكان وكانت وليس وأن وإن
فقط فإن فقد فكان فلا فلم فيما فوق فور فترة فرصة فرص فشل فوز فضاء فكرة فئات لجنة لجان لقاء لقاءات لائحة لغة لحظة
ليلة لوحة لواء لقب لعبة لسان لباس لزوم للغاية للمرة لأول لأنها لديها لكنها لوجود لصالح لإنهاء لدعم لبحث لمناقشة
سيداتي سادتي سيدات سادة سنوات ساعات مساء صباح اليوم أمس غدا أسبوع شهر عام أعوام قرن عقود ربيع صيف خريف شتاء
"""


@pytest.mark.parametrize("day", [None, date(2012, 6, 1), IN_2016, date(2025, 6, 1)])
def test_no_ordinary_word_is_a_person(actors: Actors, day: date | None) -> None:
    found = {word: actors.find(word, day=day) for word in ORDINARY.split()}
    people = {word: who for word, who in found.items() if any(actors.kinds[m.actor_id].id == "person" for m in who)}
    assert not people


@pytest.mark.parametrize(
    ("text", "year", "who"),
    [
        ("قال أوباما إن بلاده لن ترسل جنودا", 2014, "person:barack_obama"),
        ("أعلن ترامب انسحاب بلاده من الاتفاق", 2018, "person:donald_trump"),
        ("ترامب يعلن خطة جديدة", 2025, "person:donald_trump"),
        ("قال بايدن إن روسيا ستدفع الثمن", 2022, "person:joe_biden"),
        ("زيلينسكي يطلب المزيد من السلاح", 2022, "person:volodymyr_zelensky"),
        ("ماكرون يزور الجزائر", 2022, "person:emmanuel_macron"),
    ],
)
def test_a_president_is_known_by_his_surname(actors: Actors, text: str, year: int, who: str) -> None:
    assert who in [actor for _, actor in named(actors, text, date(year, 6, 1))]


@pytest.mark.parametrize(
    ("name", "article", "state"),
    [
        ("عباس", "قال عباس إن السلطة الفلسطينية ترفض", "palestine"),
        ("عون", "قال عون، وهو الرئيس اللبناني الجديد", "lebanon"),
        ("شريف", "قال شريف، وهو رئيس الوزراء الباكستاني", "pakistan"),
        ("عباس", "قال عباس إن المزرعة له", None),
        ("عون", "قدم عون كل عون", None),
    ],
)
def test_a_shared_surname_is_its_state_s_where_the_article_speaks_of_it(
    actors: Actors, name: str, article: str, state: str | None
) -> None:
    assert actors.resolve(name, article, date(1990, 5, 1)) == state


def test_two_bearers_of_like_offices_are_told_apart_by_their_state(actors: Actors) -> None:
    text = "قال بارزاني، وهو رئيس إقليم كردستان"
    assert actors.resolve("بارزاني", text, IN_2016) == "kurdistan_region"
    assert actors.resolve("بارزاني", "قال بارزاني إن المطر هطل", IN_2016) is None


def test_an_undated_article_that_gives_nobody_a_title_has_no_day(actors: Actors) -> None:
    assert actors.day_of("انتقد الرئيس الأمريكي إيران، وذكر بما فعله أدولف هتلر", None) is None


@pytest.mark.parametrize(
    ("text", "kingdom"),
    [
        ("قال رئيس الوزراء الأردني إن المملكة لن تسمح بذلك", "jordan"),
        ("أعلنت الحكومة المغربية في الرباط أن المملكة ستستضيف المؤتمر", "morocco"),
        ("ذكرت وكالة أنباء البحرين أن المملكة تدعم السلام", "bahrain"),
        ("قال وزير الخارجية السعودي إن المملكة ترحب بالضيوف", "saudi"),
        ("كانت المملكة في الحكاية صغيرة", None),
    ],
)
def test_the_kingdom_is_that_of_which_the_article_speaks(actors: Actors, text: str, kingdom: str | None) -> None:
    assert dict(named(actors, text)).get("المملكة") == kingdom


@pytest.mark.parametrize(
    "text",
    [
        "اجتمع مجلس الأمن القومي برئاسته",
        "صفق له الناس بحماس شديد",
        "كان حماس الجماهير كبيرا",
        "إن ناسا كثيرين لا يعرفون",
        "لاحظوا ميلان البرج",
        "اشترى مودم جديدا",
        "تقدم في حركة النهضة العمرانية",
    ],
)
def test_a_name_that_is_a_word_there_is_nobody(actors: Actors, text: str) -> None:
    assert named(actors, text, IN_2016) == []
