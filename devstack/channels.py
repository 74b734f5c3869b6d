"""The channel numbers that a development stack gives its offices, as Meta would assign them."""

from collections.abc import Mapping

from chalicelib.adapters.secrets import AWS, META
from chalicelib.ports import Channel
from devstack.simulator.payloads import ACCOUNT

CHANNELS: Mapping[str, Channel] = {
    "100000000000001": Channel(office="1801", service="KK", waba=ACCOUNT),
    "100000000000002": Channel(office="1801", service="KTP", waba=ACCOUNT),
    "100000000000003": Channel(office="1801", service="PINDAH", waba=ACCOUNT),
    # The example offices.
    "100000000000011": Channel(office="7371", service="KK", waba=ACCOUNT),
    "100000000000012": Channel(office="7371", service="KTP", waba=ACCOUNT),
    "100000000000013": Channel(office="7371", service="LAHIR", waba=ACCOUNT),
    "100000000000014": Channel(office="7371", service="KIA", waba=ACCOUNT),
    "100000000000021": Channel(office="9171", service=None, waba=ACCOUNT),
    # One more of Lampung Selatan's, by AWS End User Messaging Social.
    "100000000000031": Channel("1801", "KTP", AWS, "phone-number-id-0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
}
"""phone_number_id → whose it is."""


def as_parameter(channels: Mapping[str, Channel]) -> dict[str, dict[str, str | None]]:
    """The same as the operator writes it: what is as usual is not said."""
    usual = Channel("", None)
    return {
        number: {
            name: value
            for name, value in channel._asdict().items()
            if name in ("office", "service") or value != getattr(usual, name)
        }
        for number, channel in channels.items()
    }


def by_office() -> list[dict[str, object]]:
    """Meta's own by office, as `up --json` prints them: `{"office", "channels": [{"service", "phone_number_id"}]}`."""
    offices = sorted({channel.office for channel in CHANNELS.values()})
    return [
        {
            "office": office,
            "channels": [
                {"service": channel.service, "phone_number_id": number}
                for number, channel in CHANNELS.items()
                if channel.office == office and channel.by == META
            ],
        }
        for office in offices
    ]
