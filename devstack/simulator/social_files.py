"""How AWS fails to hand a file over when Meta fails AWS, as `POST /sim/files/<id>/faults` orders it for one file."""

from devstack.simulator.file_faults import FileFault, FileFaults
from devstack.simulator.files import File
from devstack.simulator.social_request import SocialError


def handed_over(faults: FileFaults, file: File) -> bytes:
    """What AWS writes into the bucket; it announces neither hash nor host, so that faults of these change nothing.

    Raises:
        SocialError: it writes nothing.
    """
    fault = faults.take(file.id, of_its_description=True) or faults.take(file.id, of_its_description=False)
    match fault:
        case FileFault("expired"):
            raise SocialError("ResourceNotFoundException", "The media is not there")
        case FileFault("error" | "http_404" | "http_500"):
            raise SocialError("DependencyException", "Meta does not hand the media out")
        case FileFault("truncated"):
            return file.content[: len(file.content) // 2]
        case FileFault("other_bytes"):
            return bytes(len(file.content))
        case _:
            return file.content
