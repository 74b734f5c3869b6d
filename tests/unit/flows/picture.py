"""What the table holds, told without what chance decides: two worlds in the same state give the same picture."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.world import World

# Which write, and which answer, was the last: it says nothing of what the contact is.
_OF_NO_CONSEQUENCE = ("changed_by", "told#")


def picture(world: World, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every item, in an order of its own. without: beginnings of keys that do not matter."""
    names = _names(world)
    items = [item for item in world.store.everything() if not str(item["pk"]).startswith(without or ("-",))]
    return sorted((_named(item, names) for item in items), key=str)


def _names(world: World) -> dict[str, str]:
    """Drawn id → what it stands for."""
    people = {str(one["pk"]).removeprefix("CONTACT#"): _who(one) for one in world.items("CONTACT#", "CONTACT")}
    opened = sorted(world.requests(), key=lambda one: (one.service, people.get(one.contact_id or "", ""), one.opened_by))
    return people | {one.id: f"<request {number} {one.service}>" for number, one in enumerate(opened)}


def _who(contact: Mapping[str, Any]) -> str:
    merged = " merged" if "merged_into" in contact else ""
    return f"<{contact.get('phone')} {contact.get('user_id')}{merged}>"


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for id_, name in names.items():
            value = value.replace(id_, name)
        return value
    if isinstance(value, Mapping):
        return {name: _named(value[name], names) for name in sorted(value) if not name.startswith(_OF_NO_CONSEQUENCE)}
    if isinstance(value, frozenset):
        return sorted(_named(one, names) for one in value)
    return [_named(one, names) for one in value] if isinstance(value, list) else value
