"""The environment that keeps a development stack to its own machine: no real account, no proxy, no configuration file."""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

REGION = "ap-southeast-3"
ACCOUNT = "123456789012"

_OURS = {
    "AWS_ACCESS_KEY_ID": "devstack",
    "AWS_SECRET_ACCESS_KEY": "devstack",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Otherwise botocore sends DescribeStream to a host made of the account's number, which moto does not answer.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}


def _leads_outside(name: str) -> bool:
    return name.startswith(("AWS_", "KABAR_", "BOTO_")) or name.lower().endswith("_proxy")


def hermetic(environ: Mapping[str, str]) -> dict[str, str]:
    """What is left of `environ` for a process of the stack, with invented credentials and no way out of this machine."""
    return {name: value for name, value in environ.items() if not _leads_outside(name)} | _OURS


@contextmanager
def entered(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Makes `environ` a hermetic one, in place; on leaving it is again what it was."""
    before = dict(environ)
    _become(environ, hermetic(environ))
    try:
        yield
    finally:
        _become(environ, before)


def _become(environ: MutableMapping[str, str], other: Mapping[str, str]) -> None:
    for name in environ.keys() - other.keys():
        del environ[name]
    environ.update(other)
