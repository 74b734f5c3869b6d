"""What a circuit is about."""

from chalicelib.domain import circuit


def test_scopes_of_numbers_and_templates_cannot_be_mistaken_for_each_other() -> None:
    assert circuit.SMS == "sms"
    assert circuit.number("100000000000002") == "number:100000000000002"
    assert circuit.template("kabar_opened", "id") == "template:kabar_opened:id"
