"""The scenes of what the office has beside its list: residents' files, its own phone, Meta's moods, and figures."""

import hashlib

from devstack.demo.people import JAYAPURA, KTP, Resident
from devstack.demo.stage import Stage

_TEMPLATE = "kabar_ready_pdf"


def photos(stage: Stage, siti: Resident) -> None:
    """What Siti sent is at the desk."""
    stage.scene("Siti's photos are in the office's own store. The desk gets a link to each, good for five minutes")
    files = stage.desk.photos(siti.number())
    stage.check("both are kept, as what they are", [one.get("content_type") for one in files] == ["image/jpeg"] * 2)
    link = str(files[0].get("link", ""))
    stage.say(f"{link.partition('?')[0]}?…")
    content = stage.desk.opens_link(link)
    stage.check("the link gives the very photo", hashlib.sha256(content).hexdigest() == files[0].get("sha256"))
    stage.check("without the link's signature there is nothing", not stage.desk.opens_link(link.partition("?")[0]))


def own_phone(stage: Stage, yosef: Resident) -> None:
    """An officer answers on the office's own phone."""
    stage.scene("An officer answers Yosef on the office's own phone. The robot keeps quiet meanwhile")
    stage.desk.types(JAYAPURA, yosef.phone, "Selamat pagi Pak, surat kelahiran dari bidan sudah ada?")
    read = len(yosef.inbox())
    yosef.writes(JAYAPURA, "sudah bu, besok saya foto. terima kasih")
    stage.settle()
    stage.check("nobody talks over the officer", len(yosef.inbox()) == read)
    said = [one.get("from") for one in stage.desk.file(yosef.number())["messages"]]
    stage.check("both are in the request's file", said[-2:] == ["office", "resident"])
    stage.say("The officer types: /proses and the number.")
    stage.desk.types(JAYAPURA, yosef.phone, f"/proses {yosef.number()}")
    stage.settle()
    stage.check("the request has moved", stage.desk.file(yosef.number())["request"]["status"] == "processing")


def reminder(stage: Stage, siti: Resident) -> None:
    """What Siti was asked for has not come by the day that she was told."""
    stage.scene("Siti has not sent the photo that she was asked for. She is reminded, once")
    stage.got(siti, "whatsapp", "text", "masih menunggu", siti.number())
    told = [one["kind"] for one in stage.desk.file(siti.number())["notices"]]
    stage.check("once", told.count("reminder") == 1)


def paused_template(stage: Stage, rina: Resident) -> None:
    """Meta pauses a template; what it would have said goes by SMS until it is back."""
    stage.scene("Meta has paused the template for documents to download. Rina's family card is ready")
    stage.template(_TEMPLATE, "paused")
    stage.desk.sets(rina.number(), "processing")
    stage.desk.sets(rina.number(), "ready")
    stage.settle()
    stage.got(rina, "sms", "sms", "sudah terbit", rina.number())
    [ready] = [one for one in stage.desk.file(rina.number())["notices"] if one["kind"] == "ready"]
    stage.check("WhatsApp was not even tried", [one["channel"] for one in ready["attempts"]] == ["sms"])
    stage.say("Meta takes it back.")
    stage.template(_TEMPLATE, "approved")


def rating(stage: Stage, budi: Resident) -> None:
    """Budi has his card, and says how it was."""
    stage.scene("Budi has his card, and is asked how it was. What he says is counted without him")
    stage.desk.sets(budi.number(), "completed")
    stage.settle()
    stage.got(budi, "whatsapp", "template", "Bagaimana pelayanan kami?")
    budi.writes(KTP, "4")
    stage.settle()
    stage.got(budi, "whatsapp", "text", "Terima kasih")
    file = stage.desk.file(budi.number())
    stage.check("his file does not say what he answered", "4" not in [one.get("text") for one in file["messages"]])


def figures(stage: Stage) -> None:
    """What the day was, counted."""
    stage.scene("The head of the office asks how the day was")
    told = stage.desk.statistics()["all"]
    ready, notices, rated = told["ready"], told["notices"], told["ratings"]
    opened, closed, waiting = told["opened"], sum(told["closed"].values()), sum(told["open"].values())
    stage.say(f"Opened {opened}, closed {closed}, open {waiting}. Ready {ready['count']}, in time {ready['kept']},")
    stage.say(
        f"median {ready['median_hours']} hours. By WhatsApp {notices['whatsapp_arrived']}, by SMS {notices['sms_accepted']}."
    )
    stage.check("six requests at this office, one of them closed", (opened, closed) == (6, 1))
    stage.check("three notices went by SMS", notices["sms_accepted"] == 3)  # noqa: PLR2004
    stage.check("Budi's rating is not shown alone, but with four more", rated["answers"] == 0)
