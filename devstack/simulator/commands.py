"""The bodies of `/sim` requests."""

import json
from typing import Annotated, Any, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from devstack.simulator import faults
from devstack.simulator.addresses import canonical
from devstack.simulator.file_faults import file_fault
from devstack.simulator.media_types import MEDIA_TYPES
from devstack.simulator.outbox import Channel
from devstack.simulator.problems import BadCommand
from devstack.simulator.templates import Quality, Status

MAX_ADVANCE_S = 10 * 366 * 86_400
_MAX_TIMESTAMP = 10**11

Address = Annotated[str, AfterValidator(canonical)]
Words = Annotated[str, StringConstraints(min_length=1)]
Seconds = Annotated[int, Field(ge=0, lt=_MAX_TIMESTAMP)]
SecondsText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,11}$")]
HeaderText = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]*$")]


class Command(BaseModel):
    """A body: no unknown fields, and no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Button(Command):
    """A pressed reply button."""

    id: Words
    title: Words


class Row(Button):
    """A chosen row of a list."""

    description: Words | None = None


class Media(Command):
    """A sent file. id: of a file that was given to `/sim/files`; without it, a small example is sent."""

    type: Literal["image", "document", "audio", "video", "sticker"]
    caption: str | None = None
    id: Words | None = None

    @model_validator(mode="after")
    def _only_some_have_captions(self) -> "Media":
        if self.caption is not None and not MEDIA_TYPES[self.type].has_caption:
            raise ValueError(f"a file of type {self.type} has no caption")
        return self


class Inbound(Command):
    """`/sim/inbound`. reply_to: the id of a message by the office; name: of the sender's profile; timestamp: epoch seconds."""

    sender: Address = Field(alias="from")
    phone_number_id: Words
    text: Words | None = None
    button: Button | None = None
    row: Row | None = None
    media: Media | None = None
    reply_to: Words | None = None
    id: Words | None = None
    timestamp: Seconds | SecondsText | None = None
    name: Words = "Warga"

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Inbound":
        if sum(part is not None for part in (self.text, self.button, self.row, self.media)) != 1:
            raise ValueError("give exactly one of text, button, row and media")
        return self


class Echoed(Command):
    """`/sim/echo`. to: a resident; without it, the number's chat with itself. timestamp: epoch seconds."""

    phone_number_id: Words
    text: Words
    to: Address | None = None
    id: Words | None = None
    timestamp: Seconds | SecondsText | None = None


class ChangedNumber(Command):
    """`/sim/moved`. A phone, or a user id, is another from now on; phone_number_id: the channel number that is told."""

    sender: Address = Field(alias="from")
    to: Address
    phone_number_id: Words
    id: Words | None = None
    timestamp: Seconds | SecondsText | None = None


class RawWebhook(Command):
    """`/sim/webhook`. payload: any JSON value, or a string that is posted as it is; concurrent: all at once."""

    payload: Any
    times: int = Field(default=1, ge=1, le=1000)
    signature: HeaderText | None = None
    concurrent: bool = False


class SetFault(Command):
    """`/sim/faults`."""

    outcome: Annotated[str, AfterValidator(lambda text: str(faults.outcome(text)))]
    to: Address | None = None
    channel: Channel | None = None
    times: int = Field(default=1, ge=1, le=100_000)

    @model_validator(mode="after")
    def _channel_can_end_so(self) -> "SetFault":
        if self.channel and not faults.outcome(self.outcome).fits(self.channel):
            raise ValueError(f"{self.outcome} means nothing for channel {self.channel}")
        return self


class SetFileFault(Command):
    """`/sim/files/<id>/faults`."""

    outcome: str
    times: int = Field(default=1, ge=1, le=100_000)

    @model_validator(mode="after")
    def _is_known(self) -> "SetFileFault":
        file_fault(self.outcome, self.times)
        return self


class SetPhone(Command):
    """`/sim/phones`. What is not given stays as it is."""

    phone: Address
    whatsapp: bool | None = None
    synchronous: bool = False
    on: bool | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "SetPhone":
        if self.whatsapp is None and self.on is None:
            raise ValueError("give whatsapp, on or both")
        return self


class Read(Command):
    """`/sim/read`. phone_number_id: of the chat; without it, all chats."""

    phone: Address
    phone_number_id: Words | None = None


class SetTemplate(Command):
    """`/sim/templates`. reason: why it is rejected; told: whether Kabar hears of it. What is not given stays as it is."""

    name: Words
    language: Words
    status: Status | None = None
    quality: Quality | None = None
    reason: Words | None = None
    told: bool = True

    @model_validator(mode="after")
    def _changes_something(self) -> "SetTemplate":
        if self.status is None and self.quality is None:
            raise ValueError("give status, quality or both")
        return self


class Advance(Command):
    """`/sim/advance`."""

    seconds: float = Field(ge=0, le=MAX_ADVANCE_S)


class Settle(Command):
    """`/sim/settle`."""

    timeout_s: float = Field(default=10, ge=0, le=600)


_Body = TypeVar("_Body", bound=Command)


def read(kind: type[_Body]) -> _Body:
    """The current request's body; none at all is an empty object.

    Raises:
        BadCommand: It is not as it should be.
    """
    try:
        return kind.model_validate(_json(request.get_data()))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()]
        raise BadCommand("; ".join(told)) from error


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw, parse_constant=_no_number) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        raise BadCommand("the body is no valid JSON") from error


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
