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


def error_code(error: Exception) -> str:
    """AWS's code; empty when there was no answer, or one without a code, as a gateway's page is."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""


def http_status(error: ClientError) -> int:
    """The answer's HTTP status; 0 when it is not known."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def passes(error: Exception) -> bool:
    """Whether the same call may succeed later: throttled, a fault of the server's, or no answer at all."""
    if isinstance(error, ClientError):
        return error_code(error) in _PASSING or http_status(error) >= _SERVER_ERRORS
    return isinstance(error, ConnectionError | HTTPClientError)
