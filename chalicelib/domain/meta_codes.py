"""What Meta's error codes ask for: the one table, for refused sends and for reports of failure alike.

Source: Meta's "Error codes" of the WhatsApp Business Platform and of the Graph API. Meta asks to build on the code, and neither
on the HTTP status (131047 comes with 429) nor on titles.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chalicelib.domain.delivery import Remedy

_LONGEST_CODE = 9
_PERMISSIONS = range(200, 300)

REMEDIES: Mapping[int, Remedy] = MappingProxyType(
    {
        # Meta's own trouble, gone after a while.
        1: Remedy.RETRY,  # unknown API error
        2: Remedy.RETRY,  # service down or overloaded
        131000: Remedy.RETRY,  # something went wrong
        131016: Remedy.RETRY,  # service unavailable
        131057: Remedy.RETRY,  # account in maintenance
        133004: Remedy.RETRY,  # server unavailable
        # We are too fast.
        4: Remedy.THROTTLED,  # calls of the app
        80007: Remedy.THROTTLED,  # calls of the business account
        130429: Remedy.THROTTLED,  # messages per second of the number
        131056: Remedy.RETRY_CONTACT,  # messages to this one person
        131047: Remedy.TEMPLATE,  # more than 24 hours since the person's last message
        # WhatsApp does not reach this person.
        130472: Remedy.SMS,  # part of an experiment of Meta's
        130497: Remedy.SMS,  # we may not write to that country
        131026: Remedy.SMS,  # undeliverable
        131030: Remedy.SMS,  # not on a test number's list of recipients
        131049: Remedy.SMS,  # Meta spares the person more messages
        131062: Remedy.SMS,  # user id not supported
        131050: Remedy.OPTED_OUT,
        # Nobody can be reached until a person has acted. 200-299 belong here too.
        0: Remedy.CHANNEL_DOWN,  # token not valid
        3: Remedy.CHANNEL_DOWN,  # capability missing
        10: Remedy.CHANNEL_DOWN,  # permission missing
        33: Remedy.CHANNEL_DOWN,  # our number was deleted
        190: Remedy.CHANNEL_DOWN,  # token expired
        368: Remedy.CHANNEL_DOWN,  # blocked for violating policies
        131005: Remedy.CHANNEL_DOWN,  # access denied
        131031: Remedy.CHANNEL_DOWN,  # account locked
        131037: Remedy.CHANNEL_DOWN,  # display name not approved
        131042: Remedy.CHANNEL_DOWN,  # payment
        131045: Remedy.CHANNEL_DOWN,  # number's certificate
        131048: Remedy.CHANNEL_DOWN,  # restricted as spam
        133010: Remedy.CHANNEL_DOWN,  # our number is not registered
        # What we ask for is wrong.
        100: Remedy.OUR_FAULT,  # parameter
        131008: Remedy.OUR_FAULT,  # parameter missing
        131009: Remedy.OUR_FAULT,  # parameter's value
        131021: Remedy.OUR_FAULT,  # to ourselves
        131051: Remedy.OUR_FAULT,  # message type
        131053: Remedy.OUR_FAULT,  # media
        # So is the template, for everybody, until a person has acted.
        132000: Remedy.TEMPLATE_DOWN,  # template: number of parameters
        132001: Remedy.TEMPLATE_DOWN,  # template: not there, or not in that language
        132005: Remedy.OUR_FAULT,  # template: too long when filled in
        132007: Remedy.TEMPLATE_DOWN,  # template: against policy
        132008: Remedy.OUR_FAULT,  # template: parameter's value
        132012: Remedy.OUR_FAULT,  # template: parameter's format
        132018: Remedy.OUR_FAULT,  # template: parameter's white space (line breaks, tabs, more than 4 spaces in a row)
        132015: Remedy.TEMPLATE_DOWN,  # template: paused
        132016: Remedy.TEMPLATE_DOWN,  # template: disabled
        135000: Remedy.OUR_FAULT,  # parameters, unspecified
    }
)


def code_of(error: object) -> str | None:
    """The code in one of Meta's error objects (`{"code", "title"|"message", "error_data"?}`), as its digits.

    Codes come as numbers and as strings. None when there is no code, or none that could be Meta's: what this returns is short
    and safe to log.
    """
    raw = error.get("code") if isinstance(error, Mapping) else None
    digits = str(raw).strip() if isinstance(raw, int | str) else ""
    return str(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_CODE else None


def is_known(code: str) -> bool:
    """Whether the table has this code. One that it has not is to be reported loudly: Meta invents new ones."""
    return code.isdecimal() and (int(code) in REMEDIES or int(code) in _PERMISSIONS)


def remedy_for(code: str) -> Remedy:
    """What to do about a refusal or a failure with this code.

    An unknown code is OUR_FAULT: what Meta says nothing about must not be repeated blindly at a price per message, nor stop the
    whole channel; OUR_FAULT sends an SMS once and calls for a person.
    """
    if not is_known(code):
        return Remedy.OUR_FAULT
    return REMEDIES.get(int(code), Remedy.CHANNEL_DOWN)
