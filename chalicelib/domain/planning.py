"""What to do with a claimed notice, given contact and request as they are now."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from chalicelib.domain import ids, texts
from chalicelib.domain.contact import Contact
from chalicelib.domain.delivery import Outbound, TextMessage
from chalicelib.domain.notice import Channel, State
from chalicelib.domain.texts import Occasion


@dataclass(frozen=True)
class Settle:
    """Send nothing: the notice ends here."""

    state: State
    reason: str


Plan: TypeAlias = Outbound | TextMessage | Settle


def plan(occasion: Occasion, contact: Contact, now: datetime) -> Plan:
    """The one send that this attempt makes, or the notice's end."""
    notice, request = occasion.notice, occasion.request
    if contact.opted_out_at is not None and not notice.answer:
        return Settle(State.SUPPRESSED, "opted_out")
    if request is not None and notice.version is not None and notice.version < request.noticed_version:
        return Settle(State.SUPERSEDED, "a later notice of the request")
    if notice.channel is Channel.SMS or contact.recipient is None or notice.phone_number_id is None:
        return _by_sms(occasion, contact)
    window = contact.window_open(notice.phone_number_id, now) and not notice.force_template
    content = texts.free(occasion) if window else texts.template(occasion)
    return Outbound(notice.phone_number_id, contact.recipient, content, ids.callback(notice.id, notice.attempt))


def _by_sms(occasion: Occasion, contact: Contact) -> Plan:
    phone = (occasion.request.sms_phone if occasion.request else None) or contact.phone
    if phone is None:
        return Settle(State.SUPPRESSED, "no_address") if contact.recipient is None else Settle(State.FAILED, "no_phone")
    body = texts.sms(occasion)
    if body is None:
        return Settle(State.FAILED, "not_for_sms")
    return TextMessage(phone, body, occasion.office.sms_sender)
