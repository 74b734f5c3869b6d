"""What anybody may ask: how a request stands, and not a word about whose it is."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import KabarError, Malformed, MistypedId, NotFound
from chalicelib.domain.request import Hold, Met, Request, Status
from chalicelib.entry import public
from chalicelib.table import requests
from tests.fakes.world import World
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, PHONE
from tests.unit.entry import http

PERSON = {"name": "Siti Rahayu", "sms_phone": PHONE, "reason": "NIK 1801010401900001 ganda"}


def looked_up(world: World, request: Request, asked: str = "") -> dict[str, Any]:
    world.store.put(requests.put(replace(request, version=1)))
    response = public.look_up(asked or request.id, world.parts.lookup, world.parts.offices)
    assert response.status_code == 200
    assert response.headers == {"Content-Type": "application/json", "Cache-Control": "no-store"}
    answer = http.json_of(response)
    assert isinstance(answer, dict)
    return answer


def test_open_request_is_told_with_its_next_step(world: World) -> None:
    assert looked_up(world, samples.request(**PERSON)) == {
        "id": ID, "service": "KTP", "status": "submitted", "label": "Permohonan diterima",
        "opened_at": "2026-11-24T03:00:00.000Z", "updated_at": "2026-11-24T03:00:00.000Z", "due_at": "2026-11-24T09:00:00.000Z",
        "next": "Petugas memeriksa berkas Anda.",
    }  # fmt: skip


def test_card_that_is_ready_is_told_with_where_and_what_to_bring(world: World) -> None:
    answer = looked_up(world, samples.request(status=Status.READY))

    assert (answer["label"], answer["bring"]) == ("Siap diambil", "Kartu Keluarga")
    assert answer["where"].startswith("Kantor Disdukcapil Lampung Selatan, Kalianda, Senin")


def test_pdf_that_is_ready_is_not_picked_up(world: World) -> None:
    answer = looked_up(world, samples.request(id="KK-8B3E-5N56-TAK", service="KK", status=Status.READY))

    assert answer["label"] == "Siap diunduh"
    assert not {"bring", "where"} & set(answer)


def test_hold_is_told_without_numbers_that_slipped_in(world: World) -> None:
    answer = looked_up(world, samples.request(hold=Hold("NIK 1801010401900001 ganda")))

    assert answer["hold"] == {"reason": "NIK •••• 01 ganda"}


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.INCOMPLETE])
def test_what_is_missing_is_told_once_an_officer_has_looked(world: World, status: Status) -> None:
    looked_at = samples.request(status=status, checked_version=1, requirements={"police-letter": Met.UNREADABLE})
    all_there = samples.request(
        id="KTP-7F3K-9QXM-2DM",
        status=status,
        requirements=dict.fromkeys(("kk", "police-letter"), Met.RECEIVED),
        checked_version=1,
    )

    assert looked_up(world, looked_at)["missing"] == [
        "Kartu Keluarga", "surat kehilangan dari polisi atau KTP-el yang rusak (tidak terbaca)",
    ]  # fmt: skip
    assert "missing" not in looked_up(world, all_there)
    assert "missing" not in looked_up(world, samples.request(id="KTP-GAC4-82FH-6HR", status=status)), "nobody has looked"


@pytest.mark.parametrize("status", [one for one in Status if one not in {Status.SUBMITTED, Status.INCOMPLETE}])
def test_nothing_is_missing_once_the_office_has_taken_it(world: World, status: Status) -> None:
    assert "missing" not in looked_up(world, samples.request(status=status, requirements={"kk": Met.OPEN}))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("service", ["KK", "KTP", "PINDAH"])
def test_no_person_is_in_any_answer(world: World, status: Status, service: str) -> None:
    request = samples.request(
        id=f"{service}-8B3E-5N56-TAK", service=service, status=status, hold=Hold("081200000001"), **PERSON
    )

    answer = looked_up(world, request)

    assert set(answer) <= {
        "id", "service", "status", "label", "opened_at", "updated_at", "due_at", "hold", "missing", "next", "bring", "where",
    }  # fmt: skip
    for personal in ("Siti", "Rahayu", "81200000001", "1801010401900001", CONTACT_ID, "ganda"):
        assert personal not in json.dumps(answer)


def test_id_is_read_as_people_type_it(world: World) -> None:
    looked_up(world, samples.request())
    for asked in ("ktp-8b3e-5n56-tak", "8B3E5N56TAK", "KTP 8B3E 5N56 TAK"):
        assert http.json_of(public.look_up(asked, world.parts.lookup, world.parts.offices))["id"] == ID


@pytest.mark.parametrize(
    ("asked", "error"),
    [("KTP-8B3E-5N56-TAM", MistypedId), ("nonsense", Malformed), ("KK-8B3E-5N56-TAK", NotFound), ("", Malformed)],
)
def test_unknown_malformed_and_mistyped_ids_are_told_apart(world: World, asked: str, error: type[KabarError]) -> None:
    looked_up(world, samples.request())

    with pytest.raises(error) as caught:
        public.look_up(asked, world.parts.lookup, world.parts.offices)

    assert type(caught.value) is error
    assert not asked or asked not in str(caught.value)


@given(st.text(max_size=30))
def test_whatever_is_asked_reveals_nothing(asked: str) -> None:
    world = World()
    world.store.put(requests.put(samples.request(**PERSON)))
    try:
        answer = str(public.look_up(asked, world.parts.lookup, world.parts.offices).body)
    except KabarError as error:
        answer = f"{error.code} {error}"

    assert "Siti" not in answer


def test_health_asks_nothing_of_anybody() -> None:
    assert (public.health().status_code, http.json_of(public.health())) == (200, {"ok": True})
