"""A resident has another number: the notice of an open request goes there, and who gets the old number learns nothing."""

from tests.system.cases import Case, daytime, opened, pass_minutes
from tests.system.client import Devstack


def test_the_ready_notice_goes_to_the_new_number(faulty: Devstack) -> None:
    case = opened(faulty)
    new = "+6281710000001"
    pass_minutes(faulty, 1)

    for _ in range(2):
        moved = faulty.sim("moved", **{"from": case.phone, "to": new, "phone_number_id": case.number, "id": f"wamid.{case.id}"})
        assert moved["status"] == 200
    case.change("processing", "ready")
    faulty.settle()

    assert case.seen() == []
    [ready] = faulty.outbox(new)
    assert case.id in ready["body"]
    assert "SIAP DIAMBIL" in ready["body"]


def test_whoever_gets_the_old_number_is_somebody_new(faulty: Devstack) -> None:
    case = opened(faulty)
    faulty.sim("moved", **{"from": case.phone, "to": "+6281710000002", "phone_number_id": case.number})
    pass_minutes(faulty, 1)

    case.say("CEK")
    faulty.settle()

    assert case.id not in faulty.outbox(case.phone)[-1]["body"]
    assert "tidak menemukan" in faulty.outbox(case.phone)[-1]["body"]
    other = Case(faulty)
    other.phone = "+6281710000002"
    other.say("CEK")
    faulty.settle()
    assert case.id in faulty.outbox(other.phone)[-1]["body"]


def test_who_has_a_user_id_alone_is_asked_for_a_number_and_gets_the_sms_there(faulty: Devstack) -> None:
    daytime(faulty)
    case = Case(faulty)
    case.phone, phone = "ID.7731SYSTEM", "+6281710000003"
    case.open()
    faulty.settle()
    case.opened()
    assert "balas dengan nomor HP Anda" in faulty.outbox(case.phone)[-1]["body"]
    pass_minutes(faulty, 1)

    case.say("nomor saya 0817-1000-0003")
    faulty.settle()
    assert "SMS ke +62…003" in faulty.outbox(case.phone)[-1]["body"]
    case.fault("undeliverable", times=5)
    case.change("processing", "ready")
    faulty.settle()
    pass_minutes(faulty, 1)

    [sms] = [one for one in faulty.outbox(phone) if one["channel"] == "sms"]
    assert case.id in sms["body"]
    assert "SIAP DIAMBIL" in sms["body"]
