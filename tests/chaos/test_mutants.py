"""Whatever is broken in delivery, some test notices."""

import pytest

from tests.chaos.mutants import MUTANTS, ROOT, SOUND, Mutant, survivors

# All of them are `make mutants`: that takes minutes.
PLAYED = MUTANTS[::3]


@pytest.fixture(scope="module")
def unseen() -> dict[str, str | None]:
    """Why each mutant was not noticed, None for those that were; all are tried together."""
    return {mutant.name: why for mutant, why in survivors((SOUND, *PLAYED))}


@pytest.mark.parametrize("name", [mutant.name for mutant in PLAYED])
def test_a_way_to_break_delivery_is_noticed(unseen: dict[str, str | None], name: str) -> None:
    assert unseen[name] is None


def test_what_is_sound_is_not_taken_for_broken(unseen: dict[str, str | None]) -> None:
    why = unseen[SOUND.name]
    assert why is not None
    assert "0 lost" in why


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_what_is_to_be_broken_is_there(mutant: Mutant) -> None:
    assert (ROOT / mutant.path).read_text().count(mutant.old) == 1


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 14
