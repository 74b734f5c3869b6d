"""Files that come late, as another, or not at all; and a bucket that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from chalicelib.domain.errors import TransientError
from chalicelib.domain.media import NoLonger, NotNow
from chalicelib.ports import Download
from tests.chaos.trouble import Chance
from tests.fakes.providers import FakeFiles, FakeSource, Killed


class RudeSource(FakeSource):
    """`FakeSource` by chance. calm: nothing goes wrong any more. What has been there is not gone before its time."""

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.calm = False
        self._chance = chance
        self._gone: dict[str, bool] = {}

    @contextmanager
    def download(self, media_id: str, phone_number_id: str) -> Iterator[Download]:
        if not self.calm and self._chance.strikes("files", 3):
            raise self._chance.of("files").choice((NotNow("http_500"), NotNow("timeout"), Killed()))
        if self._gone.setdefault(media_id, self._chance.strikes("files")):
            raise NoLonger("100")
        with super().download(media_id, phone_number_id) as download:
            other = not self.calm and self._chance.strikes("files")
            yield Download(download.pieces, download.size, b"another's hash" if other else download.sha256)


class RudeFiles(FakeFiles):
    """`FakeFiles` by chance."""

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.calm = False
        self._chance = chance

    def keep(self, key: str, content: IO[bytes], *, size: int, content_type: str, sha256: bytes) -> None:
        self._fail()
        super().keep(key, content, size=size, content_type=content_type, sha256=sha256)
        self._fail()

    def delete(self, key: str) -> None:
        self._fail()
        super().delete(key)
        self._fail()

    def _fail(self) -> None:
        if not self.calm and self._chance.strikes("files"):
            raise self._chance.of("files").choice((TransientError("S3"), Killed()))
