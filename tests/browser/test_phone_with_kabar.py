"""A person is the resident, and the whole of Kabar is behind the page."""

import itertools
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Opener
from tests.browser.phone import Phone, expect_state
from tests.browser.story import KTP, PHOTO, ask, make_ready
from tests.system.client import Devstack
from tests.system.process import Process

NUMBERS = itertools.count(6281200008001)


@pytest.fixture(scope="module")
def stack(browser: Browser) -> Iterator[Devstack]:
    """One stack for all: each test is a resident of its own. It needs the browser, as without one nobody looks at it."""
    assert browser.is_connected()
    with Process("--json", "--port", "0") as process:
        stack = Devstack(process.first_line())
        yield stack
        stack.close()
        assert process.ends_after(signal.SIGTERM) == 0


@pytest.fixture
def number() -> str:
    return str(next(NUMBERS))


@pytest.fixture
def phone(stack: Devstack, phone_at: Opener, number: str) -> Phone:
    """A resident's phone with the chat for identity cards open."""
    phone = phone_at(stack.graph_url)
    phone.open(number, KTP)
    return phone


def test_a_resident_asks_and_sees_the_answer_with_the_number(phone: Phone) -> None:
    ask(phone)
    expect_state(phone.resident.first, "diterima Kabar")
    expect_state(phone.office.last, "sampai")
    expect(phone.entry("KTP-el").locator(".badge")).to_have_text("1")


def test_what_is_read_is_reported_and_shown_as_read(phone: Phone, stack: Devstack, number: str) -> None:
    ask(phone)
    phone.button("Tandai dibaca").click()
    expect_state(phone.office.last, "dibaca")
    expect(phone.button("Tandai dibaca")).to_be_hidden()
    assert [entry["state"] for entry in stack.outbox(number)] == ["read"]


def test_a_menu_s_button_is_pressed_and_answered(phone: Phone) -> None:
    phone.say("halo")
    button = phone.office.last.get_by_role("button").first
    expect(button).to_be_enabled()
    title = button.inner_text()
    before = phone.office.count()

    button.click()

    expect(phone.resident.last).to_contain_text(title)
    expect_state(phone.resident.last, "diterima Kabar")
    expect(phone.office).to_have_count(before + 1)


def test_a_photo_goes_with_its_caption_and_is_seen_by_the_desk(phone: Phone, stack: Devstack) -> None:
    request = ask(phone)
    phone.choose_files([PHOTO])
    sheet = phone.page.get_by_role("dialog", name="Kirim foto")
    sheet.get_by_label("Keterangan").fill("surat dari polsek")
    sheet.get_by_role("button", name="Kirim", exact=True).click()

    expect(sheet).to_be_hidden()
    expect(phone.resident.last).to_contain_text("surat dari polsek")
    expect_state(phone.resident.last, "diterima Kabar")
    picture = phone.resident.last.get_by_role("img", name="Foto: surat kehilangan.jpg")
    expect(picture).to_have_js_property("complete", value=True)
    expect(picture).to_have_js_property("naturalWidth", 320)
    file = stack.staff("GET", f"/staff/requests/{request}").json
    assert "image" in {message["kind"] for message in file["messages"]}


def test_the_desk_makes_it_ready_and_the_bubble_appears_by_itself(phone: Phone, stack: Devstack) -> None:
    request = ask(phone)
    make_ready(stack, request)
    ready = phone.office.filter(has_text="SIAP DIAMBIL")
    expect(ready).to_contain_text(request)
    expect_state(ready, "templat")
    expect_state(ready, "sampai")


def test_without_whatsapp_the_word_comes_by_sms_a_minute_later(phone: Phone, stack: Devstack) -> None:
    request = ask(phone)
    drawer = phone.drawer()
    drawer.get_by_label("WhatsApp terpasang").uncheck()
    expect(phone.page.get_by_role("status")).to_have_text("WhatsApp tidak ada di ponsel ini.")
    expect(phone.text).to_be_disabled()

    make_ready(stack, request)
    expect_state(phone.office.filter(has_text="SIAP DIAMBIL"), "gagal")
    drawer.get_by_role("button", name="+1 menit").click()

    expect(phone.entry("SMS").locator(".badge")).to_have_text("1")
    phone.enter("SMS")
    expect(phone.office).to_have_count(1)
    expect(phone.office).to_contain_text(request)
    expect_state(phone.office, "DUKCAPIL.*diterima operator")
    expect(phone.text).to_be_hidden()


def test_a_phone_that_was_off_gets_what_still_makes_sense(phone: Phone, stack: Devstack) -> None:
    request = ask(phone)
    power = phone.drawer().get_by_label("Ponsel menyala")
    power.uncheck()
    expect(phone.page.get_by_role("status")).to_have_text("Ponsel mati. Pesan baru menunggu.")
    make_ready(stack, request)
    ready = phone.office.filter(has_text="SIAP DIAMBIL")
    expect_state(ready, "terkirim, belum sampai")

    power.check()

    expect_state(ready, "sampai$")
    expect(phone.page.get_by_role("status")).to_be_hidden()


def test_a_template_that_was_not_delivered_in_time_has_become_an_sms_and_stays_away(phone: Phone, stack: Devstack) -> None:
    request = ask(phone)
    power = phone.drawer().get_by_label("Ponsel menyala")
    power.uncheck()
    expect(phone.text).to_be_disabled()
    make_ready(stack, request)
    ready = phone.office.filter(has_text="SIAP DIAMBIL")
    expect_state(ready, "terkirim, belum sampai")
    phone.drawer().get_by_role("button", name="+1 jam").click()
    expect(phone.entry("SMS").locator(".badge")).to_have_text("1")

    power.check()

    expect(phone.text).to_be_enabled()
    expect_state(ready, "terkirim, belum sampai")
