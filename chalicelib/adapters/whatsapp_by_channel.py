"""WhatsApp, by whoever carries the number that a message goes from."""

from collections.abc import Callable

from chalicelib.adapters.secrets import AWS
from chalicelib.adapters.whatsapp import without_secrets
from chalicelib.domain.delivery import Outbound, Outcome
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.ports import Secrets, WhatsApp


class WhatsAppByChannel:
    """`chalicelib.ports.WhatsApp` that hands each message on to one of two.

    meta, aws: make them, when the first message needs them; a stage without a number of AWS's never loads its client. A number
    that is in no channel any more goes by Meta, who knows it or refuses it.
    """

    def __init__(self, secrets: Secrets, meta: Callable[[], WhatsApp], aws: Callable[[], WhatsApp]) -> None:
        self._secrets = secrets
        self._meta = meta
        self._aws = aws

    def send(self, message: Outbound) -> Outcome:
        """Sends once, as the one that it is handed to does."""
        try:
            channel = self._secrets.current().channels.get(message.phone_number_id)
        except (TransientError, Misconfigured) as error:
            return without_secrets(error)
        way = self._aws if channel is not None and channel.by == AWS else self._meta
        return way().send(message)
