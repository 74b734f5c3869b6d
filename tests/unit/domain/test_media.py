"""Which files the office takes, by their content alone, and how long one is looked for."""

import hashlib
import io
import zipfile
from base64 import b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.contact import Contact, Mark
from chalicelib.domain.media import (
    EXTENSIONS,
    HEAD,
    KEPT_BY_WHATSAPP,
    LARGEST,
    MEGABYTE,
    digest_of,
    is_fetched,
    most,
    needed_until,
    pause,
    recognise,
)
from chalicelib.domain.message import Media
from devstack.simulator import media_types
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, NOW


def archive(*names: str, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with such entries."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as made:
        for name in names:
            made.writestr(name, "<xml/>" * 20)
    return content.getvalue()


def ftyp(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 12


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TAKEN = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "image/heic": ftyp(b"heic"),
    "image/heif": ftyp(b"mif1"),
    "application/pdf": b"%PDF-1.7\n",
    "audio/ogg": b"OggS\x00\x02",
    "audio/amr": b"#!AMR\n",
    "audio/mpeg": b"ID3\x04",
    "audio/aac": b"\xff\xf1\x50",
    "audio/mp4": ftyp(b"M4A "),
    "video/mp4": ftyp(b"isom"),
    "video/3gpp": ftyp(b"3gp4"),
    "video/quicktime": ftyp(b"qt  "),
    WORD: archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": archive("[Content_Types].xml", "xl/workbook.xml"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": archive("_rels/.rels", "ppt/slides/a.xml"),
}
REFUSED = {
    "nothing": b"",
    "text": b"Selamat pagi",
    "page": b"<!DOCTYPE html><script>alert(1)</script>",
    "drawing": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "page that names a PDF": b"<html>%PDF-1.7",
    "program for Windows": b"MZ\x90\x00",
    "program for Linux": b"\x7fELF",
    "script": b"#!/bin/sh\n",
    "program for Android": archive("AndroidManifest.xml", "classes.dex"),
    "archive": archive("KK.pdf"),
    "archive with a folder of a like name": archive("my word/document.xml", "password/x"),
    "old Word with macros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "RIFF that is no WebP": b"RIFF\x10\x00\x00\x00WAVE",
    "media of no known brand": ftyp(b"avif"),
    "end of an archive": b"PK\x05\x06" + b"\x00" * 18,
    "cut short": b"\xff\xd8",
}


@pytest.mark.parametrize("content_type", TAKEN)
def test_file_is_known_by_its_content(content_type: str) -> None:
    assert recognise(TAKEN[content_type][:HEAD]) == content_type


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_run_or_what_nobody_can_tell_is_refused(name: str) -> None:
    assert recognise(REFUSED[name][:HEAD]) is None


@pytest.mark.parametrize("kind", [kind for kind in media_types.MEDIA_TYPES if kind != "sticker"])
def test_what_phones_send_is_taken(kind: str) -> None:
    sample = media_types.MEDIA_TYPES[kind]
    assert recognise(sample.example("x")[:HEAD]) == sample.mime_type.partition(";")[0]


def test_every_type_that_is_taken_has_an_extension() -> None:
    assert set(EXTENSIONS) == set(TAKEN)
    assert len(set(EXTENSIONS.values())) == len(EXTENSIONS)


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(content: bytes) -> None:
    for beginning in (b"", b"PK\x03\x04", b"\x00\x00\x00\x18ftyp"):
        assert recognise(beginning + content) in {None, *EXTENSIONS}


def test_sound_and_film_are_smaller_than_documents() -> None:
    assert {most("audio/ogg"), most("video/mp4")} == {16 * MEGABYTE}
    assert {most("image/jpeg"), most("application/pdf"), most(WORD), LARGEST} == {25 * MEGABYTE}


@pytest.mark.parametrize("kind", ["image", "document", "audio", "video", "sticker", "text", "hologram"])
def test_only_what_can_be_a_document_or_a_word_is_fetched(kind: str) -> None:
    fetched = kind in {"image", "document", "audio", "video"}
    assert is_fetched(samples.message(kind=kind, media=Media("media-1"))) is fetched
    assert is_fetched(samples.message(kind=kind)) is False


def test_hash_is_read_as_the_webhook_and_the_media_call_write_it() -> None:
    digest = hashlib.sha256(b"x").digest()
    assert digest_of(digest.hex()) == digest_of(b64encode(digest).decode()) == digest


@pytest.mark.parametrize("text", ["", "c2hh", "zz" * 32, "é" * 64, "=" * 44, b64encode(b"x" * 33).decode()])
def test_what_is_no_hash_is_none(text: str) -> None:
    assert digest_of(text) is None


def test_pauses_grow_to_six_hours_and_end_with_the_file() -> None:
    waited = [timedelta(minutes=2), timedelta(hours=1), timedelta(days=1), KEPT_BY_WHATSAPP, timedelta(days=7, seconds=1)]
    assert [pause(NOW, NOW + one) for one in waited] == [
        timedelta(minutes=2), timedelta(hours=1), timedelta(hours=6), timedelta(hours=6), None,
    ]  # fmt: skip


class TestNeeded:
    DAY, MONTH = timedelta(days=1), timedelta(days=30)

    def contact(self, opened: str | None = None, closed: dict[str, timedelta] | None = None) -> Contact:
        open_ = {(opened, "KTP"): (Mark(NOW, ID),)} if opened else {}
        ended = {(office, f"S{number}"): Mark(NOW - ago, ID) for number, (office, ago) in enumerate((closed or {}).items())}
        return Contact(CONTACT_ID, open=open_, closed=ended)

    def test_while_a_request_is_open_at_that_office(self) -> None:
        assert needed_until(self.contact("1801"), "1801", self.MONTH, NOW) == NOW + self.DAY
        assert needed_until(self.contact("9171"), "1801", self.MONTH, NOW) is None
        assert needed_until(self.contact(), "1801", self.MONTH, NOW) is None

    def test_for_as_long_as_the_last_that_was_closed_there_keeps_its_own(self) -> None:
        there = {"1801": 10 * self.DAY, "9171": self.DAY}
        assert needed_until(self.contact(closed=there), "1801", self.MONTH, NOW) == NOW + 20 * self.DAY
        assert needed_until(self.contact(closed={"1801": self.MONTH}), "1801", self.MONTH, NOW) is None
