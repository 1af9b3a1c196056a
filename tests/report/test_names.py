from nabra.tasks.report.names import AUTHOR, Names, listed_names


def test_listed_actors_have_their_first_alias_and_others_their_words() -> None:
    names = Names(listed_names([("un", ["الأمم المتحدة", "المنظمة الأممية"]), ("off", [])]), "السرد")
    assert [names.of(key) for key in ("un", "off", "سالم الراوي", AUTHOR, None)] == [
        "الأمم المتحدة",
        "off",
        "سالم الراوي",
        "السرد",
        "",
    ]
