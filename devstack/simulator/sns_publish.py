"""The parameters of SNS's Publish to a phone, as they come in the query protocol."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_MESSAGE = 1600
_ENTRY = re.compile(r"MessageAttributes\.entry\.([0-9]{1,3})\.(Name|Value\.(?:DataType|StringValue|BinaryValue))")
_VALUES = {
    "AWS.SNS.SMS.SenderID": re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}"),
    "AWS.SNS.SMS.SMSType": re.compile(r"Promotional|Transactional"),
    "AWS.SNS.SMS.MaxPrice": re.compile(r"[0-9]{1,6}(\.[0-9]{1,9})?"),
}
_TYPES = {"AWS.SNS.SMS.MaxPrice": ("String", "Number")}


class SnsError(Exception):
    """An error of SNS. code: its name, such as `InvalidParameter`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Publication:
    """A text message to send. phone: E.164; sender: the name to show, None for the carrier's choice."""

    phone: str
    message: str
    sender: str | None = None


def read(form: Mapping[str, str]) -> Publication:
    """Reads a request.

    Raises:
        SnsError: SNS would refuse it.
    """
    if form.get("TopicArn") or form.get("TargetArn"):
        raise _invalid("TopicArn", "the simulator publishes to phone numbers only")
    phone = form.get("PhoneNumber", "")
    if not _E164.fullmatch(phone):
        raise _invalid("PhoneNumber", f"{_printable(phone)} is not valid to publish to")
    message = form.get("Message", "")
    if not message:
        raise SnsError("InvalidParameter", "Invalid parameter: Empty message")
    if len(message) > _LONGEST_MESSAGE:
        raise _invalid("Message", f"longer than {_LONGEST_MESSAGE} characters")
    attributes = _attributes(form)
    for name, entry in attributes.items():
        _check_attribute(name, entry)
    return Publication(phone, message, attributes.get("AWS.SNS.SMS.SenderID", {}).get("Value.StringValue"))


def _attributes(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Name → `Value.DataType`, `Value.StringValue`."""
    entries: dict[str, dict[str, str]] = {}
    for key, value in form.items():
        if found := _ENTRY.fullmatch(key):
            entries.setdefault(found[1], {})[found[2]] = value
        elif key.startswith("MessageAttributes."):
            raise _invalid("MessageAttributes", f"{_printable(key)} is not understood")
    return {entry.get("Name", ""): entry for entry in entries.values()}


def _check_attribute(name: str, entry: Mapping[str, str]) -> None:
    if name not in _VALUES:
        raise _invalid("MessageAttributes", f"{_printable(name)} is none of {', '.join(sorted(_VALUES))}")
    if entry.get("Value.DataType") not in _TYPES.get(name, ("String",)):
        raise _invalid(name, "the data type is wrong")
    if not _VALUES[name].fullmatch(entry.get("Value.StringValue", "")):
        raise _invalid(name, f"{_printable(entry.get('Value.StringValue', ''))} is not allowed")


def _invalid(name: str, reason: str) -> SnsError:
    return SnsError("InvalidParameter", f"Invalid parameter: {name} Reason: {reason}")


def _printable(value: str) -> str:
    """What a caller sent, fit to be told back in XML."""
    return "".join(letter if letter.isprintable() else "?" for letter in value[:80])
