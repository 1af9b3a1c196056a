import pytest

from nabra.tasks.actors.surnames import surnames


@pytest.mark.parametrize(
    ("name", "briefer"),
    [
        ("سالم الحداد", ["الحداد"]),
        ("رجب طيب الحداد", ["الحداد", "طيب الحداد"]),
        ("كريم ولد الشيخ", ["ولد الشيخ"]),
        ("فهد بن ناصر", ["بن ناصر"]),
        ("سامر نصر الله", ["نصر الله"]),
        ("أحمد بن عبد العزيز", ["بن عبد العزيز"]),
        ("ماركو دي لونا", ["دي لونا"]),
        ("الملك فهد", []),
        ("الكسندر نوردي", ["نوردي"]),
        ("سامر الثاني", []),
        ("سامر الرابع عشر", []),
        ("نزار", []),
        ("كيم أو", []),
    ],
)
def test_a_surname_keeps_the_particles_that_belong_to_it(name: str, briefer: list[str]) -> None:
    assert list(surnames(name)) == briefer
