"""Fields of days, instants and durations: native inputs, Shanghai time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from flask_babel import gettext as _
from typing_extensions import override

from models import clock
from models.base.spelling import half_width
from views.base import widgets
from views.base.fields import PanelField

FIRST_YEAR, LAST_YEAR = 1900, 9998


class DayField(PanelField):
    """A calendar day in a native input."""

    input_type = "date"

    @override
    def text(self, value: date | None) -> str:
        return value.isoformat() if value else ""

    @override
    def parse(self, typed: str) -> date:
        return parse_day(typed)


class InstantField(PanelField):
    """An instant, typed in Shanghai time; seconds are shown only where there are some."""

    input_type = "datetime-local"

    @override
    def text(self, value: datetime | None) -> str:
        if value is None:
            return ""
        local = value.astimezone(clock.SHANGHAI).replace(tzinfo=None)
        whole = local.second == 0 and local.microsecond == 0
        return local.isoformat(timespec="minutes" if whole else "auto")

    @override
    def shown(self, value: datetime | None) -> str:
        return self.text(value).replace("T", " ")

    @override
    def attributes(self) -> dict[str, Any]:
        return {"step": "any" if len(self._value()) > 16 else "60"}

    @override
    def parse(self, typed: str) -> datetime:
        if len(typed) <= 10:
            day = parse_day(typed)
            return clock.day_end(day) if self.info.day == "end" else clock.day_start(day)
        try:
            local = datetime.fromisoformat(typed.replace(" ", "T", 1))
        except ValueError as error:
            raise ValueError(
                _("Please type a day and a time, such as 2026-11-23 09:00.")
            ) from error
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            raise ValueError(_("Please type a day between 1900 and 9998."))
        return local.replace(tzinfo=local.tzinfo or clock.SHANGHAI).astimezone(UTC)


class WindowField(InstantField):
    """A border of a window: a day, which counts whole, and a time only where the day is not whole
    (reading 14).
    """

    widget = widgets.DayAndTime()

    @override
    def text(self, value: datetime | None) -> str:
        day = value and clock.whole_day(value, ends=self.info.day == "end")
        return day.isoformat() if day else super().text(value)

    def time_label(self) -> str:
        """Return the name of the second input, for those who cannot see that it stands beside the
        first.
        """
        return str(_("Time of day; empty means the whole day"))

    @property
    def parts(self) -> tuple[str, str]:
        """Day and time as they stand in the two inputs."""
        day, _mark, time = self._value().partition("T")
        return day, time

    @override
    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        self.clock_time = (formdata.get(f"{self.name}__time", "") if formdata else "").strip()
        super().process(formdata, *args, **kwargs)

    @property
    def typed(self) -> str | None:
        """Day and time as posted; the time may stand in the second input."""
        day = super().typed
        if day is None or len(day) != 10 or not self.clock_time:
            return day
        return f"{day}T{self.clock_time}"

    @override
    def normalise(self, raw: str) -> str:
        return super().normalise(raw).replace(" ", "T", 1)


class IntervalField(PanelField):
    """A duration as ``days hours:minutes:seconds``; a bare number is seconds."""

    SHAPE: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:(\d{1,6}) )?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?|(\d{1,9}))"
    )

    @override
    def text(self, value: timedelta | None) -> str:
        if value is None:
            return ""
        minutes, seconds = divmod(value.seconds, 60)
        clock_text = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        return f"{value.days} {clock_text}" if value.days else clock_text

    @override
    def parse(self, typed: str) -> timedelta:
        found = self.SHAPE.fullmatch(half_width(typed))
        if not found:
            raise ValueError(_("Please type a duration, such as 1 08:30:00."))
        days, hours, minutes, seconds, bare = (int(part or 0) for part in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds + bare)


def parse_day(typed: str) -> date:
    """Return the day of ``2026-11-23``, ``2026/11/23`` or ``20261123``.

    :raises ValueError: with the sentence to show.
    """
    parts = re.fullmatch(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})", half_width(typed))
    found = _day_of(*(int(part) for part in parts.groups())) if parts else None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(_("Please type a day, such as 2026-11-23."))
    return found


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
