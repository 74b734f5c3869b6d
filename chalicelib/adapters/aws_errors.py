"""Which of AWS's failures pass by themselves.

For services that need no table of their own. Told apart by codes and botocore's exception classes, never by texts.
"""

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's own name

THROTTLES = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_PASSING = THROTTLES | {"RequestExpired", "RequestTimeout"}
_SERVER_ERRORS = 500

PASSING_ERRORS = (ClientError, ConnectionError, HTTPClientError)
"""What to catch before asking `passes`."""


def error_code(error: ClientError) -> str:
    """AWS's code; empty when the answer had none, as a gateway's page has not."""
    return error.response.get("Error", {}).get("Code", "")


def http_status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def passes(error: Exception) -> bool:
    """Whether the same call may succeed later: throttled, a fault of the server's, or no answer at all."""
    if isinstance(error, ClientError):
        return error_code(error) in _PASSING or http_status(error) >= _SERVER_ERRORS
    return isinstance(error, ConnectionError | HTTPClientError)
