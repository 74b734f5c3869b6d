"""The page alone, with a simulator whose Kabar only writes down what it is told."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Opener
from tests.browser.phone import DESK, POCKET, Phone, expect_state
from tests.unit.simulator.stand import KK, KTP, SITI, Stand, running, template, text

HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"

_WIDE = """() => [document.documentElement, ...document.querySelectorAll('.side, .log, dialog[open]')]
    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.className || one.localName)"""


@pytest.fixture
def stand(browser: Browser) -> Iterator[Stand]:
    assert browser.is_connected()
    with running() as stand:
        yield stand


@pytest.fixture
def phone(stand: Stand, phone_at: Opener) -> Phone:
    """Siti's phone on a desk, with the chat for identity cards open, in which Kabar may answer."""
    stand.hear()
    phone = phone_at(stand.url)
    phone.open(SITI, KTP)
    return phone


def menu(*titles: str, body: str = "Pilih layanan", button: str = "Lihat layanan") -> dict[str, object]:
    rows = [{"id": f"row-{place}", "title": title, "description": f"Tentang {title}"} for place, title in enumerate(titles)]
    interactive = {
        "type": "list",
        "header": {"type": "text", "text": "Daftar"},
        "body": {"text": body},
        "footer": {"text": "Semua GRATIS"},
        "action": {"button": button, "sections": [{"title": "Layanan", "rows": rows}]},
    }
    return {"messaging_product": "whatsapp", "to": SITI, "type": "interactive", "interactive": interactive}


def buttons(*titles: str, body: str = "Pilih") -> dict[str, object]:
    replies = [{"type": "reply", "reply": {"id": f"button-{place}", "title": title}} for place, title in enumerate(titles)]
    interactive = {"type": "button", "body": {"text": body}, "action": {"buttons": replies}}
    return {"messaging_product": "whatsapp", "to": SITI, "type": "interactive", "interactive": interactive}


def told(stand: Stand) -> Any:
    """The last message that Kabar got."""
    stand.wait(lambda: any("messages" in received.value for received in stand.kabar.received))
    return [received.value for received in stand.kabar.received if "messages" in received.value][-1]["messages"][0]


def sms(stand: Stand, body: str) -> None:
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=invented"}
    fields = {"Action": "Publish", "PhoneNumber": f"+{SITI}", "Message": body}
    assert stand.http.request("POST", stand.url, fields=fields, headers=headers, encode_multipart=False).status == 200


def test_words_are_shown_as_words_wherever_they_stand(stand: Stand, phone: Phone) -> None:
    phone.say(HOSTILE)
    expect(phone.resident.last).to_contain_text(HOSTILE)
    assert stand.send(text(body=HOSTILE)).status == 200
    assert stand.send(buttons("<b>tebal</b>", body=HOSTILE)).status == 200
    hostile: Any = menu("<i>miring</i>", body=HOSTILE, button="<u>buka</u>")
    hostile["interactive"] |= {"header": {"type": "text", "text": HOSTILE[:60]}, "footer": {"text": HOSTILE[:60]}}
    assert stand.send(hostile).status == 200
    sms(stand, HOSTILE)

    expect(phone.office).to_have_count(3)
    expect(phone.office.filter(has_text=HOSTILE)).to_have_count(3)
    expect(phone.entry("KTP-el")).to_contain_text(HOSTILE)
    phone.button("<b>tebal</b>").click()
    expect(phone.resident.last).to_contain_text("<b>tebal</b>")
    phone.button("<u>buka</u>").click()
    expect(phone.page.get_by_role("dialog", name="<u>buka</u>")).to_contain_text("<i>miring</i>")
    phone.button("Tutup").locator("visible=true").click()
    phone.enter("SMS")
    expect(phone.office).to_contain_text(HOSTILE)
    assert phone.page.locator(".log img, .log script, .log b, .log i, .chats img, dialog i").count() == 0
    assert phone.page.title() == "Ponsel warga · Kabar"


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("*tebal* dan _miring_", ["strong:tebal", "em:miring"]),
        ("~salah~ ```kode *apa adanya*```", ["s:salah", "code:kode *apa adanya*"]),
        ("*_dua_ kali*", ["strong:dua kali", "em:dua"]),
        ("2*3*4 dan a_b_c tetap", []),
        ("* bukan * dan *\ntebal*", []),
        ("(*KTP-7F3K-9QXM-2DM*), *dua*.", ["strong:KTP-7F3K-9QXM-2DM", "strong:dua"]),
    ],
)
def test_whatsapp_s_marks_are_shown_as_whatsapp_shows_them(stand: Stand, phone: Phone, words: str, marked: list[str]) -> None:
    stand.send(text(body=words))
    expect(phone.office).to_have_count(1)
    found = phone.office.locator(".words *").evaluate_all("all => all.map(one => `${one.localName}:${one.textContent}`)")
    assert found == marked


def test_both_sides_are_in_order_with_their_times(stand: Stand, phone: Phone) -> None:
    for number in range(2):
        phone.say(f"tanya {number}")
        expect(phone.resident).to_have_count(number + 2)
        stand.post("/sim/advance", {"seconds": 60})
        stand.send(text(body=f"jawab {number}"))
        stand.post("/sim/advance", {"seconds": 60})
    stand.post("/sim/advance", {"seconds": 86_400})
    stand.send(template("a", "b"))

    expect(phone.office).to_have_count(3)
    shown = phone.log.locator("li").evaluate_all("all => all.map(one => one.innerText.split('\\n').filter(Boolean))")
    flat = [" ".join(lines) for lines in shown]
    expected = [
        "Senin, 2 Maret 2026",
        "Anda: CEK 10.04",
        "Anda: tanya 0 10.04",
        "Kantor: jawab 0 10.05",
        "Anda: tanya 1 10.06",
        "Kantor: jawab 1 10.07",
        "Selasa, 3 Maret 2026",
        "Kantor: Kabar baik!",
    ]
    assert [line.startswith(start) for line, start in zip(flat, expected, strict=True)] == [True] * 8, flat


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (None, "sampai"),
        ("silent", "diterima WhatsApp"),
        ("receipts:sent_only", "terkirim, belum sampai"),
        ("receipts:read_only", "dibaca"),
        ("failed:131026", "gagal, tidak sampai"),
    ],
)
def test_a_bubble_says_how_far_kabar_s_message_came(stand: Stand, phone: Phone, outcome: str | None, words: str) -> None:
    if outcome:
        stand.post("/sim/faults", {"outcome": outcome})
    stand.send(buttons("Cek status"))
    expect_state(phone.office, f"{words}$")
    arrived = words in {"sampai", "dibaca"}
    assert phone.button("Cek status").is_enabled() == arrived


def test_a_message_that_kabar_refuses_says_so_until_it_is_taken(stand: Stand, phone: Phone) -> None:
    stand.kabar.answers.append(503)
    phone.say("ktp saya hilang")
    expect_state(phone.resident.last, "belum diterima Kabar")
    expect(phone.page.get_by_role("alert").filter(has_text="HTTP 503")).to_be_visible()


def test_a_list_opens_as_a_sheet_and_a_row_is_sent_as_a_row(stand: Stand, phone: Phone) -> None:
    stand.send(menu("Kartu Keluarga", "KTP-el"))
    stand.kabar.received.clear()
    phone.button("Lihat layanan").click()
    sheet = phone.page.get_by_role("dialog", name="Lihat layanan")
    expect(sheet).to_contain_text("Tentang KTP-el")
    sheet.get_by_role("button").filter(has_text="KTP-el").click()

    expect(sheet).to_be_hidden()
    expect(phone.resident.last).to_contain_text("KTP-el")
    message = told(stand)
    assert message["interactive"] == {
        "type": "list_reply",
        "list_reply": {"id": "row-1", "title": "KTP-el", "description": "Tentang KTP-el"},
    }
    assert message["context"]["id"] == stand.outbox()[0]["provider_id"]


def test_a_pressed_button_is_sent_with_what_it_answers(stand: Stand, phone: Phone) -> None:
    stand.send(buttons("Ajukan KTP", "Cek status"))
    phone.button("Cek status").click()
    expect(phone.resident.last).to_contain_text("Cek status")
    message = told(stand)
    assert message["interactive"]["button_reply"] == {"id": "button-1", "title": "Cek status"}
    assert message["context"]["id"] == stand.outbox()[0]["provider_id"]


def test_several_files_are_several_messages_and_the_first_has_the_caption(stand: Stand, phone: Phone) -> None:
    stand.kabar.received.clear()
    phone.choose_files(
        [
            {"name": "kk.png", "mimeType": "image/png", "buffer": b"no picture, but nobody looks"},
            {"name": "akta <b>.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"},
        ]
    )
    sheet = phone.page.get_by_role("dialog", name="Kirim 2 berkas")
    sheet.get_by_label("Keterangan").fill("berkas saya")
    sheet.get_by_label("Keterangan").press("Enter")
    expect(sheet).to_be_hidden()
    expect(phone.resident.last).to_contain_text("akta <b>.pdf")
    messages = [received.value["messages"][0] for received in stand.kabar.received]
    assert [(one["type"], one[one["type"]].get("caption")) for one in messages] == [
        ("image", "berkas saya"),
        ("document", None),
    ]
    assert messages[1]["document"]["filename"] == "akta <b>.pdf"


def test_a_photo_that_is_too_large_is_not_sent(phone: Phone) -> None:
    phone.choose_files([{"name": "besar.jpg", "mimeType": "image/jpeg", "buffer": b"x" * (5 * 1024 * 1024 + 1)}])
    sheet = phone.page.get_by_role("dialog", name="Kirim foto")
    expect(sheet.get_by_role("alert")).to_have_text("besar.jpg terlalu besar: paling besar 5 MB.")
    expect(sheet.get_by_role("button", name="Kirim", exact=True)).to_be_disabled()


def test_each_phone_has_its_own_chats_and_a_number_can_be_typed(stand: Stand, phone: Phone) -> None:
    stand.send(text(body="Untuk Siti"))
    expect(phone.office).to_contain_text("Untuk Siti")
    phone.button("Budi").click()
    expect(phone.office).to_have_count(0)
    expect(phone.button("Budi")).to_have_attribute("aria-pressed", "true")

    field = phone.page.get_by_label("Nomor ponsel")
    field.fill("0812 0000 0001")
    field.press("Enter")

    expect(phone.office).to_contain_text("Untuk Siti")
    expect(field).to_have_value("+62 812-0000-0001")
    field.fill("bukan nomor")
    field.press("Enter")
    expect(phone.page.get_by_role("alert").filter(has_text="7 sampai 15 angka")).to_be_visible()
    expect(phone.office).to_contain_text("Untuk Siti")


def test_a_reload_comes_back_to_the_same_chat(stand: Stand, phone: Phone) -> None:
    stand.hear(number=KK)
    stand.send(text(body="Dari KK"), number=KK)
    phone.enter("Kartu Keluarga")
    expect(phone.office).to_contain_text("Dari KK")
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="Kartu Keluarga")).to_be_visible()
    expect(phone.office).to_contain_text("Dari KK")


def test_the_clock_is_shown_and_moved(stand: Stand, phone: Phone) -> None:
    drawer = phone.drawer()
    for name, shown in (
        ("+1 menit", "Senin, 2 Maret 2026, 10.05 WIB"),
        ("+1 jam", "Senin, 2 Maret 2026, 11.05 WIB"),
        ("+1 hari", "Selasa, 3 Maret 2026, 11.05 WIB"),
    ):
        drawer.get_by_role("button", name=name).click()
        expect(drawer.get_by_role("time")).to_have_text(shown)
    assert stand.get("/sim/state")["now"].startswith("2026-03-03T04:05")


def test_faults_are_ordered_listed_and_taken_back(stand: Stand, phone: Phone) -> None:
    drawer = phone.drawer()
    drawer.get_by_label("Yang terjadi").select_option(label="ditolak dengan kode")
    drawer.get_by_label("Kode").fill("131056")
    drawer.get_by_label("Berapa kali").fill("2")
    drawer.get_by_role("button", name="Pasang gangguan").click()
    waiting = drawer.get_by_role("list", name="Gangguan yang menunggu")
    expect(waiting).to_contain_text("2× ditolak dengan kode 131056, ke +62 812-0000-0001")
    assert stand.get("/sim/faults") == [{"to": SITI, "channel": None, "outcome": "error:131056", "times": 2}]

    drawer.get_by_label("Saluran").select_option("sms")
    drawer.get_by_role("button", name="Pasang gangguan").click()
    expect(drawer.get_by_role("alert")).to_contain_text("means nothing for channel sms")
    phone.complaints.clear()  # the browser reports every 400
    drawer.get_by_role("button", name="Hapus semua gangguan").click()
    expect(waiting.get_by_role("listitem")).to_have_count(0)
    assert stand.get("/sim/faults") == []


def test_every_fault_has_a_name_in_the_menu(stand: Stand, phone: Phone) -> None:
    named = phone.drawer().get_by_label("Yang terjadi").get_by_role("option").all_inner_texts()
    assert len(named) == len(stand.get("/sim/account")["outcomes"])
    assert not [name for name in named if re.search("[_:<]", name)]


def test_everything_can_be_done_with_the_keyboard_alone(stand: Stand, phone: Phone) -> None:
    page = phone.page
    stand.send(buttons("Cek status"))
    expect(phone.button("Cek status")).to_be_enabled()
    expect(phone.text).to_be_focused()

    def go_to(name: str, key: str = "Tab") -> None:
        for _ in range(40):
            page.keyboard.press(key)
            focused = page.evaluate(
                "[document.activeElement.getAttribute('aria-label'), document.activeElement.innerText].join()"
            )
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            if name in focused:
                assert outline == "solid", "nobody sees where the focus is"
                return
        raise AssertionError(f"{name} cannot be reached")

    page.keyboard.type("ktp saya hilang")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("minggu lalu")
    page.keyboard.press("Enter")
    expect(phone.resident.last).to_contain_text("ktp saya hilang\nminggu lalu")
    go_to("Cek status", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(phone.resident.last).to_contain_text("Cek status")
    go_to("Tandai dibaca")
    page.keyboard.press("Space")
    expect_state(phone.office, "dibaca")
    expect(phone.text).to_be_focused()
    go_to("Kartu Keluarga", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kartu Keluarga")).to_be_visible()
    expect(phone.text).to_be_focused()
    go_to("Alat uji", "Shift+Tab")
    page.keyboard.press("Enter")
    go_to("+1 jam")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Alat uji").get_by_role("time")).to_contain_text("11.04")
    expect(page.get_by_role("button", name="+1 jam")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    go_to("Pakai", "Shift+Tab")


def test_the_focus_stays_on_a_button_while_messages_come(stand: Stand, phone: Phone) -> None:
    stand.send(buttons("Cek status"))
    button = phone.button("Cek status")
    expect(button).to_be_enabled()
    button.focus()
    stand.send(text(body="Satu lagi"))
    stand.post("/sim/read", {"phone": SITI})
    expect(phone.office).to_have_count(2)
    expect_state(phone.office.first, "dibaca")
    expect(button).to_be_focused()


@pytest.mark.parametrize("size", [(320, 568), POCKET, (700, 900), (820, 700), (1160, 700), DESK])
def test_nothing_is_wider_than_the_screen(stand: Stand, phone_at: Opener, size: tuple[int, int]) -> None:
    stand.hear()
    stand.send(text(body="Tanpaspasi" * 60 + " https://contoh.invalid/" + "x" * 200))
    stand.send(buttons("W" * 20, "W" * 19, body="*" + "W" * 300 + "*"))
    stand.send(menu("W" * 24, body="Pilih"))
    phone = phone_at(stand.url, size)
    phone.open(SITI, KTP)
    expect(phone.office).to_have_count(3)
    phone.say("W" * 500)
    expect(phone.resident).to_have_count(2)
    stand.settle()

    def fits() -> None:
        wide = phone.page.evaluate(_WIDE)
        assert wide == []

    fits()
    assert phone.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    phone.button("Lihat layanan").click()
    fits()
    phone.page.keyboard.press("Escape")
    phone.choose_files([{"name": "x" * 200 + ".jpg", "mimeType": "image/jpeg", "buffer": b"x"}] * 4)
    fits()
    phone.page.keyboard.press("Escape")
    stand.post("/sim/faults", {"outcome": "receipts:delivered_after_failed", "to": SITI, "channel": "whatsapp"})
    drawer = phone.drawer()
    expect(drawer.get_by_role("listitem")).to_have_count(1)
    fits()
    drawer.get_by_role("button", name="Tutup").click()
    back = phone.button("Kembali ke daftar obrolan")
    if back.is_visible():
        back.click()
        expect(phone.chats).to_be_visible()
        fits()


def test_in_the_pocket_it_is_the_list_or_a_chat(stand: Stand, phone_at: Opener) -> None:
    phone = phone_at(stand.url, POCKET)
    phone.open(SITI)
    expect(phone.text).to_be_hidden()
    phone.enter("KTP-el")
    expect(phone.text).to_be_focused()
    expect(phone.chats).to_be_hidden()
    phone.button("Kembali ke daftar obrolan").click()
    expect(phone.entry("KTP-el")).to_be_focused()


def test_a_long_chat_is_looked_at_from_its_end_and_not_torn_away_from_elsewhere(stand: Stand, phone: Phone) -> None:
    for number in range(30):
        stand.send(text(body=f"Pesan {number}"))
    expect(phone.office).to_have_count(30)
    expect(phone.office.last).to_be_in_viewport()
    phone.log.evaluate("log => { log.scrollTop = 0; }")
    expect(phone.office.first).to_be_in_viewport()
    stand.send(text(body="Pesan terakhir"))
    expect(phone.office).to_have_count(31)
    expect(phone.office.first).to_be_in_viewport()


def test_a_simulator_that_ends_is_told_and_one_that_comes_back_is_found(stand: Stand, phone: Phone) -> None:
    phone.page.context.set_offline(offline=True)
    expect(phone.page.get_by_role("status")).to_have_text("Tidak tersambung ke simulator. Mencoba lagi…")
    phone.page.context.set_offline(offline=False)
    expect(phone.page.get_by_role("status")).to_be_hidden()
    assert json.dumps(phone.complaints).count("ERR_INTERNET_DISCONNECTED") == len(phone.complaints)
    phone.complaints.clear()
    assert stand.simulator.idle()
