"""Clocks in a line: `10:30 ص`, `الساعة 5 مساء`, `01:30:00 PM +0300`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from nabra.tasks.arabic.months import alternatives
from nabra.tasks.arabic.zones import ZONE, read_zone

MORNING: Final = ("ص", "صباحا", "صباح", "فجرا", "قبل الظهر", "ق.ظ", "am", "a.m.", "a.m")
EVENING: Final = ("م", "مساء", "عصرا", "بعد الظهر", "ب.ظ", "pm", "p.m.", "p.m")
NOON: Final = ("ظهرا",)
NIGHT: Final = ("ليلا", "بعد منتصف الليل")
_HALF: Final = rf"(?:{alternatives((*MORNING, *EVENING, *NOON, *NIGHT))})(?![^\W\d])"
CLOCK: Final = re.compile(
    rf"(?:(?<![^\W\d])(?P<before>{_HALF})\s?)?(?<![\d:/.])(?P<hour>[01]?\d|2[0-3])"
    r"(?:\s?[:٫.h]\s?(?P<minute>[0-5]\d)(?:\s?:\s?(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?(?!\d)"
    rf"(?:\s*+(?P<half>{_HALF}))?|\s?(?P<only>{_HALF}))"
)
REACH: Final = 40  # characters between a clock and its zone


@dataclass(frozen=True)
class Clock:
    """A time of day, where it stands in the line, and its zone, None where the line names none."""

    start: int
    end: int
    hour: int
    minute: int
    second: int
    zone: tuple[tzinfo, str] | None
    spans: tuple[tuple[int, int], ...]

    def on(self, day: datetime, home: str) -> tuple[datetime, str]:
        """The moment in UTC of this clock on a day, and the name of its zone: `home` (IANA) where it names none."""
        zone, name = self.zone or (ZoneInfo(home), home)
        wall = day.replace(hour=self.hour, minute=self.minute, second=self.second, tzinfo=zone)
        return wall.astimezone(UTC), name


def find_clocks(key: str, home: str) -> list[Clock]:
    """The clocks of a folded line, in which no dates are left, with the zone that stands by each."""
    clocks: list[Clock] = []
    place = 0
    while match := CLOCK.search(key, place):
        zone = ZONE.search(key, match.end(), match.end() + REACH) or ZONE.search(
            key, max(place, match.start() - REACH), match.start()
        )
        place = max(match.end(), zone.end() if zone else 0)
        clocks.append(_clock(match, zone, home))
    return clocks


def _clock(match: re.Match[str], zone: re.Match[str] | None, home: str) -> Clock:
    half = match["half"] or match["only"] or match["before"]
    hour = _hour(int(match["hour"]), " ".join(half.split()) if half else None)
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    spans = (match.span(), zone.span()) if zone else (match.span(),)
    return Clock(match.start(), match.end(), hour, minute, second, read_zone(zone, home) if zone else None, spans)


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24 of one of 12."""
    if half in MORNING or (half in NIGHT and (hour == 12 or hour < 6)):
        return hour % 12 if hour == 12 else hour
    late = half in EVENING or half in NIGHT or (half in NOON and hour < 6)
    return hour + 12 if late and hour < 12 else hour
