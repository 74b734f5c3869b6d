"""What DynamoDB's refusals mean for Kabar.

They are told apart by error codes alone, in one table. An operator's error (access denied, no such table, bad credentials) is
not in it and propagates as botocore's ClientError: nothing must take it for bad input.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.dynamo_wire import item_from_wire
from chalicelib.domain.errors import KabarError, TransientError, Unstorable
from chalicelib.ports import ConditionFailed


class _Meaning(Enum):
    AGAIN = auto()
    """Somebody else is at the same item for a moment: the adapter tries again, since botocore does not."""
    LATER = auto()
    """botocore has tried again already, in vain."""
    REFUSED = auto()
    """A condition does not hold."""
    CONTENT = auto()
    """The table cannot hold this."""


_MEANINGS: Mapping[str, _Meaning] = {
    # A whole call. HTTP's server errors are LATER under any name.
    "ConditionalCheckFailedException": _Meaning.REFUSED,
    "TransactionConflictException": _Meaning.AGAIN,
    "TransactionInProgressException": _Meaning.AGAIN,
    "ProvisionedThroughputExceededException": _Meaning.LATER,
    "RequestLimitExceeded": _Meaning.LATER,
    "ThrottlingException": _Meaning.LATER,
    "ValidationException": _Meaning.CONTENT,
    # One write of a cancelled transaction.
    "ConditionalCheckFailed": _Meaning.REFUSED,
    "TransactionConflict": _Meaning.AGAIN,
    "ProvisionedThroughputExceeded": _Meaning.AGAIN,
    "ThrottlingError": _Meaning.AGAIN,
    "ValidationError": _Meaning.CONTENT,
}


def error_code(error: ClientError) -> str:
    """DynamoDB's name for what went wrong with the whole call."""
    return error.response["Error"]["Code"]


def is_contention(error: ClientError) -> bool:
    """Whether the same call may well succeed in a moment, although botocore does not try it again."""
    return _Meaning.AGAIN in _meanings(error)


def in_our_words(error: ClientError) -> KabarError | None:
    """The error to raise, or None when it is none of Kabar's.

    A transaction can fail for several reasons at once. A conflict comes first: whether the condition of a write in conflict
    holds is not known yet, so the refused writes that are known may not be all, and a caller that decides by them (is the
    message a duplicate, or has only the contact changed?) could decide wrongly. The next try will tell. A refusal comes before
    unstorable content: the caller reads again, and the content may not be asked for any more.
    """
    meanings = _meanings(error)
    if meanings & {_Meaning.AGAIN, _Meaning.LATER}:
        return TransientError(error_code(error))
    if _Meaning.REFUSED in meanings:
        return ConditionFailed(
            {
                position: item_from_wire(reason["Item"]) if "Item" in reason else None
                for position, reason in enumerate(_reasons(error))
                if _MEANINGS.get(reason.get("Code", "")) is _Meaning.REFUSED
            }
        )
    return Unstorable(error_code(error)) if _Meaning.CONTENT in meanings else None


def _meanings(error: ClientError) -> set[_Meaning]:
    codes = {reason.get("Code", "") for reason in _reasons(error)}
    meanings = {_MEANINGS[code] for code in codes if code in _MEANINGS}
    if not meanings and error.response["ResponseMetadata"]["HTTPStatusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return {_Meaning.LATER}
    return meanings


def _reasons(error: ClientError) -> Sequence[Mapping[str, Any]]:
    """Why each write of a cancelled transaction failed, in the order of the writes; another call's error as the only reason.

    A reason's `Item` is there when its condition was refused and there is an item.
    """
    response: Mapping[str, Any] = error.response
    whole = {"Code": error_code(error)} | ({"Item": response["Item"]} if "Item" in response else {})
    return response.get("CancellationReasons") or [whole]
