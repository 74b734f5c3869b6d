"""What residents mean: measured on a list of messages, of which rules have seen one part only."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain import rules, spelling
from chalicelib.domain.catalogue import Office
from chalicelib.domain.conversation import Intent, decide
from chalicelib.domain.intents import understand
from chalicelib.domain.phrases import SERVICE
from chalicelib.domain.rules import Wish
from tests.unit.domain import intent_list, samples
from tests.unit.domain.intent_list import Labelled

# An example office that has all services.
NAMES = dict(load_offices()["9171"].names)
MESSAGES = intent_list.messages()
HELD_OUT = [one for one in MESSAGES if one.held_out]
WRITTEN_ON = [one for one in MESSAGES if not one.held_out]


def right(listed: list[Labelled]) -> float:
    return sum(intent_list.meant(one.text, NAMES) == (one.intent, one.service) for one in listed) / len(listed)


def test_the_list_is_long_and_half_of_it_is_held_out() -> None:
    assert len(MESSAGES) >= 600
    assert len(HELD_OUT) >= 400
    assert {one.intent for one in HELD_OUT} == {one.intent for one in WRITTEN_ON} == set(intent_list.INTENTS)
    texts = [(one.text, one.held_out) for one in MESSAGES]
    assert len({text for text, _ in texts}) > 0.9 * len(texts)


def test_residents_are_understood() -> None:
    assert right(WRITTEN_ON) >= 0.98
    assert right(HELD_OUT) >= 0.95


@pytest.mark.parametrize("intent", intent_list.INTENTS)
def test_each_intent_is_found_and_not_mistaken(intent: str) -> None:
    [held_out] = [one for one in intent_list.figures(HELD_OUT, NAMES) if one.intent == intent]

    assert held_out.precision >= 0.8
    assert held_out.recall >= 0.8


@pytest.mark.parametrize("intent", ["open", "another", "opt_out"])
@pytest.mark.parametrize("listed", [HELD_OUT, WRITTEN_ON], ids=["held out", "written on"])
def test_nothing_is_opened_and_nobody_silenced_by_mistake(intent: str, listed: list[Labelled]) -> None:
    wrong = [one.text for one in listed if intent_list.meant(one.text, NAMES)[0] == intent != one.intent]

    assert wrong == []


@pytest.mark.parametrize("service", [None, "KK", "KTP", "PINDAH"])
def test_on_no_number_a_message_opens_what_it_does_not_ask_for(service: str | None) -> None:
    wrong = []
    for one in MESSAGES:
        decision = decide(samples.message(one.text), samples.contact(), samples.OFFICE, service)
        asked = one.service in {service, decision.opens} if one.intent == "open" else one.intent == "another"
        if decision.intent is Intent.OPEN and not asked:
            wrong.append(one.text)

    assert wrong == []


@pytest.mark.parametrize("service", ["KK", "KTP", "PINDAH"])
def test_on_its_own_number_whoever_asks_for_the_service_gets_it(service: str) -> None:
    asking = [one for one in MESSAGES if one.service == service]
    decisions = [decide(samples.message(one.text), samples.contact(), samples.OFFICE, service) for one in asking]

    assert sum(decision.opens == service for decision in decisions) / len(asking) >= 0.97


@pytest.mark.parametrize(
    ("text", "wish", "rule"),
    [
        ("mau bikin kk", Wish.OPEN, "wants a document"),
        ("ktp sy ilang", Wish.OPEN, "asks for a document"),
        ("ktp", Wish.OPEN, "names a document"),
        ("sudah jadi belum", Wish.STATUS, "asks how it stands"),
        ("syarat bikin kk apa aja", Wish.HELP, "asks how it is done"),
        ("stop", Wish.OPT_OUT, "wants no more messages"),
        ("halo", Wish.GREETING, ""),
        ("iya", Wish.YES, ""),
        ("jangan dibatalkan", Wish.NO, "says no"),
        ("🙏🙏", Wish.THANKS, ""),
        ("", Wish.ELSE, ""),
        ("السلام عليكم", Wish.GREETING, ""),
        ("asdf qwer", Wish.ELSE, ""),
    ],
)
def test_a_meaning_names_its_rule(text: str, wish: Wish, rule: str) -> None:
    meaning = understand(text, NAMES)

    assert (meaning.wish, meaning.rule) == (wish, rule)


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("mau bikin kk", ("KK",)),
        ("mau bikin kk, ktp sudah ada", ("KK",)),
        ("ktp dan kk sudah saya kirim", ("KTP", "KK")),
        ("mau urus kartu kluarga", ("KK",)),
        ("surat pndah", ("PINDAH",)),
        ("mau bikin akta kematian", ("MATI",)),
        ("mau bikin akta", ("LAHIR",)),
        ("mau bikin sim", ()),
        ("nama saya Indah", ()),
        ("mau pindai dulu", ()),
    ],
)
def test_services_are_found_by_what_people_call_them(text: str, services: tuple[str, ...]) -> None:
    assert understand(text, NAMES).services == services


@pytest.mark.parametrize("said", ["jangan berhenti diproses", "stop dulu pak saya mau tanya", "kapan berhenti antri",
                                  "mulai kapan bisa diambil", "stop prosesnya dulu", "berhenti kerja"])  # fmt: skip
def test_whoever_speaks_of_stopping_is_not_silenced(said: str) -> None:
    assert understand(said, NAMES).wish not in {Wish.OPT_OUT, Wish.OPT_IN}


class TestHarshInput:
    @pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u00ad", "\ufeff", "\u0301"])
    def test_what_cannot_be_seen_changes_nothing(self, hidden: str) -> None:
        assert understand(hidden.join("ktp hilang"), NAMES).wish is Wish.OPEN

    @pytest.mark.parametrize("blank", ["\u00a0", "\t", "\u3000", "\x00", "\r\n", "  "])
    def test_blanks_of_all_kinds_part_words(self, blank: str) -> None:
        assert understand(f"kartu{blank}keluarga" if blank != "\r\n" else "kartu keluarga", NAMES).services == ("KK",)

    def test_a_forwarded_chain_is_read_no_further_than_its_beginning(self) -> None:
        assert understand("yth warga sekalian " * 100 + "stop", NAMES).wish is Wish.ELSE

    @given(st.text(max_size=300))
    def test_any_text_has_a_meaning(self, text: str) -> None:
        assert understand(text, NAMES).wish in Wish

    @given(st.lists(st.sampled_from(sorted({word for one in MESSAGES for word in one.text.split()})), max_size=60))
    def test_any_words_have_a_meaning(self, said: list[str]) -> None:
        assert set(understand(" ".join(said), NAMES).services) <= {*NAMES.values()}


class TestTables:
    """The data, which anybody may extend, kept from contradicting itself."""

    def test_what_is_typed_stands_in_one_row(self) -> None:
        seen: dict[str, str] = {}
        for word, all_ in spelling.rows():
            for typed in all_:
                assert seen.setdefault(typed, word) == word, f"{typed} is both {seen[typed]} and {word}"

    def test_rules_speak_of_words_as_they_are_spelled(self) -> None:
        dead = {word for word, typed in _typed() if word != typed} & set(_in_rules())

        assert dead == set(), "these are spellings of other words, so no rule will ever meet them"

    def test_rules_have_names_of_their_own(self) -> None:
        names = [rule.name for rule in rules.RULES]

        assert len(set(names)) == len(names)

    def test_groups_that_rules_name_are_there(self) -> None:
        named = {name for rule in rules.RULES for name in re.findall(r"<(\w+)>", rule.says + rule.unless)}

        assert named == set(rules.GROUPS) | {"service"}

    @pytest.mark.parametrize("office", load_offices().values(), ids=lambda office: office.code)
    def test_no_two_services_of_an_office_are_called_the_same(self, office: Office) -> None:
        called = [spelling.plain(word) for service in office.services.values() for word in service.words]

        assert len(set(called)) == len(called)


def _typed() -> Iterator[tuple[str, str]]:
    return ((typed, word) for word, all_ in spelling.rows() for typed in all_)


def _in_rules() -> Iterator[str]:
    for rule in rules.RULES:
        for phrase in rule.phrases + rule.exceptions:
            for element in phrase.elements:
                yield from (word for word in element.words or () if word != SERVICE)
