"""Which WhatsApp Business Accounts a stage has, and which templates each of them needs."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.secrets import META, secret_values
from chalicelib.ports import SecretValues
from chalicelib.settings import Settings
from ops.failure import Failure
from ops.graph import Graph
from ops.parameters import Parameters
from ops.project import CONFIG, read_json
from ops.target import Target
from ops.template_forms import submissions


def stage_secrets(target: Target) -> SecretValues:
    """The stage's secrets and channels."""
    return secret_values(Parameters(target.client("ssm"), target.stage).read())


def graph(target: Target, secrets: SecretValues, url: str | None = None) -> Graph:
    """Meta's API with the stage's token, at the version that the stage uses. url: where it is, when not where it always is."""
    config = read_json(CONFIG) if CONFIG.exists() else {}
    written: Mapping[str, str] = config.get("stages", {}).get(target.stage, {}).get("environment_variables", {})
    host = url or written.get("KABAR_GRAPH_URL", Settings.graph_url)
    return Graph(host, written.get("KABAR_GRAPH_VERSION", Settings.graph_version), secrets.access_token)


def offices_by_account(secrets: SecretValues, account: str | None = None) -> dict[str, set[str]]:
    """Each account's offices. account: the one that numbers without an account belong to.

    Numbers that AWS carries are left out: their templates are kept in AWS's console.

    Raises:
        Failure: a number's account is not known.
    """
    found: dict[str, set[str]] = {}
    for number, channel in secrets.channels.items():
        if channel.by != META:
            continue
        its = channel.waba or account
        if its is None:
            raise Failure(f"Which account is {number} of? Say it by --waba, or once by `ops channels set {number} … --waba`.")
        found.setdefault(its, set()).add(channel.office)
    if account is not None:
        found = {its: offices for its, offices in found.items() if its == account}
    if not found:
        raise Failure(
            "No number of this stage is of that account." if account else "This stage has no number that Meta carries."
        )
    return found


def wanted(offices: set[str]) -> list[dict[str, Any]]:
    """The templates of all these offices, each once."""
    found = {(one["name"], one["language"]): one for office in sorted(offices) for one in submissions(office)}
    return [found[key] for key in sorted(found)]
