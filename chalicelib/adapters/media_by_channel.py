"""Residents' files, from whoever carries the number that they were sent to."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from chalicelib.adapters.secrets import AWS
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.media import NotNow
from chalicelib.ports import Download, MediaSource, Secrets


class MediaByChannel:
    """`chalicelib.ports.MediaSource` that asks one of two. meta, aws: make them, when the first file needs them."""

    def __init__(self, secrets: Secrets, meta: Callable[[], MediaSource], aws: Callable[[], MediaSource]) -> None:
        self._secrets = secrets
        self._meta = meta
        self._aws = aws

    def download(self, media_id: str, phone_number_id: str) -> AbstractContextManager[Download]:
        """As the port has it; without secrets nobody is asked, and NotNow is raised at once."""
        try:
            channel = self._secrets.current().channels.get(phone_number_id)
        except (TransientError, Misconfigured) as error:
            raise NotNow("no_credentials") from error
        source = self._aws if channel is not None and channel.by == AWS else self._meta
        return source().download(media_id, phone_number_id)
