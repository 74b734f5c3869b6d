"""The form of an office's file."""

import re
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chalicelib.domain import phone
from chalicelib.domain.catalogue import LANGUAGES, MEDIA_KEPT, MOST_REQUIREMENTS
from chalicelib.domain.errors import Malformed
from chalicelib.domain.media import KEPT_BY_WHATSAPP
from chalicelib.domain.request import Status
from chalicelib.table.requests import REQUESTS_KEPT

_WITHOUT_BRACES = r"^[^{}]*$"


def _date(text: str) -> str:
    date.fromisoformat(text)
    return text


def _span(text: str) -> str:
    """Opens before it closes."""
    parts = re.fullmatch(r"([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])", text)
    if parts is None or not time.fromisoformat(parts[1]) < time.fromisoformat(parts[2]):
        raise ValueError("hours look like 08:00-15:00, and end after they begin")
    return text


def _number(text: str) -> str:
    """As people read it, but one that can be called."""
    try:
        phone.normalise(text)
    except Malformed as error:
        raise ValueError("this is no phone number") from error
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_WITHOUT_BRACES)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Day = Annotated[str, AfterValidator(_date)]
Hours = Annotated[str, AfterValidator(_span)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,10}$")]
RequirementCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,24}$")]
Money = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}(\.[0-9]{1,5})?$")]
Told = Literal["hold"] | Status
# What officers type: it begins with a sign, so that no ordinary word changes anything.
StatusWord = Annotated[str, StringConstraints(pattern=r"^[/#!.][a-zA-Z]{2,20}$")]
Host = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BothLanguages(_Part):
    """A line in each language."""

    id: Line
    en: Line


class RequirementFile(BothLanguages):
    """One of `needs`."""

    code: RequirementCode


def _codes_of_their_own(needs: list[RequirementFile]) -> list[RequirementFile]:
    codes = [one.code for one in needs]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ValueError(f"{twice[0]!r} is the code of two requirements")
    return needs


Needs = Annotated[list[RequirementFile], Field(min_length=1, max_length=MOST_REQUIREMENTS), AfterValidator(_codes_of_their_own)]


class ServiceFile(_Part):
    """`[services.<code>]`."""

    name: BothLanguages
    words: list[Line] = Field(min_length=1)
    number: Annotated[str, AfterValidator(_number)] | None = None
    output: Literal["card", "pdf"]
    decision_hours: float = Field(gt=0, le=1000)
    done_hours: float = Field(gt=0, le=10_000)
    needs: Needs
    bring: BothLanguages


class SmsFile(_Part):
    """`[sms]`."""

    sender: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,11}$")]
    price_usd: Money
    max_per_day_usd: Money


class WeekFile(_Part):
    """Opening hours by weekday; a day that is not there is closed."""

    monday: Hours | None = None
    tuesday: Hours | None = None
    wednesday: Hours | None = None
    thursday: Hours | None = None
    friday: Hours | None = None
    saturday: Hours | None = None
    sunday: Hours | None = None

    @model_validator(mode="after")
    def _opens(self) -> "WeekFile":
        days = [self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday]
        if not any(days):
            raise ValueError("an office is open on some day of the week")
        return self


class SeasonFile(WeekFile):
    """`[[calendar.seasons]]`."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _lasts(self) -> "SeasonFile":
        if self.last < self.first:
            raise ValueError("a season ends after it begins")
        return self


class CalendarFile(WeekFile):
    """`[calendar]`."""

    closed: list[Day] = Field(default_factory=list)
    extra: dict[Day, Hours] = Field(default_factory=dict)
    seasons: list[SeasonFile] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_season_at_a_time(self) -> "CalendarFile":
        ordered = sorted(self.seasons, key=lambda one: one.first)
        if any(one.last >= other.first for one, other in pairwise(ordered)):
            raise ValueError("two seasons have a day in common")
        return self


class CoexistenceFile(_Part):
    """`[coexistence]`: for offices that keep the WhatsApp Business app on their phones."""

    quiet_minutes: int = Field(default=30, ge=0, le=1440)
    words: dict[StatusWord, Status] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _statuses(cls, data: Any) -> Any:
        """TOML has no statuses, only words for them."""
        words = data.get("words") if isinstance(data, dict) else None
        known = {status.value: status for status in Status}
        told = {word: known.get(one, one) for word, one in words.items()} if isinstance(words, dict) else words
        return data if words is None else {**data, "words": told}

    @model_validator(mode="after")
    def _one_meaning(self) -> "CoexistenceFile":
        if len({word.lower() for word in self.words}) < len(self.words):
            raise ValueError("two status words differ in large and small letters only")
        return self


class OfficeFile(_Part):
    """All of it."""

    name: Line
    short: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9 .-]{1,20}$")]
    place: Line
    zone: Literal["WIB", "WITA", "WIT"]
    links: list[Host] = Field(default_factory=list)
    notice_hours: Hours
    notice_on_closed_days: bool
    # Longer than WhatsApp delivers a message of before: it must not come after the rest is cleared.
    media_days: int = Field(default=MEDIA_KEPT.days, gt=KEPT_BY_WHATSAPP.days, lt=REQUESTS_KEPT.days)
    notify: list[Told]
    rating: bool = False
    sms: SmsFile
    calendar: CalendarFile
    services: dict[Code, ServiceFile] = Field(min_length=1)
    coexistence: CoexistenceFile = Field(default_factory=CoexistenceFile)
    texts: dict[Literal["id", "en"], dict[str, Text]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _statuses(cls, data: Any) -> Any:
        """TOML has no statuses, only words for them."""
        notify = data.get("notify") if isinstance(data, dict) else None
        words = {status.value: status for status in Status}
        return {**data, "notify": [words.get(one, one) for one in notify]} if isinstance(notify, list) else data


assert set(LANGUAGES) == set(BothLanguages.model_fields), "every language has its line"
