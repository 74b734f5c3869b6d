"""The script. Its people and their numbers are invented."""

from devstack.demo import office
from devstack.demo.people import JAYAPURA, KK, KTP, PINDAH, Resident
from devstack.demo.stage import Stage

_NEXT_DAY_S = 25 * 3600


def play(stage: Stage) -> list[str]:
    """The whole day, and the morning after. Returns the ids of its requests."""
    siti = _family_card(stage)
    budi = _lost_card(stage)
    wati = stage.resident("Wati", "+62 812-0000-0003")
    joko = stage.resident("Joko", "+62 812-0000-0004")
    _moving(stage, wati, joko)
    dewi = _counter(stage)
    office.photos(stage, siti)
    _desk(stage, siti, budi)
    rina = _conversation(stage)
    yosef = _number_for_all(stage)
    office.own_phone(stage, yosef)
    _next_day(stage, wati, joko, dewi)
    office.reminder(stage, siti)
    office.paused_template(stage, rina)
    _look_up(stage, budi)
    office.rating(stage, budi)
    office.figures(stage)
    return [one.number() for one in (siti, budi, wati, joko, dewi, rina, yosef)]


def _family_card(stage: Stage) -> Resident:
    siti = stage.resident("Siti", "+62 812-0000-0001")
    stage.scene("Siti asks for a family card, with two photos")
    siti.writes(KK, "Assalamualaikum, mau bikin KK baru, kami baru nikah")
    siti.sends_photo(KK, "buku nikah")
    siti.sends_photo(KK)
    stage.settle()
    stage.got(siti, "whatsapp", "text", "sudah kami terima", "KK-")
    stage.check("three messages, one request, one answer", len(siti.inbox()) == 1)
    return siti


def _lost_card(stage: Stage) -> Resident:
    budi = stage.resident("Budi", "+62 812-0000-0002")
    stage.scene("Budi has lost his identity card, and WhatsApp delivers his message twice")
    first = budi.writes(KTP, "ktp saya hilang pak", id="wamid.demo.budi")
    again = budi.writes(KTP, "ktp saya hilang pak", id="wamid.demo.budi")
    stage.settle()
    stage.check("stored once, then known as a duplicate", (first["stored"], again["duplicate"]) == (1, 1))
    stage.check("answered once", len(budi.inbox()) == 1)
    stage.got(budi, "whatsapp", "text", "sudah kami terima", "KTP-")
    return budi


def _moving(stage: Stage, wati: Resident, joko: Resident) -> None:
    stage.scene("Wati and Joko are moving, and write to the number for that; Joko wants no messages beyond")
    wati.writes(PINDAH, "mau urus surat pindah")
    joko.writes(PINDAH, "Surat pindah")
    stage.settle()
    stage.got(wati, "whatsapp", "text", "PINDAH-")
    stage.check("Joko has his number", joko.number())
    joko.writes(PINDAH, "BERHENTI")
    stage.settle()
    stage.got(joko, "whatsapp", "text", "MULAI")


def _counter(stage: Stage) -> Resident:
    dewi = stage.resident("Dewi", "+62 812-0000-0005")
    stage.scene("Dewi comes to the counter. She leaves her number, but there is no WhatsApp on that phone")
    stage.without_whatsapp(dewi)
    request = stage.desk.walk_in("KTP", "Dewi", dewi.phone)
    stage.settle()
    stage.say("WhatsApp reports: undeliverable. A minute passes.")
    stage.pass_time(60)
    stage.got(dewi, "sms", "sms", request["id"], "GRATIS")
    return dewi


def _desk(stage: Stage, siti: Resident, budi: Resident) -> None:
    stage.scene("The officer works through the list")
    stage.check("five requests are waiting", len(stage.desk.open_requests()) == len(stage.people))
    stage.say("Siti's photo cannot be read: incomplete, with the reason.")
    stage.desk.sets(siti.number(), "incomplete", reason="foto buku nikah tidak terbaca")
    stage.say("Budi's card goes through: verified, then processing. Nobody needs to be told that.")
    stage.desk.sets(budi.number(), "verified")
    stage.desk.sets(budi.number(), "processing")
    stage.settle()
    stage.got(siti, "whatsapp", "template", "foto buku nikah tidak terbaca")
    stage.check("Budi has got nothing new", len(budi.inbox()) == 1)

    stage.scene("Budi asks how it stands")
    budi.writes(KTP, "cek")
    stage.settle()
    stage.got(budi, "whatsapp", "text", "Sedang diproses")

    stage.scene("Budi's card is ready. The officer's browser sends the click twice")
    version = stage.desk.file(budi.number())["request"]["version"]
    told = [stage.desk.sets_from(budi.number(), version, "ready", key="click-1") for _ in range(2)]
    stage.settle()
    stage.check("the same answer both times", told[0] == told[1])
    stage.got(budi, "whatsapp", "template", "SIAP DIAMBIL")
    stage.check("told once", len([one for one in budi.inbox() if "SIAP DIAMBIL" in one["body"]]) == 1)


def _conversation(stage: Stage) -> Resident:
    rina = stage.resident("Rina", "+62 812-0000-0006")
    stage.scene("Rina types in a hurry, and asks before she applies")
    rina.writes(KK, "asslmkm min")
    stage.settle()
    stage.got(rina, "whatsapp", "interactive", "Layanan nomor ini")
    rina.writes(KK, "syratny apa aja y klo kk ilng")
    stage.settle()
    stage.got(rina, "whatsapp", "interactive", "buku nikah", "GRATIS")
    stage.check("asking opens nothing", not rina.has_number())
    read = len(rina.inbox())
    rina.writes(KK, "kk sya ilng min, mw bkin bru")
    for _ in range(4):
        rina.sends_photo(KK)
    stage.settle()
    stage.got(rina, "whatsapp", "text", "sudah kami terima", "KK-")
    stage.check("the opening's answer stands for the four photos after it", len(rina.inbox()) == read + 1)

    stage.scene("One photo is missing. Rina sends a bundle, and is thanked once")
    stage.desk.checks_off(rina.number(), {"form-f-1-02": "received", "marriage-or-certificate": "received"})
    stage.desk.sets(rina.number(), "incomplete", reason="surat kehilangan dari polisi belum ada")
    stage.settle()
    stage.got(rina, "whatsapp", "template", "surat kehilangan")
    read = len(rina.inbox())
    for caption in ("ini suratnya", None, None):
        rina.sends_photo(KK, caption)
    stage.settle()
    stage.got(rina, "whatsapp", "text", "kiriman Anda", "paling lambat")
    stage.check("one answer to three photos", len(rina.inbox()) == read + 1)
    stage.check("the request is before the officer again", stage.desk.file(rina.number())["request"]["status"] == "submitted")

    stage.scene("The officer looks again. Rina asks how it stands, asks for a person, and thinks better of cancelling")
    stage.desk.checks_off(rina.number(), {"marriage-or-certificate": "received"})
    rina.writes(KK, "gmn kk sy")
    stage.settle()
    stage.got(rina, "whatsapp", "text", "Permohonan diterima", "bukti perubahan data")
    rina.writes(KK, "makasih, tapi kok lama bgt, mau bicara petugas")
    stage.settle()
    stage.got(rina, "whatsapp", "text", "Petugas menjawab")
    stage.check("an officer sees that she calls", "asks_human_at" in stage.desk.file(rina.number())["request"])
    rina.writes(KK, "batalin aja deh")
    stage.settle()
    stage.got(rina, "whatsapp", "interactive", "Anda yakin?")
    rina.presses(KK, "KEEP", "Tidak jadi batal")
    stage.settle()
    stage.got(rina, "whatsapp", "text", "tetap kami proses")
    return rina


def _number_for_all(stage: Stage) -> Resident:
    yosef = stage.resident("Yosef", "+62 812-0000-0007")
    stage.scene("In another time zone one number serves everything: Yosef chooses from a list")
    yosef.writes(JAYAPURA, "selamat pagi")
    stage.settle()
    stage.got(yosef, "whatsapp", "interactive", "Akta Kelahiran", "KTP-el")
    yosef.presses(JAYAPURA, "OPEN:LAHIR", "Akta Kelahiran")
    stage.settle()
    stage.got(yosef, "whatsapp", "text", "LAHIR-", "WIT")
    return yosef


def _next_day(stage: Stage, wati: Resident, joko: Resident, dewi: Resident) -> None:
    stage.scene("A day later: nobody's 24-hour window is open any more")
    stage.pass_time(_NEXT_DAY_S)
    for one in (wati, joko, dewi):
        stage.desk.sets(one.number(), "processing")
        stage.desk.sets(one.number(), "ready")
    stage.settle()
    stage.got(wati, "whatsapp", "template", "sudah terbit")
    stage.say("Joko opted out: nothing is sent to him.")
    [notice] = [one for one in stage.desk.file(joko.number())["notices"] if one["kind"] == "ready"]
    stage.check("Joko's notice is suppressed", notice["state"] == "suppressed" and "terbit" not in joko.inbox()[-1]["body"])
    stage.say("Dewi's phone still has no WhatsApp. A minute passes.")
    stage.pass_time(60)
    stage.got(dewi, "sms", "sms", "SIAP DIAMBIL")

    stage.scene("Joko asks; who asks is answered")
    joko.writes(PINDAH, "status")
    stage.settle()
    stage.got(joko, "whatsapp", "text", "Siap diunduh")


def _look_up(stage: Stage, budi: Resident) -> None:
    stage.scene("Budi's brother looks the number up on his own phone, and makes a typing error first")
    number = budi.number()
    typo = number[:-1] + ("2" if number[-1] != "2" else "3")
    refused = stage.web.call("GET", f"{stage.stack.api_url}/requests/{typo}", expect=422)
    stage.check("the check symbol catches it", refused["code"] == "mistyped_id")
    found = stage.web.call("GET", f"{stage.stack.api_url}/requests/{number}")
    stage.say(f"{found['id']}: {found['label']}. {found['next']} Bawa: {found['bring']}. {found['where']}")
    stage.check("ready, and no person in the answer", found["status"] == "ready" and "0002" not in str(found))
