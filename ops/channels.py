"""`ops channels`: which WhatsApp number belongs to which office and service."""

import json
from typing import Any

import click
from rich.table import Table

from chalicelib.adapters.catalogue import load_offices
from chalicelib.adapters.secrets import AWS, META, ORIGINATION
from ops.console import results, say
from ops.failure import Failure
from ops.parameters import Parameters
from ops.project import office_codes
from ops.secrets import make_address_key
from ops.target import Target, at_stage

_NAME = "channels"


def assign(parameters: Parameters, number: str, office: str, service: str | None, **more: str | bool | None) -> bool:
    """Gives a number to an office, for one service or for all; returns whether that is new. more: what else it needs to say.

    The account (`waba`) that was said once stays.
    """
    said = {name: value for name, value in more.items() if value}
    make_address_key(parameters, parameters.read())  # where no secret is ever entered, nothing else makes it
    held = _held(parameters)
    kept = {name: value for name, value in held.get(number, {}).items() if name == "waba"}
    return _put(parameters, {**held, number: {**kept, "office": office, "service": service, **said}})


def release(parameters: Parameters, number: str) -> bool:
    """Takes a number away; what comes to it then is quarantined. Returns whether it was there.

    Raises:
        Failure: it is the last one.
    """
    held = _held(parameters)
    if list(held) == [number]:
        raise Failure(f"{number} is the last number; without one Kabar refuses to work. Set another first.")
    return _put(parameters, {known: place for known, place in held.items() if known != number})


def _held(parameters: Parameters) -> dict[str, Any]:
    return dict(json.loads(parameters.read().get(_NAME) or "{}"))


def _put(parameters: Parameters, numbers: dict[str, Any]) -> bool:
    if numbers == _held(parameters):
        return False
    parameters.write(_NAME, json.dumps(numbers, sort_keys=True, separators=(",", ":")))
    return True


def _number(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not (value.isascii() and value.isdigit() and 5 <= len(value) <= 20):  # noqa: PLR2004
        raise click.BadParameter("the number's id in Meta's console (digits), not the phone number itself")
    return value


def _origination(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not ORIGINATION.fullmatch(value):
        raise click.BadParameter("AWS's id of the number: phone-number-id-…, or its ARN")
    return value


def account(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """The id of a WhatsApp Business Account, as an option takes it."""
    if value is not None and not (value.isascii() and value.isdigit() and 5 <= len(value) <= 20):  # noqa: PLR2004
        raise click.BadParameter("the id of the WhatsApp Business Account in Meta's console (digits)")
    return value


@click.group("channels")
def group() -> None:
    """Say which WhatsApp number belongs to which office and service."""


@group.command("set")
@click.argument("phone_number_id", callback=_number)
@click.option("--office", type=click.Choice(office_codes()), required=True)
@click.option("--service", help="What the number is for; without it, for all of the office's services.")
@click.option(
    "--by", type=click.Choice([META, AWS]), default=META, show_default=True,
    help="Who carries it: Meta's Cloud API, or AWS End User Messaging Social.",
)  # fmt: skip
@click.option("--origination", callback=_origination, help="By aws: AWS's own id of the number, phone-number-id-….")
@click.option("--waba", callback=account, help="The WhatsApp Business Account that it is of, for `ops templates`.")
@click.option("--coexistence", is_flag=True, help="The WhatsApp Business app stays on its phone: 20 messages a second.")
@at_stage
def set_command(
    target: Target,
    phone_number_id: str,
    *,
    office: str,
    service: str | None,
    by: str,
    origination: str | None,
    waba: str | None,
    coexistence: bool,
) -> None:
    """Give the number with PHONE_NUMBER_ID to an office, for one service or for all."""
    known = load_offices()[office].services
    if service is not None and service not in known:
        raise Failure(f"Office {office} has no service {service}; it has {', '.join(sorted(known))}.")
    if (by == AWS) != (origination is not None):
        raise Failure("A number by aws needs --origination, and no other has one; nothing was changed.")
    way = {"by": by, "origination": origination} if by == AWS else {}
    more = {**way, "waba": waba, "coexistence": coexistence}
    changed = assign(Parameters(target.client("ssm"), target.stage), phone_number_id, office, service, **more)
    carried = " by End User Messaging Social" if by == AWS else ""
    carried += ", with the app on its phone" if coexistence else ""
    say(f"{phone_number_id}: {office}, {service or 'all services'}{carried}{'' if changed else ' (unchanged)'}.")


@group.command("remove")
@click.argument("phone_number_id", callback=_number)
@at_stage
def remove_command(target: Target, phone_number_id: str) -> None:
    """Take a number away. What residents write to it is quarantined from then on."""
    there = release(Parameters(target.client("ssm"), target.stage), phone_number_id)
    say(f"{phone_number_id}: {'removed' if there else 'was not there'}.")


@group.command("list")
@at_stage
def list_command(target: Target) -> None:
    """Show all numbers."""
    held = _held(Parameters(target.client("ssm"), target.stage))
    table = Table("Phone number id", "Office", "Service", "By", "Account", "App too")
    for number, place in sorted(held.items(), key=lambda one: (one[1]["office"], str(one[1]["service"]))):
        way = (place.get("by") or META, place.get("waba") or "", "yes" if place.get("coexistence") else "")
        table.add_row(number, place["office"], place["service"] or "all", *way)
    if held:
        results().print(table)
    else:
        say(f"{target.stage} has no numbers; `ops channels set` gives it one.")
