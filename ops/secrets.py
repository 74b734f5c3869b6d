"""`ops secrets`: what Kabar must know of WhatsApp. Entered at a prompt or by standard input, and never shown again.

Functions read them at most five minutes late, so none of this needs a deployment.
"""

import json
import secrets
import sys
from collections.abc import Mapping

import click
from rich.table import Table

from chalicelib.adapters.secrets import MAX_AGE, META, secret_values
from chalicelib.domain.errors import Misconfigured
from ops.console import results, say
from ops.failure import Failure
from ops.parameters import Parameters
from ops.target import Target, at_stage

ENTERED = {
    "app_secret": "App secret (Meta: App settings, Basic)",
    "verify_token": "Verify token (of your own making; the same goes into Meta's webhook form)",
    "access_token": "Access token (of a system user, with whatsapp_business_messaging and whatsapp_business_management)",
}
_PREVIOUS = "app_secret_previous"
_MINUTES = int(MAX_AGE.total_seconds() // 60)


def put(parameters: Parameters, name: str, value: str) -> bool:
    """Stores a secret; returns whether it is another than before. Also makes the key that addresses are hashed with, once.

    That key is never replaced: with another one nobody's contact would be found again.
    """
    held = parameters.read()
    make_address_key(parameters, held)
    if held.get(name) == value:
        return False
    parameters.write(name, value)
    return True


def make_address_key(parameters: Parameters, held: Mapping[str, str]) -> None:
    """Makes the key that addresses are hashed with, unless it is among those held."""
    if "address_key" not in held:
        parameters.write("address_key", secrets.token_hex(32))


def missing(held: Mapping[str, str]) -> list[str]:
    """The secrets that are still to be entered. Those of Meta are needed unless every number is by AWS.

    Raises:
        Failure: the channels are in no order.
    """
    try:
        numbers = json.loads(held.get("channels") or "{}")
        by_meta = not numbers or any((place.get("by") or META) == META for place in numbers.values())
    except (ValueError, AttributeError):
        raise Failure("The channels are not as `ops channels set` writes them; give the numbers again.") from None
    return [name for name in ENTERED if by_meta and name not in held]


def rotate_app_secret(parameters: Parameters, value: str) -> bool:
    """Puts a new app secret beside the present one: signatures by either are good until `finish`. Returns whether it is new."""
    held = parameters.read().get("app_secret")
    if held == value:
        return False
    if held is not None:
        parameters.write(_PREVIOUS, held)
    return put(parameters, "app_secret", value)


def _checked(name: str, value: str) -> str:
    value = value.strip()
    if not value or not (value.isascii() and value.isprintable()) or " " in value:
        raise Failure(f"{name}: one line of ASCII without spaces is needed; nothing was changed.")
    return value


def _entered(name: str) -> str:
    """A value from the terminal, unseen, or else the first line of standard input."""
    if sys.stdin.isatty():
        return _checked(name, click.prompt(ENTERED[name], hide_input=True, err=True))
    return _checked(name, sys.stdin.readline())


@click.group("secrets")
def group() -> None:
    """Enter, rotate and check what Kabar must know of WhatsApp."""


@group.command("set")
@click.argument("name", type=click.Choice(list(ENTERED)), required=False)
@at_stage
def set_command(target: Target, name: str | None) -> None:
    """Enter one secret, or each that is missing. Without a terminal: one line of standard input for each, in this order:
    app_secret, verify_token, access_token.
    """  # noqa: D205  # click shows the first line in its list
    parameters = Parameters(target.client("ssm"), target.stage)
    held = parameters.read()
    names = [name] if name else missing(held)
    if not names:
        say(f"{target.stage} has all its secrets; name one to replace it, or use `ops secrets rotate`.")
    for one in names:
        changed = put(parameters, one, _entered(one))
        say(f"{one}: {f'stored, in use within {_MINUTES} minutes' if changed else 'unchanged'}.")


@group.command("rotate")
@click.argument("name", type=click.Choice(list(ENTERED)))
@click.option("--finish", is_flag=True, help="app_secret only: let signatures by the former one be refused from now on.")
@at_stage
def rotate_command(target: Target, name: str, finish: bool) -> None:  # noqa: FBT001
    """Replace a secret. The former app secret stays good until `--finish`, so that no webhook is refused meanwhile."""
    parameters = Parameters(target.client("ssm"), target.stage)
    if finish:
        if name != "app_secret":
            raise Failure("Only the app secret has a former one that stays good.")
        parameters.remove(_PREVIOUS)
        say(f"Signatures by the former app secret are refused within {_MINUTES} minutes.")
        return
    value = _entered(name)
    changed = rotate_app_secret(parameters, value) if name == "app_secret" else put(parameters, name, value)
    say(f"{name}: {f'replaced, in use within {_MINUTES} minutes' if changed else 'unchanged'}.")
    if changed and name == "app_secret":
        say("The former one is good as well until `ops secrets rotate app_secret --finish`; do that in an hour or so.")


@group.command("check")
@at_stage
def check_command(target: Target) -> None:
    """Show which secrets are there and since when; never what they are. Fails when one is missing or broken."""
    parameters = Parameters(target.client("ssm"), target.stage)
    table = Table("Secret", "Type", "Version", "Since (UTC)")
    for name, one in sorted(parameters.described().items()):
        table.add_row(name, one.type, str(one.version), f"{one.changed_at:%Y-%m-%d %H:%M}")
    results().print(table)
    plain = [name for name, one in parameters.described().items() if one.type != "SecureString"]
    if plain:
        raise Failure(f"Not encrypted: {', '.join(plain)}; enter them again.")
    try:
        secret_values(parameters.read())
    except Misconfigured as error:
        raise Failure(f"{error}.") from None
    say(f"{target.stage} has all that it needs.")
