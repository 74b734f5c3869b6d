"""`ops send-test`: a real message to one's own phone, before residents get any."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom

import click

from chalicelib.adapters.catalogue import load_offices
from chalicelib.adapters.secrets import secret_values
from chalicelib.adapters.sms import SnsSms, sns_config
from chalicelib.adapters.sms_eum import EumSms
from chalicelib.adapters.whatsapp import CloudApi
from chalicelib.adapters.whatsapp_by_channel import WhatsAppByChannel
from chalicelib.adapters.whatsapp_social import SocialApi
from chalicelib.domain import ids, phone
from chalicelib.domain.delivery import Accepted, NotSent, Outbound, Outcome, Recipient, Refused, TextMessage
from chalicelib.domain.errors import Malformed
from chalicelib.domain.notice import Kind, Notice
from chalicelib.domain.request import Request, Status
from chalicelib.domain.texts import Occasion, sms, template
from chalicelib.ports import SecretValues
from chalicelib.settings import Settings
from ops.console import say
from ops.failure import Failure
from ops.parameters import Parameters
from ops.project import CONFIG, read_json
from ops.target import Target, at_stage, utc_now

_CALLBACK = "send-test"  # the name of no notice: what is reported on it is kept among the events


@dataclass(frozen=True)
class _Held:
    """`chalicelib.ports.Secrets` of values that were read once."""

    values: SecretValues

    def current(self) -> SecretValues:
        return self.values


def occasion(office_code: str, service: str | None, language: str) -> Occasion:
    """Something to say: that an invented document is ready."""
    office, now = load_offices()[office_code], utc_now()
    known = service or min(office.services)
    request_id = ids.draw(known, SystemRandom())
    request = Request(
        id=request_id, office=office.code, service=known, status=Status.READY, version=2, contact_id=None, phone_number_id=None,
        language=language, opened_at=now, opened_by=now, updated_at=now, due_at=None,
    )  # fmt: skip
    notice = Notice(
        id=f"{request_id}.2", kind=Kind.READY, answer=False, office=office.code, contact_id="", phone_number_id=None,
        caused_at=now, due_at=None, request_id=request_id, version=2,
    )  # fmt: skip
    return Occasion(notice, office, known, language, request)


def told(outcome: Outcome) -> str:
    """How a send ended, in words. Raises Failure unless it was accepted."""
    match outcome:
        case Accepted(provider_id):
            return f"Accepted ({provider_id}); look at the phone."
        case Refused(code, remedy):
            raise Failure(f"Refused with code {code}, for which Kabar would do: {remedy}. docs/runbook.md lists the codes.")
        case NotSent(code):
            raise Failure(f"Not sent ({code}): nobody was reached.")
    raise Failure(f"Nobody knows whether it was sent ({outcome.code}); look at the phone before trying again.")


@click.command("send-test")
@click.option("--to", required=True, help="Your own phone, +62…; it must be able to get messages from the number.")
@click.option("--channel", help="The phone_number_id to send from; by default the first one.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option("--sms", "by_sms", is_flag=True, help="By SMS in place of WhatsApp.")
@at_stage
def command(target: Target, to: str, channel: str | None, language: str, by_sms: bool) -> None:  # noqa: FBT001
    """Send one real message, the notice that a document is ready, to your own phone. It costs what a message costs."""
    try:
        number = phone.normalise(to)
    except Malformed as error:
        raise Failure(f"{to}: {error}") from None
    secrets = secret_values(Parameters(target.client("ssm"), target.stage).read())
    sender = channel or next(iter(secrets.channels))
    if sender not in secrets.channels:
        raise Failure(f"{sender} is none of the stage's numbers; see `ops channels list`.")
    place = secrets.channels[sender]
    what = occasion(place.office, place.service, language)
    say(f"Sending one {'SMS' if by_sms else f'template from {sender}'} to {phone.mask(number)}: an invented document is ready.")
    if not target.yes and not click.confirm("Send it?", err=True):
        raise Failure("Nothing was sent.")
    say(told(_by_sms(target, number, what) if by_sms else _by_whatsapp(target, secrets, sender, number, what)))


def _by_whatsapp(target: Target, secrets: SecretValues, sender: str, number: str, what: Occasion) -> Outcome:
    written = _environment(target)
    url = written.get("KABAR_GRAPH_URL", Settings.graph_url)
    version = written.get("KABAR_GRAPH_VERSION", Settings.graph_version)
    message = Outbound(sender, Recipient(number, None), template(what), _CALLBACK)
    held = _Held(secrets)
    return WhatsAppByChannel(
        held,
        meta=lambda: CloudApi(url, version, held),
        aws=lambda: SocialApi(
            target.client("socialmessaging", sns_config()), written.get("KABAR_SOCIAL_VERSION", Settings.social_version), held
        ),
    ).send(message)


def _by_sms(target: Target, number: str, what: Occasion) -> Outcome:
    words = sms(what)
    assert words is not None, "what is ready can be said by SMS"
    message = TextMessage(number, words, what.office.sms.sender, _CALLBACK)
    written = _environment(target)
    if written.get("KABAR_SMS_ENGINE") == "eum":
        client = target.client("pinpoint-sms-voice-v2", sns_config())
        return EumSms(client, written.get("KABAR_SMS_CONFIGURATION_SET", "")).send(message)
    return SnsSms(target.client("sns", sns_config())).send(message)


def _environment(target: Target) -> Mapping[str, str]:
    written: Mapping[str, str] = read_json(CONFIG)["stages"].get(target.stage, {}).get("environment_variables", {})
    return written
