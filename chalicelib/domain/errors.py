"""Everything that can go wrong, split by whether a retry can cure it."""


class KabarError(Exception):
    """Root of all of Kabar's errors.

    Attributes:
        code: Stable machine-readable name, as shown to callers in problem+json.
    """

    code = "internal"


class TransientError(KabarError):
    """The outside failed for now (throttled, timed out, in conflict): the same call may succeed later."""

    code = "unavailable"


class PermanentError(KabarError):
    """The same call will fail again, whatever the outside does."""


class Unstorable(PermanentError):
    """The table refuses this item by its content: too large, or a string that is not Unicode."""

    code = "unstorable"


class Misconfigured(PermanentError):
    """A secret or a setting is missing or broken. Fail closed."""

    code = "misconfigured"


class Rejected(PermanentError):
    """A caller's request that cannot be carried out; the text is shown to that caller."""

    code = "rejected"


class NotFound(Rejected):
    """There is no such thing, or not for this caller."""

    code = "not_found"


class Malformed(Rejected):
    """The input does not have the required form."""

    code = "malformed"


class MistypedId(Malformed):
    """A request id whose check symbol does not fit: somebody made a typing error."""

    code = "mistyped_id"


class Unauthorized(Rejected):
    """No live credentials."""

    code = "unauthorized"


class Forbidden(Rejected):
    """Known, but not allowed to do this."""

    code = "forbidden"


class Stale(Rejected):
    """The request has moved on since the caller read it."""

    code = "stale_version"


class IllegalChange(Rejected):
    """The status machine has no such step, or a reason is missing."""

    code = "illegal_change"


class KeyReused(Rejected):
    """An idempotency key that came with another body before."""

    code = "idempotency_key_reused"


class WindowClosed(Rejected):
    """Free words are only possible within 24 hours of the resident's last message."""

    code = "window_closed"
