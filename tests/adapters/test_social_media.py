"""Files by End User Messaging Social: AWS writes them into the bucket, and nothing of that stays behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError, ResponseStreamingError
from botocore.stub import Stubber
from moto import mock_aws

from chalicelib.adapters.media_by_channel import MediaByChannel
from chalicelib.adapters.s3_files import s3_config
from chalicelib.adapters.social_media import SocialMedia, social_config
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.media import NoLonger, NotNow
from chalicelib.ports import Channel
from tests.fakes.providers import FixedSecrets

NUMBER, OF_META, ORIGINATION = "100000000000031", "100000000000002", "phone-number-id-0123456789abcdef0123456789abcdef"
CHANNELS = {NUMBER: Channel("1801", "KTP", "aws", ORIGINATION), OF_META: Channel("1801", "KTP")}
SECRETS = FixedSecrets(replace(FixedSecrets().values, channels=CHANNELS))
BUCKET = "kabar-test-media"
JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 1000


@dataclass
class Social:
    """AWS's end: writes what it has into the bucket. error: what it does instead. ending: of the name that it chooses."""

    s3: Any
    files: dict[str, bytes] = field(default_factory=lambda: {"123": JPEG})
    error: Exception | None = None
    ending: str = ".jpeg"
    asked: list[dict[str, Any]] = field(default_factory=list)
    closed: int = 0

    def get_whatsapp_message_media(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if self.error:
            raise self.error
        place, media_id = asked["destinationS3File"], asked["mediaId"]
        if media_id in self.files:
            self.s3.put_object(
                Bucket=place["bucketName"], Key=f"{place['key']}{media_id}{self.ending}", Body=self.files[media_id]
            )
        return {"mimeType": "image/jpeg", "fileSize": 1}

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="ap-southeast-3", config=s3_config())
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"})
        yield client
        client.close()


def keys(s3: Any) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def source(social: Any, s3: Any, secrets: FixedSecrets = SECRETS) -> SocialMedia:
    return SocialMedia(social, s3, BUCKET, secrets)


@pytest.mark.parametrize("ending", [".jpeg", "", ".jpg"])
def test_a_file_comes_in_pieces_whatever_aws_calls_it_and_is_cleared_away(s3: Any, ending: str) -> None:
    social = Social(s3, ending=ending)
    s3.put_object(Bucket=BUCKET, Key="1801/somebody/else", Body=b"kept")

    with source(social, s3).download("123", NUMBER) as download:
        pieces = list(download.pieces)
        assert len(keys(s3)) == 2

    assert b"".join(pieces) == JPEG
    assert max(len(piece) for piece in pieces) <= 64 * 1024
    assert (download.size, download.sha256) == (len(JPEG), None)
    assert keys(s3) == ["1801/somebody/else"]
    [asked] = social.asked
    assert (asked["originationPhoneNumberId"], asked["destinationS3File"]["bucketName"]) == (ORIGINATION, BUCKET)
    assert asked["destinationS3File"]["key"].startswith("incoming/")
    assert social.closed == 1


def test_two_at_the_same_file_do_not_meet(s3: Any) -> None:
    files = source(Social(s3), s3)
    with files.download("123", NUMBER) as one:
        with files.download("123", NUMBER) as other:
            assert b"".join(other.pieces) == JPEG
        assert b"".join(one.pieces) == JPEG
    assert keys(s3) == []


def test_a_download_that_is_given_up_leaves_nothing(s3: Any) -> None:
    with source(Social(s3), s3).download("123", NUMBER) as download:
        next(download.pieces)
    assert keys(s3) == []


def refused(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "of +6281200000001"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "GetWhatsAppMessageMedia",
    )


@pytest.mark.parametrize(
    ("error", "expected", "code"),
    [
        (refused("ResourceNotFoundException", 404), NoLonger, "ResourceNotFoundException"),
        (refused("AccessDeniedException", 403), NotNow, "AccessDeniedException"),
        (refused("AccessDeniedByMetaException", 403), NotNow, "AccessDeniedByMetaException"),
        (refused("ThrottledRequestException", 429), NotNow, "ThrottledRequestException"),
        (refused("DependencyException", 502), NotNow, "DependencyException"),
        (refused("InternalServiceException", 500), NotNow, "InternalServiceException"),
        (ReadTimeoutError(endpoint_url="https://social.test"), NotNow, "no_answer"),
    ],
)
def test_only_a_file_that_is_not_there_is_given_up(
    s3: Any, error: Exception, expected: type[Exception], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    social = Social(s3, error=error)
    with pytest.raises(expected) as caught, source(social, s3).download("123", NUMBER):
        pass
    assert str(caught.value) == code
    assert social.closed == 1
    assert "62812" not in "".join(record.getMessage() for record in caplog.records)


def test_what_aws_says_it_wrote_and_did_not_is_asked_for_again(s3: Any) -> None:
    with pytest.raises(NotNow, match="not_in_bucket"), source(Social(s3), s3).download("999", NUMBER):
        pass


class BrokenBody:
    def iter_chunks(self, _size: int) -> Iterator[bytes]:
        yield JPEG[:10]
        raise ResponseStreamingError(error="reset")


def test_a_bucket_that_breaks_off_is_asked_again(s3: Any) -> None:
    class Breaking:
        def __getattr__(self, name: str) -> Any:
            return getattr(s3, name)

        def get_object(self, **_: Any) -> dict[str, Any]:
            return {"Body": BrokenBody(), "ContentLength": len(JPEG)}

    with source(Social(s3), Breaking()).download("123", NUMBER) as download, pytest.raises(NotNow, match="broken_off"):
        list(download.pieces)
    assert keys(s3) == []


def test_a_bucket_that_may_not_be_read_is_no_reason_to_give_a_file_up(s3: Any) -> None:
    class Closed:
        def list_objects_v2(self, **_: Any) -> None:
            raise refused("AccessDenied", 403)

    with pytest.raises(NotNow, match="AccessDenied"), source(Social(s3), Closed()).download("123", NUMBER):
        pass


@pytest.mark.parametrize(
    ("secrets", "number", "code"),
    [
        (FixedSecrets(error=TransientError("SSM is down")), NUMBER, "no_credentials"),
        (FixedSecrets(error=Misconfigured("no channels")), NUMBER, "no_credentials"),
        (SECRETS, OF_META, "no_origination"),
        (SECRETS, "999", "no_origination"),
    ],
)
def test_without_awss_id_of_the_number_nothing_is_asked(s3: Any, secrets: FixedSecrets, number: str, code: str) -> None:
    social = Social(s3)
    with pytest.raises(NotNow, match=code), source(social, s3, secrets).download("123", number):
        pass
    assert social.asked == []


def test_it_asks_as_the_service_model_wants_to_be_asked(s3: Any) -> None:
    client = boto3.client("socialmessaging", region_name="ap-southeast-3", config=social_config())
    place = {"bucketName": BUCKET, "key": "incoming/drawn/"}
    s3.put_object(Bucket=BUCKET, Key="incoming/drawn/123.jpeg", Body=JPEG)
    with Stubber(client) as stubber:
        wanted = {"mediaId": "123", "originationPhoneNumberId": ORIGINATION, "destinationS3File": place}
        stubber.add_response("get_whatsapp_message_media", {"mimeType": "image/jpeg", "fileSize": 250}, wanted)
        with SocialMedia(client, s3, BUCKET, SECRETS, draw=lambda: "drawn").download("123", NUMBER) as download:
            assert b"".join(download.pieces) == JPEG


def test_each_numbers_files_come_from_whoever_carries_it_and_only_that_one_is_made(s3: Any) -> None:
    made: list[str] = []

    def maker(name: str) -> Callable[[], SocialMedia]:
        def make() -> SocialMedia:
            made.append(name)
            return source(Social(s3), s3)

        return make

    chosen = MediaByChannel(SECRETS, maker("meta"), maker("aws"))
    with chosen.download("123", NUMBER) as download:
        assert b"".join(download.pieces) == JPEG
    with pytest.raises(NotNow), chosen.download("123", OF_META):
        pass
    assert made == ["aws", "meta"]

    for error in (TransientError("SSM is down"), Misconfigured("no channels")):
        with (
            pytest.raises(NotNow, match="no_credentials"),
            MediaByChannel(FixedSecrets(error=error), maker("meta"), maker("aws")).download("123", NUMBER),
        ):
            pass
    assert made == ["aws", "meta"]
