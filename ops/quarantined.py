"""Elements in quarantine: what they are, and how they are tried again without being lost in between."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.inbound import NO_DAY
from chalicelib.ports import Delete, Item, Key, Put, Store
from chalicelib.table import notices
from chalicelib.table.values import Reader
from ops.failure import Failure

_FAMILY = "QUARANTINE#"
# Where an element lies while it is tried again, so that it is in neither place never.
_ASIDE = f"{_FAMILY}retry"


@dataclass(frozen=True)
class Element:
    """One quarantined element. items: its parts in order; while the first is there, the element is."""

    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        """What it is called by."""
        return f"{self._first['pk']}/{self._first['sk']}".removeprefix(_FAMILY)

    @property
    def kind(self) -> str:
        """Why it is here."""
        return str(self._first["kind"])

    @property
    def received_at(self) -> datetime:
        """Since when."""
        return Reader(self._first).time("received_at")

    @property
    def raw(self) -> str:
        """All of it, as it came."""
        return "".join(str(item.get("raw", "")) for item in self.items)

    @property
    def _first(self) -> Item:
        return self.items[0]


def elements(store: Store, today: date, days: int) -> list[Element]:
    """What is in quarantine of the last `days`, by the date in the payload, and of no date. Newest day first."""
    dates = [(today + timedelta(days=1 - back)).isoformat() for back in range(days + 1)]
    return [one for day in (*dates, NO_DAY, "retry") for one in _of_day(store, day)]


def _of_day(store: Store, day: str) -> Iterator[Element]:
    whole: dict[str, list[Item]] = {}
    for item in store.query(f"{_FAMILY}{day}"):
        whole.setdefault(str(item["sk"]).partition("#")[0], []).append(item)
    for items in whole.values():
        if "#" not in str(items[0]["sk"]):  # else its first part is not written yet
            yield Element(tuple(items))


def find(store: Store, id_: str) -> Element:
    """The element whose id begins so.

    Raises:
        Failure: there is none, or more than one.
    """
    day, _, hash_ = id_.partition("/")
    found = [one for one in _of_day(store, day) if hash_ and one.id.startswith(f"{day}/{hash_}")]
    if len(found) != 1:
        raise Failure(f"{len(found) or 'No'} elements have an id that begins with {id_}; see `ops quarantine list`.")
    return found[0]


def envelope(raw: str) -> dict[str, Any] | None:
    """The webhook that an element came in, of that element alone; None when it is not of a webhook."""
    try:
        frame = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(frame, dict):
        return None
    if "object" in frame:
        return frame
    if "field" not in frame or "entry" not in frame:
        return None
    value = {name: part for name, part in frame.items() if name not in {"entry", "field"}}
    change = {"field": frame["field"], "value": value.get("value", value)}
    return {"object": "whatsapp_business_account", "entry": [{"id": frame["entry"], "changes": [change]}]}


def notice_of(raw: str) -> str | None:
    """The notice that an element is about, when it came from the queue or from what was due."""
    pk, _, sk = raw.partition(" ")
    if sk.startswith(notices.PREFIX):
        return notices.id_of(pk, sk)
    try:
        told = json.loads(raw)
        body = json.loads(told) if isinstance(told, str) else told
        notices.key(body["notice"])
    except (ValueError, KeyError, TypeError):
        return None
    return str(body["notice"])


def retry(store: Store, element: Element, send: Callable[[Element], bool]) -> bool:
    """Tries an element again; returns whether it was understood. If not, the system has put it into quarantine again itself.

    It is put aside first, and back when it cannot be sent. Whatever happens in between, one of the two places has it.
    """
    aside = Element(tuple({**item, "pk": _ASIDE} for item in element.items))
    _put(store, aside)
    _remove(store, element)
    try:
        understood = send(element)
    except BaseException:
        _put(store, element)
        _remove(store, aside)
        raise
    _remove(store, aside)
    return understood


def _put(store: Store, element: Element) -> None:
    for item in reversed(element.items):
        store.put(Put(item))


def _remove(store: Store, element: Element) -> None:
    for item in element.items:
        store.delete(Delete(Key(str(item["pk"]), str(item["sk"]))))
