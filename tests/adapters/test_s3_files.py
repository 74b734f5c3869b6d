"""The bucket: what is kept is what was hashed, in pieces; links are made without a call and say nothing of the person."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.adapters.s3_files import S3Files, s3_config
from chalicelib.domain.errors import TransientError
from chalicelib.domain.media import MEGABYTE
from chalicelib.flows.media import IN_MEMORY
from devstack.moto_server import MotoServer
from tests.adapters.rude_server import Ending, RudeServer, answer, reset_after_reading

BUCKET, KEY = "kabar-test-media", "1801/a1b2/00ff"
PDF = b"%PDF-1.7 an invented scan"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with MotoServer() as server:
        client = client_of(server.url)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"})
        client.close()
        yield server.url


def client_of(url: str | None, config: Config | None = None) -> Any:
    return boto3.client(
        "s3", endpoint_url=url, region_name="ap-southeast-3", config=config or s3_config(), aws_access_key_id="invented",
        aws_secret_access_key="invented",
    )  # fmt: skip


@pytest.fixture
def client(moto: str) -> Iterator[Any]:
    client = client_of(moto)
    yield client
    client.close()


@pytest.fixture
def files(client: Any) -> S3Files:
    return S3Files(client, BUCKET)


def keep(files: S3Files, content: bytes = PDF, key: str = KEY) -> None:
    digest = hashlib.sha256(content).digest()
    files.keep(key, BytesIO(content), size=len(content), content_type="application/pdf", sha256=digest)


def download(link: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", link, retries=False)


def test_link_gives_the_very_bytes_as_what_they_are_by_a_name_of_ours(files: S3Files) -> None:
    keep(files)

    answer = download(files.link(KEY, content_type="application/pdf", name="KTP-7F3K-9QXM-2DM.pdf"))

    assert (answer.status, answer.data) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="KTP-7F3K-9QXM-2DM.pdf"'


def test_link_is_made_without_a_call_and_lives_five_minutes() -> None:
    client = client_of(None)
    calls: list[Any] = []
    client.meta.events.register("before-send", lambda **call: calls.append(call))

    link = urlsplit(S3Files(client, BUCKET).link(KEY, content_type="image/jpeg", name="x.jpg"))

    query = parse_qs(link.query)
    assert (link.scheme, link.hostname) == ("https", f"{BUCKET}.s3.ap-southeast-3.amazonaws.com")
    assert (query["X-Amz-Expires"], query["X-Amz-Algorithm"]) == (["300"], ["AWS4-HMAC-SHA256"])
    assert calls == []
    client.close()


def test_keeping_twice_keeps_one(files: S3Files, client: Any) -> None:
    for _ in range(2):
        keep(files, key="1801/twice/x")

    assert client.list_objects_v2(Bucket=BUCKET, Prefix="1801/twice/")["KeyCount"] == 1


def test_deleting_twice_is_no_error(files: S3Files) -> None:
    keep(files)
    for _ in range(2):
        files.delete(KEY)

    assert download(files.link(KEY, content_type="application/pdf", name="x.pdf")).status in {403, 404}


def test_s3_is_told_the_hash_to_hold_what_arrives_against(files: S3Files, client: Any) -> None:
    sent: list[Any] = []
    client.meta.events.register("before-sign.s3.PutObject", lambda request, **_: sent.append(dict(request.headers)))
    keep(files)

    [headers] = sent
    assert headers["x-amz-checksum-sha256"] == b64(hashlib.sha256(PDF).digest())


def b64(digest: bytes) -> str:
    from base64 import b64encode

    return b64encode(digest).decode()


@pytest.mark.parametrize("size", [IN_MEMORY - 1, 25 * MEGABYTE])
def test_file_is_read_in_pieces_on_its_way_up(files: S3Files, client: Any, size: int) -> None:
    content: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # made before the measuring begins
    digest = hashlib.sha256()
    for start in range(0, size, 65536):
        piece = b"\x00" * min(65536, size - start)
        content.write(piece)
        digest.update(piece)
    content.seek(0)
    keep(files)
    tracemalloc.start()
    try:
        files.keep("1801/large/x", content, size=size, content_type="application/pdf", sha256=digest.digest())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        content.close()

    assert client.head_object(Bucket=BUCKET, Key="1801/large/x")["ContentLength"] == size
    assert peak < 3 * MEGABYTE, "beside what is in memory already"


@pytest.mark.parametrize("ending", [answer(503, b"<Error><Code>SlowDown</Code></Error>"), answer(500), reset_after_reading])
def test_trouble_that_passes_is_the_callers_to_try_again(ending: Ending) -> None:
    once = Config(signature_version="s3v4", retries={"total_max_attempts": 1})
    with RudeServer(ending) as server:
        client = client_of(server.url, once)
        for work in (keep, lambda files: files.delete(KEY)):
            with pytest.raises(TransientError):
                work(S3Files(client, BUCKET))
        client.close()


def test_bucket_that_is_not_there_is_somebody_elses_fault(client: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        keep(S3Files(client, "kabar-nowhere"))
