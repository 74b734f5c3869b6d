"""The channel numbers that a development stack gives its offices, as Meta would assign them."""

from collections.abc import Mapping

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
}
"""phone_number_id → whose it is."""


def by_office() -> list[dict[str, object]]:
    """The same by office, as `up --json` prints it: `{"office", "channels": [{"service", "phone_number_id"}]}`."""
    offices = sorted({channel.office for channel in CHANNELS.values()})
    return [
        {
            "office": office,
            "channels": [
                {"service": channel.service, "phone_number_id": number}
                for number, channel in CHANNELS.items()
                if channel.office == office
            ],
        }
        for office in offices
    ]
