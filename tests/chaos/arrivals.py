"""What residents' phones have seen, and whether they should have."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.notice import Channel, Notice, silence
from tests.chaos.watched_store import Broken, WatchedStore
from tests.fakes.world import World


@dataclass
class Arrival:
    """One message on one phone.

    answered: the sender learnt of it and wrote it down. failed: Kabar may have been told so. delivered: how many writes the
    table had when Kabar had been told so.
    """

    notice_id: str
    attempt: int
    channel: Channel
    at: datetime
    answered: bool
    failed: bool = False
    delivered: int | None = None


class Phones:
    """All arrivals by notice.

    Attributes:
        resent: How many second messages came of an outcome that nobody knew.
        by_sms_too: How many came by SMS after WhatsApp had failed or kept silent.
    """

    def __init__(self, world: World, store: WatchedStore) -> None:
        self.by_notice: dict[str, list[Arrival]] = defaultdict(list)
        self.resent = 0
        self.by_sms_too = 0
        self._world = world
        self._store = store

    def arrive(self, callback: str, channel: Channel, *, answered: bool, began: int) -> Arrival:
        """A message arrives. began: how many writes the table had when the call that sends it claimed the notice.

        Raises:
            Broken: it should not have been sent.
        """
        parsed = ids.parse_callback(callback)
        assert parsed is not None, "what is sent carries a callback of ours"
        one = Arrival(*parsed, channel, self._world.clock(), answered)
        notice = self._store.peek(one.notice_id)
        if self.by_notice[one.notice_id]:
            self._explain(notice, one, began)
        if not notice.answer:
            self._heed(notice, began)
        self.by_notice[one.notice_id].append(one)
        return one

    def _explain(self, notice: Notice, one: Arrival, began: int) -> None:
        """A second message needs a reason."""
        earlier, quiet = self.by_notice[one.notice_id], silence(notice.kind)
        last = earlier[-1]
        if last.failed:
            self.by_sms_too += 1
        elif one.channel is Channel.SMS and last.channel is Channel.WHATSAPP and quiet and one.at - last.at >= quiet:
            if any(arrival.delivered is not None and arrival.delivered < began for arrival in earlier):
                raise Broken(f"{one.notice_id}: an SMS although WhatsApp had delivered")
            self.by_sms_too += 1
        elif not last.answered and notice.resent == 1:
            self.resent += 1
        else:
            raise Broken(f"{one.notice_id}: sent twice: {last}, {one}")

    def _heed(self, notice: Notice, began: int) -> None:
        """What was true before the call began must be heeded: an opt-out, and a later notice of the same request."""
        if self._store.opted_out.get(notice.contact_id, began) < began:
            raise Broken(f"{notice.id}: told to somebody who had opted out")
        later = [
            step for version, step in self._store.noticed[str(notice.request_id)].items() if version > (notice.version or 0)
        ]
        if any(step < began for step in later):
            raise Broken(f"{notice.id}: sent although a later notice was there")
