"""A message's file on the message's own item: awaited, settled, and its way into the stream and the index of what is due."""

from datetime import timedelta

import pytest

from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.media import Awaited, FileState, Kept, NotKept, Settled
from chalicelib.domain.message import Media, Message
from chalicelib.ports import ConditionFailed, Item, Key
from chalicelib.table import due, media, messages
from chalicelib.table.values import digest, epoch, stamp
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, KTP, NOW
from tests.unit.table import stored

JOIN = Decision(Intent.JOIN)
PHOTO = samples.message(kind="image", media=Media("media-1", "image/jpeg", "c2hh"))
KEPT = Kept("1801/x/00", "image/jpeg", 3, "00")
GONE = NotKept(FileState.GONE, "100")
MONTH = timedelta(days=30)


def put(message: Message = PHOTO, office: str = "1801", decision: Decision | None = JOIN) -> Item:
    return stored.after(messages.put(CONTACT_ID, message, decision, ID, NOW, office))


def awaited() -> Awaited:
    file = media.awaited(put())
    assert file is not None
    return file


def test_message_with_a_file_is_told_by_its_sort_key_and_is_due_by_itself() -> None:
    item = put()
    assert item["sk"] == f"MSG#{stamp(NOW)}#{digest('wamid.000001')}.media"
    assert (item["due_pk"], item["due_at"]) == ("1801#MEDIA", stamp(NOW + timedelta(minutes=2)))
    assert media.state(item) is FileState.WAITING


@pytest.mark.parametrize(
    "item",
    [
        put(samples.message("halo")), put(samples.message(kind="sticker", media=Media("media-1"))), put(decision=None),
        put(samples.message(kind="image")),
    ],
)  # fmt: skip
def test_nothing_else_is(item: Item) -> None:
    assert not str(item["sk"]).endswith(media.SUFFIX)
    assert "due_pk" not in item
    assert media.state(item) is None


def test_awaited_file_knows_all_that_fetching_it_takes() -> None:
    assert awaited() == Awaited(f"{CONTACT_ID} {put()['sk']}", CONTACT_ID, "1801", KTP, "media-1", "c2hh", NOW, ID)


def test_id_leads_back_to_the_key() -> None:
    item = put()
    assert media.key(media.id_of(str(item["pk"]), str(item["sk"]))) == Key(str(item["pk"]), str(item["sk"]))


@pytest.mark.parametrize(
    "text", ["", "x", "x MSG#1#2", "x ECHO#1#2.media", "+62 MSG#1#2.media", "x MSG#1#2.media\n", "x MSG#.media"]
)
def test_what_is_no_id_of_a_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        media.key(text)


@pytest.mark.parametrize("outcome", [KEPT, GONE])
def test_is_settled_once_and_not_due_any_more(outcome: Settled) -> None:
    table, file = stored.store(), awaited()
    table.put(messages.put(CONTACT_ID, PHOTO, JOIN, ID, NOW, "1801"))
    item = table.update(media.settles(file, outcome, NOW, MONTH))

    assert not {"due_pk", "due_at"} & item.keys()
    assert stored.holds_nothing_empty(item)
    assert media.awaited(item) is None
    assert media.kept(item) == (KEPT if outcome is KEPT else None)
    assert (media.state(item), media.reason(item)) == ((FileState.KEPT, None) if outcome is KEPT else (FileState.GONE, "100"))
    with pytest.raises(ConditionFailed):
        table.update(media.settles(file, KEPT, NOW, MONTH))


def test_message_lasts_as_long_as_the_file_of_which_it_alone_knows() -> None:
    table, file = stored.store(), awaited()
    table.put(messages.put(CONTACT_ID, PHOTO, JOIN, ID, NOW, "1801"))

    assert table.update(media.settles(file, KEPT, NOW, MONTH))["expires_at"] == epoch(NOW + media.FILES_KEPT)


def test_file_of_no_request_is_due_to_be_cleared() -> None:
    table = stored.store()
    table.put(messages.put(CONTACT_ID, PHOTO, JOIN, None, NOW, "1801"))
    file = media.awaited(table.everything()[0])
    assert file is not None
    item = table.update(media.settles(file, KEPT, NOW, MONTH))

    assert (item["due_pk"], item["due_at"]) == ("1801#CLEARING", stamp(NOW + MONTH))
    assert (media.state(item), media.awaited(item)) == (FileState.KEPT, None)
    with pytest.raises(ConditionFailed):
        table.update(media.settles(file, GONE, NOW, MONTH))


def test_is_made_due_again_by_the_first_who_saw_it_due() -> None:
    table, key = stored.store(), media.key(awaited().id)
    table.put(messages.put(CONTACT_ID, PHOTO, JOIN, ID, NOW, "1801"))
    seen = stamp(NOW + media.FIRST_DUE)

    assert table.update(due.again(key, seen, NOW + timedelta(hours=1)))["due_at"] == stamp(NOW + timedelta(hours=1))
    with pytest.raises(ConditionFailed):
        table.update(due.again(key, seen, NOW + timedelta(hours=2)))


def test_clearing_leaves_that_it_was_there_and_nothing_of_what_it_said() -> None:
    table = stored.store()
    message = samples.message("KK lama", kind="image", media=Media("media-1", filename="1801.pdf"), plain=False, raw="{}")
    table.put(messages.put(CONTACT_ID, message, JOIN, ID, NOW, "1801"))
    file = media.awaited(table.everything()[0])
    assert file is not None
    item = table.update(messages.cleared(table.update(media.settles(file, KEPT, NOW, MONTH)), NOW))

    assert item.keys() == {
        "pk", "sk", "provider_id", "phone_number_id", "kind", "received_at", "intent", "request_id", "expires_at", "cleared_at",
    }  # fmt: skip
    assert (media.state(item), media.kept(item)) == (FileState.CLEARED, None)
    assert table.update(messages.cleared(item, NOW)) == item


def test_clearing_brings_no_expired_message_back() -> None:
    with pytest.raises(ConditionFailed):
        stored.store().update(messages.cleared(put(), NOW))
