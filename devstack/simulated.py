"""What the simulator of WhatsApp is told of this stack: secrets, numbers, and the templates that Meta has approved."""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain.catalogue import Office
from chalicelib.domain.notice import TIME_TO_LIVE
from chalicelib.domain.texts import templates
from chalicelib.ports import Channel
from devstack.channels import CHANNELS
from devstack.provision import Credentials
from devstack.simulator import Account, Number, SimulatorConfig


def simulated(api_url: str, credentials: Credentials, graph_version: str, account: Account) -> SimulatorConfig:
    """The simulator's configuration, for the offices that have a number here."""
    known = load_offices()
    offices = {channel.office: known[channel.office] for channel in CHANNELS.values()}
    return SimulatorConfig(
        app_secret=credentials.app_secret,
        verify_token=credentials.verify_token,
        access_token=credentials.access_token,
        webhook_url=f"{api_url}/webhooks/whatsapp",
        numbers={number: _number(offices[channel.office], channel) for number, channel in CHANNELS.items()},
        templates={(one.name, one.language): one.body for office in offices.values() for one in templates(office)},
        graph_version=graph_version,
        lifetimes=_lifetimes(offices),
        account=account,
    )


def _number(office: Office, channel: Channel) -> Number:
    service = office.services[channel.service].name["id"] if channel.service else None
    return Number(office.name, service, channel.origination)


def _lifetimes(offices: Mapping[str, Office]) -> dict[str, timedelta]:
    """The templates that must arrive soon or not at all: a ready notice has one for each way to get the document."""
    names = {one.name for office in offices.values() for one in templates(office)}
    return {name: lifetime for name in names for kind, lifetime in TIME_TO_LIVE.items() if name.startswith(f"kabar_{kind}")}
