"""Days known to the year, month or day, and ages. Pure; ``today`` always comes from the caller."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


def clip(year: int, month: int, day: int) -> int:
    """``day``, or the last day of the month if it has fewer."""
    return min(day, calendar.monthrange(year, month)[1])


@dataclass(frozen=True)
class Moment:
    """A date known to the year, month or day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def earliest(self) -> date:
        """The first day it can be."""
        month = self.month or 1
        return date(self.year, month, clip(self.year, month, self.day or 1))

    @property
    def latest(self) -> date:
        """The last day it can be."""
        month = self.month or 12
        return date(self.year, month, clip(self.year, month, self.day or 31))

    def plus(self, years: int) -> Moment:
        """So many years later; 29 February becomes the 28th in other years."""
        day = self.day if self.day is None else clip(self.year + years, self.month or 1, self.day)
        return Moment(self.year + years, self.month, day)

    def plus_months(self, months: int) -> Moment:
        """So many months later (earlier if negative), of a moment known to the month at least."""
        year, month = divmod(self.year * 12 + (self.month or 1) - 1 + months, 12)
        return Moment(year, month + 1, self.day and clip(year, month + 1, self.day))

    def text(self) -> str:
        """``2026年``, ``2026年3月`` or ``2026年3月5日``."""
        out = f"{self.year}年"
        if self.month:
            out += f"{self.month}月"
        return out + (f"{self.day}日" if self.month and self.day else "")

    def iso(self) -> str:
        """ISO 8601, as exact as it is known: ``2026``, ``2026-03`` or ``2026-03-05``."""
        out = f"{self.year:04d}"
        if self.month:
            out += f"-{self.month:02d}"
        return out + (f"-{self.day:02d}" if self.month and self.day else "")

    @classmethod
    def of(cls, day: date) -> Moment:
        """A full date."""
        return cls(day.year, day.month, day.day)


@dataclass(frozen=True)
class Born:
    """A birth date between two days, both included."""

    earliest: date
    latest: date

    @classmethod
    def on(cls, moment: Moment) -> Born:
        """From a birth date known to the year, month or day."""
        return cls(moment.earliest, moment.latest)

    @classmethod
    def aged(cls, age: int, on: date) -> Born:
        """From an age in full years on a day."""
        return cls(years_before(on, age + 1) + timedelta(days=1), years_before(on, age))

    def ages_at(self, moment: Moment) -> range:
        """Every age in full years the person may have had at ``moment``; empty before birth."""
        lowest, highest = age(self.latest, moment.earliest), age(self.earliest, moment.latest)
        return range(max(lowest, 0), highest + 1)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier."""
    return date(day.year - years, day.month, clip(day.year - years, day.month, day.day))


def age(born: date, on: date) -> int:
    """Full years on a day (周岁): one more from the birthday on, counted as the law counts it."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
