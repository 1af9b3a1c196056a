"""Warnings on a list of actors: offices that two held at once."""

from __future__ import annotations

from datetime import date

import pytest

from nabra.tasks.actors.entries import ActorFile
from nabra.tasks.actors.risks import listed, two_holders


def warnings(*, until: date | None, several: bool) -> list[str]:
    held = {"office": "leader", "of": "river_party", "from": date(2010, 1, 1), "until": until}
    people = [{"id": f"person:{name}", "name": name, "offices": [held]} for name in ("haddad", "zain")]
    office = {"id": "leader", "titles": ["زعيم"], "latin": "leader", "several": several}
    file = ActorFile.model_validate({"office": [office], "person": people})
    return list(two_holders(listed([file]), [file]))


@pytest.mark.parametrize(
    ("until", "told"), [(None, "without end; end a term with `until`"), (date(2014, 1, 1), "for 1461 days; correct")]
)
def test_two_holders_of_one_office_are_told_how_long_they_share_it(until: date | None, told: str) -> None:
    (warning,) = warnings(until=until, several=False)
    assert told in warning


def test_many_may_hold_an_office_of_several() -> None:
    assert warnings(until=None, several=True) == []
