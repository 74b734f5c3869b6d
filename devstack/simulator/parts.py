"""The simulator's parts, as its routes share them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from devstack.simulator.config import Control, SimulatorConfig
from devstack.simulator.faults import Faults
from devstack.simulator.file_faults import FileFaults
from devstack.simulator.files import Files
from devstack.simulator.inbox import Inbox
from devstack.simulator.inward import Inward
from devstack.simulator.limits import Limits
from devstack.simulator.outbox import Outbox
from devstack.simulator.phones import Phones
from devstack.simulator.reports import Reporter
from devstack.simulator.templates import Templates
from devstack.simulator.webhook import Webhook
from devstack.simulator.windows import Windows
from devstack.simulator.wire import Wire


@dataclass(frozen=True)
class Parts:
    """Everything that has a state, and the ways out."""

    config: SimulatorConfig
    clock: Callable[[], datetime]
    control: Control
    faults: Faults
    files: Files
    file_faults: FileFaults
    inbox: Inbox
    inward: Inward
    limits: Limits
    outbox: Outbox
    phones: Phones
    reporter: Reporter
    templates: Templates
    webhook: Webhook
    windows: Windows
    wire: Wire

    def reset(self) -> None:
        """Back to the beginning, but for what Kabar knows from residents: windows and files stay, as Kabar's data does."""
        for part in (self.faults, self.file_faults, self.inbox, self.limits, self.outbox, self.phones, self.reporter):
            part.clear()
        self.templates.reset()


def create_parts(config: SimulatorConfig, clock: Callable[[], datetime], control: Control) -> Parts:
    """All of them, new; the reporter starts to work."""
    webhook, outbox = Webhook(config.webhook_url, config.app_secret), Outbox()
    inward = Inward(webhook, config, clock)
    return Parts(
        config=config,
        clock=clock,
        control=control,
        faults=Faults(),
        files=Files(),
        file_faults=FileFaults(),
        inbox=Inbox(),
        inward=inward,
        limits=Limits(),
        outbox=outbox,
        phones=Phones(),
        reporter=Reporter(inward, outbox, clock, config.redelivery_backoff_s),
        templates=Templates(config.templates, config.lifetimes),
        webhook=webhook,
        windows=Windows(),
        wire=Wire(),
    )
