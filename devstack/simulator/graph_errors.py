"""Errors as the Graph API gives them, synchronously and in status webhooks.

The statuses follow Meta's table of error codes where it names one; callers should go by the code (and 131047 comes with 429
although it is about no rate).
"""

import secrets

_STATUSES = {
    401: (0, 190),
    402: (131042,),
    403: (10, 368, 131005, 131031, *range(200, 300)),
    404: (132001,),
    429: (4, 80007, 80008, 130429, 131047, 131048, 131056),
    500: (1, 3, 131000),
    503: (2, 131016, 131057),
}
_STATUS = {code: status for status, codes in _STATUSES.items() for code in codes}

_TITLES = {
    0: "AuthException",
    1: "API Unknown",
    2: "API Service",
    4: "API Too Many Calls",
    10: "Permission Denied",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    80008: "There have been too many calls to this WhatsApp Business account",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131050: "User has stopped receiving messages from the business",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    131062: "Business-scoped user id recipients are not supported for this message",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Translated text too long",
    132007: "Template format character policy violated",
    132012: "Parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
    132018: "There's an issue with the parameters in your template",
}
_NO_SUCH_OBJECT = 33
_HREF = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"


class GraphError(Exception):
    """A refusal. code: Meta's; details: what is wrong; subcode: 33 for an object that does not exist.

    user: a title and a sentence for people, which come with some.
    """

    def __init__(self, code: int, details: str, *, subcode: int | None = None, user: tuple[str, str] | None = None) -> None:
        super().__init__(details)
        self.code = code
        self.details = details
        self.subcode = subcode
        self.user = user

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return _STATUS.get(self.code, 400)

    def body(self) -> dict[str, object]:
        """What the caller gets."""
        error: dict[str, object] = {
            "message": f"(#{self.code}) {title(self.code)}",
            "type": "GraphMethodException" if self.subcode == _NO_SUCH_OBJECT else "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": f"A{secrets.token_urlsafe(17)[:22]}",
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.user:
            error["error_user_title"], error["error_user_msg"] = self.user
        return {"error": error}


def title(code: int) -> str:
    """The code's name, as far as it is known here."""
    return _TITLES.get(code, "Unknown error")


def reported(code: int) -> dict[str, object]:
    """An error as a status webhook carries it."""
    return {
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": f"{title(code)}."},
        "href": _HREF,
    }
