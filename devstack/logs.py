"""Logs of the development stack's processes: the same lines as Kabar's own, on standard error."""

import logging
import sys

from chalicelib.logs import JsonLines


def to_stderr() -> None:
    """Sends all of this process's logs to standard error as JSON lines, in place of where they went before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # Their INFO is about connections and credentials, never about Kabar.
    for noisy in ("botocore", "boto3", "urllib3", "werkzeug", "moto"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
