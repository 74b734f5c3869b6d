"""Hypothesis strategies for everything that the table holds. Texts are whatever people may write."""

from datetime import UTC, datetime
from random import Random

from hypothesis import strategies as st

from chalicelib.domain import ids
from chalicelib.domain.circuit import Circuit
from chalicelib.domain.contact import Contact, Mark, Question, Told
from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.delivery import Refused
from chalicelib.domain.inbound import StatusReport
from chalicelib.domain.message import Media, Message
from chalicelib.domain.meta_codes import REMEDIES, remedy_for
from chalicelib.domain.notice import Attempt, Channel, Kind, Notice, State
from chalicelib.domain.request import Change, Hold, Met, Request, Status
from chalicelib.domain.staff import Role, Staff

HEX = "0123456789abcdef"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
MAYBE_TEXTS = st.none() | TEXTS
# Milliseconds are what the table keeps.
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001  # given one
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
MAYBE_TIMES = st.none() | TIMES
CONTACT_IDS = st.text(HEX, min_size=20, max_size=20)
HASHES = st.text(HEX, min_size=32, max_size=32)
SERVICES = st.sampled_from(["KK", "KTP", "PINDAH", "ABCDEFGHIJKL"])
OFFICES = st.sampled_from(["1801", "9471"])
NUMBERS = st.text("0123456789", min_size=15, max_size=15)
PHONES = st.text("0123456789", min_size=8, max_size=12).map(lambda digits: f"+62{digits}")
USER_IDS = st.text("ABCdef0123", min_size=1, max_size=30).map(lambda rest: f"ID.{rest}")
REQUEST_IDS = st.builds(lambda service, seed: ids.draw(service, Random(seed)), SERVICES, st.integers(0, 10**6))
VERSIONS = st.integers(1, 999_999)
COUNTS = st.integers(0, 10**6)
HOLDS = st.none() | st.builds(Hold, TEXTS)
REQUIREMENTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=24)
CODES = st.sampled_from([str(code) for code in REMEDIES] + ["999999"])

REQUESTS = st.builds(
    Request, id=REQUEST_IDS, office=OFFICES, service=SERVICES, status=st.sampled_from(Status), version=VERSIONS,
    contact_id=st.none() | CONTACT_IDS, phone_number_id=st.none() | NUMBERS, language=st.sampled_from(["id", "en"]),
    opened_at=TIMES, opened_by=TIMES, updated_at=TIMES, due_at=MAYBE_TIMES, noticed_version=COUNTS, hold=HOLDS,
    reason=MAYBE_TEXTS, name=MAYBE_TEXTS, sms_phone=st.none() | PHONES, closed_at=MAYBE_TIMES, asks_human_at=MAYBE_TIMES,
    look_at=MAYBE_TIMES, nudged_version=COUNTS, checked_version=COUNTS,
    requirements=st.dictionaries(REQUIREMENTS, st.sampled_from(Met), max_size=3),
    by_chat=st.booleans(), ready_at=MAYBE_TIMES, ready_due_at=MAYBE_TIMES, rating_asked_at=MAYBE_TIMES,
)  # fmt: skip

CHANGES = st.builds(
    Change, request_id=REQUEST_IDS, version=VERSIONS, from_=st.none() | st.sampled_from(Status), to=st.sampled_from(Status),
    actor=TEXTS, at=TIMES, reason=MAYBE_TEXTS, note=MAYBE_TEXTS, hold=HOLDS, due_at=MAYBE_TIMES, idempotency_key=MAYBE_TEXTS,
    body_hash=st.none() | HASHES,
)  # fmt: skip

ATTEMPTS = st.builds(
    Attempt, number=COUNTS, channel=st.sampled_from(Channel), at=TIMES, outcome=TEXTS, code=st.text(HEX, max_size=9),
    provider_id=st.text(HEX, max_size=9),
)  # fmt: skip

LETTERS = st.sampled_from("nrx")
NOTICE_IDS = (
    st.builds(ids.notice_of_change, REQUEST_IDS, VERSIONS)
    | st.builds(ids.notice_besides, REQUEST_IDS, VERSIONS, LETTERS)
    | st.builds(ids.notice_of_message, CONTACT_IDS, HASHES)
)
NOTICES = st.builds(
    Notice, id=NOTICE_IDS, kind=st.sampled_from(Kind), answer=st.booleans(), office=OFFICES, contact_id=CONTACT_IDS,
    phone_number_id=st.none() | NUMBERS, caused_at=TIMES, due_at=MAYBE_TIMES, service=st.none() | SERVICES,
    request_id=st.none() | REQUEST_IDS, version=st.none() | VERSIONS, about=st.lists(REQUEST_IDS, max_size=5).map(tuple),
    topic=st.none() | SERVICES,
    body=MAYBE_TEXTS, asks_number=st.booleans(),
    state=st.sampled_from(State), revision=COUNTS, attempt=COUNTS, channel=st.sampled_from(Channel),
    force_template=st.booleans(), owner=MAYBE_TEXTS, not_before=MAYBE_TIMES, resent=COUNTS, failures=COUNTS,
    tried_since=MAYBE_TIMES, asked_at=MAYBE_TIMES, accepted_at=MAYBE_TIMES, arrived_at=MAYBE_TIMES, reason=MAYBE_TEXTS,
    attempts=st.lists(ATTEMPTS, max_size=3).map(tuple), attempts_dropped=COUNTS,
)  # fmt: skip

MARKS = st.builds(Mark, TIMES, REQUEST_IDS)
PAIRS = st.tuples(OFFICES, SERVICES)
CONTACTS = st.builds(
    Contact, id=CONTACT_IDS, phone=st.none() | PHONES, user_id=st.none() | USER_IDS, name=MAYBE_TEXTS,
    language=st.sampled_from(["id", "en"]), opted_out_at=MAYBE_TIMES,
    last_inbound=st.dictionaries(NUMBERS, TIMES, max_size=3),
    open=st.dictionaries(PAIRS, st.sets(MARKS, min_size=1, max_size=3).map(lambda marks: tuple(sorted(marks))), max_size=3),
    closed=st.dictionaries(PAIRS, MARKS, max_size=3), absorbed=st.frozensets(CONTACT_IDS, max_size=3),
    merged_into=st.none() | CONTACT_IDS, changed_by=MAYBE_TEXTS,
    told=st.dictionaries(NUMBERS, st.builds(Told, TIMES, st.just("ack"), st.none() | REQUEST_IDS), max_size=2),
    answered=st.dictionaries(st.sampled_from(["2026112403", "2026112404"]), st.frozensets(HASHES, min_size=1, max_size=3)),
    incomplete=st.frozensets(REQUEST_IDS, max_size=2), picked=st.dictionaries(NUMBERS, REQUEST_IDS, max_size=2),
    names=st.dictionaries(REQUEST_IDS, TEXTS, max_size=2), spoke=st.dictionaries(NUMBERS, TIMES, max_size=2),
    sms_phone=st.none() | PHONES, sms_asked_at=MAYBE_TIMES,
    rates=st.dictionaries(REQUEST_IDS, st.builds(Question, TIMES, NUMBERS), max_size=2),
)  # fmt: skip

MEDIA = st.none() | st.builds(
    Media, id=TEXTS, mime_type=st.text(HEX, max_size=5), sha256=st.text(HEX, max_size=5), filename=st.text(HEX, max_size=5)
)
MESSAGES = st.builds(
    Message, provider_id=TEXTS, phone_number_id=NUMBERS, phone=st.none() | PHONES, user_id=st.none() | USER_IDS, at=TIMES,
    kind=TEXTS, text=MAYBE_TEXTS, button_id=MAYBE_TEXTS, media=MEDIA, name=MAYBE_TEXTS, replies_to=MAYBE_TEXTS, raw=TEXTS,
    plain=st.booleans(), full_length=st.none() | st.integers(1, 10**6),
)  # fmt: skip
# What rates is stored without its words.
INTENTS = st.sampled_from([one for one in Intent if one is not Intent.RATING])
DECISIONS = st.builds(Decision, intent=INTENTS, request_id=st.none() | REQUEST_IDS)

REPORTS = st.builds(
    StatusReport, status=st.sampled_from(["sent", "delivered", "read", "played", "failed", "warp"]), at=MAYBE_TIMES,
    callback=st.none() | TEXTS | st.builds(ids.callback, NOTICE_IDS, st.integers(1, 999)),
    refusal=st.none() | CODES.map(lambda code: Refused(code, remedy_for(code))), raw=TEXTS,
)  # fmt: skip

STAFF = st.builds(
    Staff, id=st.text(HEX, min_size=12, max_size=12), name=TEXTS, role=st.sampled_from(Role),
    offices=st.frozensets(OFFICES, min_size=1), expires_at=TIMES,
)  # fmt: skip

CIRCUITS = st.builds(
    Circuit, scope=st.sampled_from(["sms", "number:100000000000002", "template:kabar_opened:id"]), code=TEXTS, since=TIMES,
    probe_at=TIMES,
)  # fmt: skip
