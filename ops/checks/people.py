"""Secrets, channels, and the people at the desk."""

from collections.abc import Iterator
from datetime import timedelta

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from chalicelib.adapters.catalogue import load_offices
from chalicelib.adapters.secrets import secret_values
from chalicelib.domain.errors import Misconfigured
from ops import catalogue as catalogues
from ops import staff
from ops.checks.finding import Finding, Level, Patient, bad, fine, judged
from ops.parameters import Parameters
from ops.target import utc_now

_SHOWN = 3
_SOON = timedelta(days=14)
_LONG_ROTATION = timedelta(days=2)


def catalogue(_: Patient) -> Iterator[Finding]:
    """Whether the offices' files, of which the deployed package has a copy, say what they should."""
    found = catalogues.all_problems()
    yield judged("catalogue", found[:_SHOWN] + (["and more: `ops catalogue check`"] if len(found) > _SHOWN else []))


def secrets(patient: Patient) -> Iterator[Finding]:
    """Whether all secrets are there, encrypted, and whether a rotation was left open."""
    parameters = Parameters(patient.target.client("ssm"), patient.target.stage)
    described = parameters.described()
    try:
        values = secret_values(parameters.read())
    except Misconfigured as error:
        yield bad("secrets", f"{error}: `ops secrets set`, `ops channels set`")
        return
    plain = [f"{name} is not encrypted" for name, one in described.items() if one.type != "SecureString"]
    yield judged("secrets", plain, "complete")
    former = described.get("app_secret_previous")
    if former and utc_now() - former.changed_at > _LONG_ROTATION:
        yield Finding(Level.WARNING, "secrets", "the former app secret is still good: `ops secrets rotate app_secret --finish`")
    offices = load_offices()
    unknown = [
        number
        for number, channel in values.channels.items()
        if channel.office not in offices or (channel.service and channel.service not in offices[channel.office].services)
    ]
    faults = [f"{number} belongs to an office or a service that is not in the catalogue" for number in unknown]
    yield judged("channels", faults, f"{len(values.channels)} numbers")


def desk(patient: Patient) -> Iterator[Finding]:
    """Whether anybody can work, and for how long."""
    everybody = staff.everybody(patient.target.store(patient.table))
    if not everybody:
        yield Finding(Level.NOTE, "staff", "nobody holds a token: `ops staff add`")
        return
    ending = [one.name for one in everybody if one.expires_at - utc_now() < _SOON]
    if ending:
        yield Finding(Level.WARNING, "staff", f"tokens that end within two weeks: {', '.join(ending)}")
    else:
        yield fine("staff", f"{len(everybody)} tokens")


def sms(patient: Patient) -> Iterator[Finding]:
    """Whether SMS reach phones other than one's own."""
    try:
        boxed = _in_sandbox(patient)
    except (ClientError, ResponseParserError) as error:
        yield Finding(Level.NOTE, "SMS", f"cannot be asked for here ({type(error).__name__})")
        return
    if boxed:
        yield Finding(Level.WARNING, "SMS", "the account is in the sandbox: SMS reach verified phones only")
    else:
        yield fine("SMS", "out of the sandbox")


def _in_sandbox(patient: Patient) -> bool:
    if patient.here.outputs["SmsEngine"] == "sns":
        return bool(patient.target.client("sns").get_sms_sandbox_account_status()["IsInSandbox"])
    told = patient.target.client("pinpoint-sms-voice-v2").describe_account_attributes()["AccountAttributes"]
    return any(one["Name"] == "ACCOUNT_TIER" and one["Value"] == "SANDBOX" for one in told)
