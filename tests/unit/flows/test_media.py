"""A file from WhatsApp into the bucket: once, whole, told by its content; or marked, and asked for again, once."""

import hashlib
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.domain.media import KEPT_BY_WHATSAPP, MEGABYTE, FileState, NoLonger, NotNow
from chalicelib.domain.notice import Kind, Notice
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role
from chalicelib.flows.due_media import MOST_PER_OFFICE
from chalicelib.flows.reading import File
from chalicelib.ports import Delete, Download, Item, Key, Put, Update
from chalicelib.table import media
from tests.data import payloads
from tests.fakes.providers import FakeQueue, Killed
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, LostError, disturbed, operations, raising

JPEG = b"\xff\xd8\xff\xe0 an invented photo"
DIGEST = hashlib.sha256(JPEG).digest()
PDF = b"%PDF-1.7 an invented scan"
VIDEO = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 12


def sends(world: World, content: Any = JPEG, *, kind: str = "image", number: str = payloads.KTP, **more: Any) -> str:
    """A resident sends a file, which nobody has fetched yet; its id. content: what comes of fetching it."""
    [before, media_id] = [len(files(world)), f"media-{len(files(world)) + 1}"]
    world.source.files[media_id] = content
    about = {"id": media_id, "mime_type": "application/octet-stream", "filename": "1801012345678901.exe"} | more
    message = payloads.message(kind, about, at=world.seconds)
    world.receive(payloads.envelope(payloads.value(message, number=number)))
    assert len(files(world)) == before + 1
    return next(file_id(item) for item in files(world) if item["media"]["id"] == media_id)  # type: ignore[call-overload,index]


def files(world: World) -> list[Item]:
    return [item for item in world.items("CONTACT#", "MSG#") if str(item["sk"]).endswith(media.SUFFIX)]


def file_id(item: Item) -> str:
    return media.id_of(str(item["pk"]), str(item["sk"]))


def states(world: World) -> list[str]:
    return [str(media.state(item)) for item in files(world)]


def as_the_former_version_stored(world: World) -> None:
    """Keys did not say yet that a message has a file, and no file was fetched."""
    for item in files(world):
        world.store.delete(Delete(Key(str(item["pk"]), str(item["sk"]))))
        old = {name: value for name, value in item.items() if name not in {"due_pk", "due_at"}}
        world.store.put(Put({**old, "sk": str(item["sk"]).removesuffix(media.SUFFIX)}))


def asked_again(world: World) -> list[Notice]:
    return [one for one in world.notices() if one.kind is Kind.RESEND]


def only(world: World) -> Request:
    [request] = world.requests()
    return request


def shown(world: World) -> File:
    return world.parts.reading.file(world.officer, only(world).id)


def striking(moment: str, error: type[BaseException]) -> Callable[[str, str], None]:
    """What makes a bucket fail before or after each operation."""

    def strike(now: str, _operation: str) -> None:
        if now == moment:
            raise error

    return strike


def big(size: int, beginning: bytes = PDF) -> bytes:
    return beginning + b"\x00" * (size - len(beginning))


class TestKept:
    def test_file_is_kept_under_its_person_and_its_hash(self) -> None:
        world = World()
        world.parts.media(sends(world, PDF, kind="document"))

        digest = hashlib.sha256(PDF).hexdigest()
        key = f"1801/{only(world).contact_id}/{digest}"
        assert world.files.kept == {key: (PDF, "application/pdf")}
        assert world.source.asked == [("media-1", payloads.KTP)]
        [item] = files(world)
        assert item["file"] == {
            "state": "kept", "key": key, "content_type": "application/pdf", "size": len(PDF), "sha256": digest,
            "at": "2026-11-24T03:00:00.000Z",
        }  # fmt: skip
        assert world.metrics.named("MediaKept") == [1]
        assert asked_again(world) == []

    def test_fetching_twice_fetches_once(self) -> None:
        world = World()
        sent = sends(world)
        for _ in range(2):
            world.parts.media(sent)

        assert len(world.source.asked) == len(world.files.puts) == 1

    def test_same_photo_sent_twice_is_stored_once_and_shown_twice(self) -> None:
        world = World()
        for _ in range(2):
            world.parts.media(sends(world))

        assert len(world.files.kept) == 1
        assert len(shown(world).links) == 2

    def test_same_photo_of_two_people_is_stored_for_each(self) -> None:
        world = World()
        for sender in ("6281200000001", "6281200000002"):
            world.source.files[sender] = JPEG
            message = payloads.message("image", {"id": sender}, at=world.seconds, sender=sender)
            world.receive(payloads.envelope(payloads.value(message)))
        world.run()

        assert len(world.files.kept) == 2

    def test_two_at_the_same_file_keep_it_once(self) -> None:
        world = World()
        sent = sends(world)
        at_once = [Thread(target=world.parts.media, args=(sent,)) for _ in range(4)]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()

        assert (len(world.files.kept), states(world), world.metrics.named("MediaKept")) == (1, ["kept"], [1])

    def test_photo_without_a_request_is_fetched_all_the_same(self) -> None:
        world = World()
        world.secrets.values.channels["100000000000009"] = type(world.secrets.values.channels[payloads.KTP])("1801", None)  # type: ignore[index]
        world.parts.media(sends(world, number="100000000000009"))

        assert world.requests() == []
        assert states(world) == ["kept"]

    @pytest.mark.parametrize("announced", [DIGEST.hex(), b64encode(DIGEST).decode(), "c2hh"])
    def test_hash_of_the_webhook_is_compared_when_it_is_one(self, announced: str) -> None:
        world = World()
        world.parts.media(sends(world, sha256=announced))

        assert states(world) == ["kept"]

    def test_largest_document_is_never_in_memory_beyond_ten_megabytes(self) -> None:
        world = World()
        sent = sends(world)
        vars(world.parts).update(media_source=Endless(25 * MEGABYTE), files=Bottomless())
        vars(world.parts).pop("media", None)
        tracemalloc.start()
        try:
            world.parts.media(sent)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert states(world) == ["kept"]
        assert peak < 10 * MEGABYTE


class TestShown:
    def test_desk_gets_a_link_by_a_name_that_says_nothing_of_the_person(self) -> None:
        world = World()
        sends(world, PDF, kind="document")
        world.run()

        file = shown(world)
        [link] = file.links.values()
        [key] = world.files.kept
        assert link == f"https://files.invalid/{key}?application/pdf&{only(world).id}-20261124030000.pdf"
        assert file.links_until == world.clock.now + timedelta(minutes=5)

    def test_bucket_is_not_asked_for_unless_there_is_a_file_to_show(self) -> None:
        world = World()
        sends(world, NoLonger("100"))
        world.run()
        del vars(world.parts)["files"]

        assert shown(world).links == {}, "without a bucket in its settings it could not even be made"

    def test_who_may_not_read_messages_gets_no_link(self) -> None:
        world = World()
        sends(world)
        world.run()

        file = world.parts.reading.file(world.staff(Role.INTEGRATION), only(world).id)
        assert (file.messages, file.links) == ([], {})


class Endless:
    """A source of a document of so many bytes, made as it is read."""

    def __init__(self, size: int) -> None:
        self._size = size

    @contextmanager
    def download(self, _media_id: str, _phone_number_id: str) -> Iterator[Download]:
        first, piece = PDF + b"\x00" * (65536 - len(PDF)), b"\x00" * 65536
        pieces = (first if start == 0 else piece for start in range(0, self._size, 65536))
        yield Download(pieces, self._size)


class Bottomless:
    """A bucket that reads as an upload does, and keeps nothing."""

    def keep(self, _key: str, content: Any, **_about: Any) -> None:
        while content.read(65536):
            pass


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"MZ\x90\x00", "type_not_taken"), (b"<svg/>", "type_not_taken"), (b"", "type_not_taken"),
            (big(25 * MEGABYTE + 1), "too_large"), (big(16 * MEGABYTE + 1, VIDEO), "too_large"),
        ],
        ids=["program", "drawing", "nothing", "too large", "film that is too large"],
    )  # fmt: skip
    def test_what_the_office_does_not_take_is_not_kept_but_marked(self, content: bytes, reason: str) -> None:
        world = World()
        world.parts.media(sends(world, content, kind="document"))

        assert world.files.kept == {}
        [item] = files(world)
        assert (media.state(item), media.reason(item)) == (FileState.REFUSED, reason)
        assert world.metrics.named("MediaRefused") == [1]
        assert len(asked_again(world)) == 1

    @pytest.mark.parametrize("announced", [True, False])
    def test_what_is_too_large_is_not_read_to_its_end(self, *, announced: bool) -> None:
        read = 0

        class Large:
            @contextmanager
            def download(self, _media_id: str, _phone_number_id: str) -> Iterator[Download]:
                yield Download(self._pieces(), 100 * MEGABYTE if announced else None)

            def _pieces(self) -> Iterator[bytes]:
                nonlocal read
                for number in range(100):
                    read += MEGABYTE
                    yield big(MEGABYTE) if number == 0 else b"\x00" * MEGABYTE

        world = World()
        sent = sends(world)
        vars(world.parts).update(media_source=Large())
        world.parts.media(sent)

        assert states(world) == ["refused"]
        assert read == (0 if announced else 26 * MEGABYTE)


class TestAskedAgain:
    def test_expired_id_is_marked_and_its_resident_is_asked_in_the_same_transaction(self) -> None:
        world = World()
        sent = sends(world, NoLonger("100"))
        assert operations(world.store, lambda: world.parts.media(sent)) == ["get", "get", "get", "get", "transact"]

        [item], [notice] = files(world), asked_again(world)
        assert (media.state(item), media.reason(item)) == (FileState.GONE, "100")
        assert (notice.request_id, notice.answer, notice.office) == (only(world).id, True, "1801")
        assert world.metrics.named("MediaGone") == [1]

    def test_words_reach_the_resident(self) -> None:
        world = World()
        sends(world, NoLonger("100"))
        world.run()

        said = [str(one.message.content.body) for one in world.whatsapp.arrivals if hasattr(one.message.content, "body")]
        [words] = [one for one in said if "tidak dapat dibuka" in one]
        assert words == (
            "Mohon maaf, foto atau dokumen yang Anda kirim ke Disdukcapil Lampung Selatan tidak dapat dibuka. "
            "Silakan kirim sekali lagi di chat ini sebagai foto atau PDF."
        )

    def test_five_lost_photos_ask_once(self) -> None:
        world = World()
        for _ in range(5):
            sends(world, NoLonger("100"))
            world.clock.now += timedelta(minutes=5)
        world.run()

        assert (states(world), len(asked_again(world))) == (["gone"] * 5, 1)

    def test_five_lost_photos_at_the_same_moment_ask_once(self) -> None:
        world = World()
        sent = [sends(world, NoLonger("100")) for _ in range(5)]
        at_once = [Thread(target=world.parts.media, args=(one,)) for one in sent]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()

        assert (states(world), len(asked_again(world))) == (["gone"] * 5, 1)

    def test_what_is_sent_hours_later_and_lost_again_is_asked_for_again(self) -> None:
        world = World()
        for _ in range(2):
            sends(world, NoLonger("100"))
            world.run()
            world.clock.now += timedelta(hours=3)

        assert len(asked_again(world)) == 2

    def test_what_was_sent_before_the_question_is_not_asked_for_however_late_it_is_found_lost(self) -> None:
        world = World()
        first, second = (sends(world, NoLonger("100")) for _ in range(2))
        world.parts.media(first)
        world.clock.now += timedelta(hours=5)
        world.parts.media(second)

        assert (states(world), len(asked_again(world))) == (["gone", "gone"], 1)

    def test_nobody_is_asked_about_a_request_that_is_closed(self) -> None:
        world = World()
        sent = sends(world, NoLonger("100"))
        world.set_status(only(world), Status.CANCELLED)
        world.parts.media(sent)

        assert (states(world), asked_again(world)) == (["gone"], [])

    def test_who_became_another_contact_is_asked_there(self) -> None:
        world = World()
        sent = sends(world, NoLonger("100"))
        world.say("halo", from_user_id="ID.siti", sender=None)
        world.say("halo", from_user_id="ID.siti")
        world.parts.media(sent)

        assert [one.contact_id for one in asked_again(world)] == [world.contact().id]

    def test_somebody_else_may_be_faster_at_any_moment(self) -> None:
        calm = World()
        sent = sends(calm, NoLonger("100"))
        for position in range(len(operations(calm.store, partial(calm.parts.media, sent)))):
            for number in range(2):
                world = World()
                both = [sends(world, NoLonger("100")) for _ in range(2)]
                with disturbed(world.store, position, "before", partial(world.parts.media, both[number])) as struck:
                    world.parts.media(both[0])
                assert struck
                world.parts.media(both[1])
                assert (states(world), len(asked_again(world))) == (["gone", "gone"], 1)


class TestTrouble:
    @pytest.mark.parametrize("trouble", [NotNow("http_503"), NotNow("timeout")])
    def test_what_cannot_be_had_now_stays_due_and_is_fetched_when_it_can(self, trouble: NotNow) -> None:
        world = World()
        sends(world, trouble)
        world.run()
        assert (states(world), len(world.source.asked)) == (["waiting"], 1)

        world.source.files["media-1"] = JPEG
        world.advance(minutes=2, seconds=1)
        assert states(world) == ["kept"]

    @pytest.mark.parametrize("content", [JPEG, b"<html>Sorry, something went wrong</html>"])
    def test_what_comes_and_is_not_what_was_announced_is_neither_kept_nor_held_against_the_resident(
        self, content: bytes
    ) -> None:
        world = World()
        world.source.announced["media-1"] = b"\x00" * 32
        world.parts.media(sends(world, content))
        assert (states(world), world.files.kept) == (["waiting"], {})

        other = hashlib.sha256(b"another").hexdigest()
        world.parts.media(sends(world, sha256=other))
        assert (states(world), world.files.kept) == (["waiting", "waiting"], {})

    def test_bucket_that_fails_is_the_queues_to_try_again(self) -> None:
        world = World()
        sent = sends(world)
        world.files.faults = striking("before", LostError)
        with pytest.raises(TransientError):
            world.parts.media(sent)
        world.files.faults = lambda _moment, _operation: None
        world.parts.media(sent)

        assert states(world) == ["kept"]

    @pytest.mark.parametrize("fault", FAULTS)
    @pytest.mark.parametrize("content", [JPEG, NoLonger("100"), b"MZ"], ids=["kept", "gone", "refused"])
    def test_fetching_that_dies_anywhere_is_made_good_by_the_next_one(self, fault: str, content: Any) -> None:
        moment, error = FAULTS[fault]
        calm = World()
        sent = sends(calm, content)
        names = operations(calm.store, partial(calm.parts.media, sent))
        for position in range(len(names)):
            world = World()
            sent = sends(world, content)
            with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
                world.parts.media(sent)
            assert struck == [names[position]]
            world.parts.media(sent)
            assert states(world) == states(calm)
            assert len(asked_again(world)) == len(asked_again(calm))

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_upload_that_dies_is_made_good_by_the_next_one(self, moment: str) -> None:
        world = World()
        sent = sends(world)
        world.files.faults = striking(moment, Killed)
        with pytest.raises(Killed):
            world.parts.media(sent)
        world.files.faults = lambda _moment, _operation: None
        world.parts.media(sent)

        assert (states(world), len(world.files.kept)) == (["kept"], 1)

    def test_message_that_is_there_no_more_is_no_trouble(self) -> None:
        world = World()
        world.parts.media("nobody MSG#2026-11-24T03:00:00.000Z#ab.media")

        assert world.source.asked == []


class TestDue:
    def test_file_that_the_stream_missed_is_fetched_when_it_is_due_and_not_before(self) -> None:
        world = World()
        sent = sends(world)
        world.clock.now += timedelta(minutes=2)
        world.parts.sweep()
        assert world.media_queue.take() == []
        world.clock.now += timedelta(milliseconds=1)
        world.parts.sweep()
        assert world.media_queue.take() == [sent]

    def test_pauses_grow_and_end_with_a_word_to_the_resident(self) -> None:
        world = World()
        sends(world, NotNow("http_500"))
        world.run()
        tries = [world.clock.now]
        while states(world) == ["waiting"]:
            before = len(world.source.asked)
            world.advance(minutes=1)
            if len(world.source.asked) > before:
                tries.append(world.clock.now)

        pauses = [later - earlier for earlier, later in pairwise(tries)]
        assert pauses[:4] == [timedelta(minutes=one) for one in (3, 4, 8, 16)]
        assert all(pause <= timedelta(hours=6, minutes=1) for pause in pauses)
        assert timedelta() < world.clock.now - tries[0] - KEPT_BY_WHATSAPP < timedelta(hours=7)
        assert len(tries) < 45
        [item], [notice] = files(world), asked_again(world)
        assert (media.state(item), media.reason(item)) == (FileState.LOST, "never_had")
        assert world.metrics.named("MediaLost") == [1]
        assert not notice.answer, "whoever wrote a week ago may be asleep"

    def test_what_is_queued_is_due_again_before_it_is_on_the_queue(self) -> None:
        seen: list[str] = []

        class Watching(FakeQueue):
            def enqueue(self, ids: Any) -> None:
                seen.extend(str(world.store.get(media.key(one))["due_at"]) for one in ids)  # type: ignore[index]

        world = World()
        vars(world.parts).update(media_queue=Watching())
        sends(world)
        world.clock.now += timedelta(minutes=3)
        world.parts.sweep()
        assert seen == ["2026-11-24T03:06:00.000Z"]

    @pytest.mark.parametrize("reached", [0, 1, 2])
    def test_queue_that_fails_loses_nothing(self, reached: int) -> None:
        world = World()
        queue = FakeQueue([reached])
        vars(world.parts).update(media_queue=queue)
        sent = {sends(world) for _ in range(3)}
        world.clock.now += timedelta(minutes=3)
        with pytest.raises(TransientError):
            world.parts.sweep()
        found = set(queue.take())
        for _ in range(5):
            world.clock.now += timedelta(minutes=1)
            world.parts.sweep()
        assert found | set(queue.take()) == sent

    @pytest.mark.parametrize("fault", FAULTS)
    def test_sweep_that_dies_anywhere_is_made_good_by_the_next_ones(self, fault: str) -> None:
        moment, error = FAULTS[fault]
        calm = World()
        sends(calm)
        calm.clock.now += timedelta(minutes=3)
        names = operations(calm.store, calm.parts.due_media)
        for position in range(len(names)):
            world = World()
            sent = sends(world)
            world.clock.now += timedelta(minutes=3)
            with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
                world.parts.due_media()
            found = set(world.media_queue.take())
            for _ in range(4):
                world.clock.now += timedelta(minutes=1)
                world.parts.due_media()
            assert found | set(world.media_queue.take()) == {sent}

    def test_two_sweeps_at_once_queue_each_file_once(self) -> None:
        calm = World()
        sends(calm)
        calm.clock.now += timedelta(minutes=3)
        for position in range(len(operations(calm.store, calm.parts.due_media))):
            world = World()
            sent = sends(world)
            world.clock.now += timedelta(minutes=3)
            with disturbed(world.store, position, "before", world.parts.due_media):
                world.parts.due_media()
            assert world.media_queue.take() == [sent]

    def test_file_that_cannot_even_be_given_up_stops_no_other_and_keeps_nobody_busy(self) -> None:
        world = World()
        for sender in (payloads.SITI, "6281200000002"):
            world.source.files[sender] = NotNow("http_500")
            message = payloads.message("image", {"id": sender}, at=world.seconds, sender=sender)
            world.receive(payloads.envelope(payloads.value(message)))
        first = str(files(world)[0]["pk"])
        world.store.update(Update(Key(first, "CONTACT"), set_={"opted_out_at": "never"}))
        world.clock.now += KEPT_BY_WHATSAPP + timedelta(seconds=1)
        with pytest.raises(ValueError, match="never"):
            world.parts.due_media()

        assert states(world) == ["waiting", "lost"]
        world.clock.now += timedelta(minutes=1)
        assert world.parts.due_media() == 0

    def test_item_that_cannot_be_read_is_taken_out_of_the_way_and_kept_for_a_person(self) -> None:
        world = World()
        key = media.key(sends(world))
        other = sends(world)
        world.store.update(Update(Key(*key), remove=("media",)))
        world.clock.now += timedelta(minutes=3)
        world.parts.sweep()

        assert world.media_queue.take() == [other]
        assert len(world.items("QUARANTINE#")) == 1
        assert "due_pk" not in (world.store.get(key) or {})

    def test_settled_file_is_not_due(self) -> None:
        world = World()
        sends(world)
        world.run()
        world.clock.now += timedelta(days=8)
        assert world.parts.due_media() == 0

    def test_one_tick_takes_no_more_than_media_can_fetch(self) -> None:
        world = World()
        for _ in range(MOST_PER_OFFICE + 5):
            sends(world)
        world.clock.now += timedelta(minutes=3)
        assert [world.parts.due_media() for _ in range(3)] == [MOST_PER_OFFICE, 5, 0]


class TestDispatched:
    def test_file_is_fetched_at_once(self) -> None:
        world = World()
        sends(world)
        world.run()
        assert states(world) == ["kept"]

    def test_no_notice_waits_for_a_queue_of_files_that_is_broken(self) -> None:
        world = World()
        vars(world.parts).update(media_queue=FakeQueue([0]))
        sent = sends(world)
        world.dispatch(world.new_records())

        assert len(world.queue.take()) == 1, "the request's opening is told"
        world.clock.now += timedelta(minutes=3)
        world.parts.due_media()
        assert world.parts.media_queue.take() == [sent]  # type: ignore[attr-defined]


class TestAPhotoThatTheFormerVersionStored:
    def test_is_known_when_it_comes_again(self) -> None:
        world = World()
        first = payloads.envelope(payloads.value(payloads.photo(at=world.seconds)))
        world.receive(first)
        world.run()
        world.clock.now += timedelta(minutes=1)
        another = payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender="6281200000002")))
        world.receive(another)
        world.run()
        world.clock.now += timedelta(minutes=1)
        later = payloads.envelope(payloads.value(payloads.photo(at=world.seconds)))
        world.receive(later)
        as_the_former_version_stored(world)
        before = world.items()
        world.clock.now += timedelta(days=1)
        for payload in (first, another, later):
            assert world.receive(payload) == {"stored": 0, "duplicate": 1, "quarantined": 0}
        assert world.items() == before

    def test_is_known_when_its_sender_turned_out_to_be_somebody_else_too(self) -> None:
        world = World()
        photo = payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.1")))
        world.receive(photo)
        as_the_former_version_stored(world)
        world.say("halo")
        world.say("halo", from_user_id="ID.1")
        before = world.items()
        assert world.receive(photo)["duplicate"] == 1
        assert world.items() == before

    def test_costs_no_photo_a_read_that_comes_in_order(self) -> None:
        world = World()
        sends(world)
        world.clock.now += timedelta(seconds=1)
        photo = payloads.envelope(payloads.value(payloads.photo(at=world.seconds)))
        assert operations(world.store, lambda: world.receive(photo)) == ["get", "update", "put"]
