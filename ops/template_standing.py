"""How an account's templates at Meta stand against the catalogue's, and what would bring them in step. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ops.checks.finding import Level
from ops.template_forms import CATEGORY, time_to_live

_EVER_S, _WHATSAPPS_OWN_S = -1, 30 * 86_400
_USABLE = "APPROVED"
# What Meta lets one edit; all else is looked at, or gone.
_EDITABLE = {"APPROVED", "REJECTED", "PAUSED"}


class Do(StrEnum):
    """What to do about a template."""

    NOTHING = "nothing"
    CREATE = "create"
    EDIT = "edit"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Standing:
    """One template. wanted: as it would be submitted; held: as Meta has it, None when it has none; differs: in what."""

    wanted: dict[str, Any]
    held: dict[str, Any] | None
    differs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called, with its language."""
        return f"{self.wanted['name']} ({self.wanted['language']})"

    @property
    def status(self) -> str:
        """Meta's word, or `missing`."""
        return str(self.held.get("status", "?")) if self.held else "missing"

    @property
    def must_arrive(self) -> bool:
        """Whether an SMS follows where it does not arrive."""
        return time_to_live(self.wanted["name"]) is not None

    @property
    def usable(self) -> bool:
        """Whether a send of it would be taken as Kabar fills it in."""
        return self.status == _USABLE and "places" not in self.differs

    @property
    def level(self) -> Level:
        """How bad it is: a notice that must arrive goes by SMS where its template cannot be used."""
        if not self.usable:
            return Level.FAILURE if self.must_arrive else Level.WARNING
        return Level.WARNING if self.differs or self.quality == "RED" else Level.FINE

    @property
    def quality(self) -> str:
        """What residents think of it, in Meta's word."""
        score = (self.held or {}).get("quality_score")
        return str(score.get("score", "UNKNOWN")) if isinstance(score, dict) else "UNKNOWN"

    @property
    def text(self) -> str:
        """What is to be known beside its status."""
        reason = (self.held or {}).get("rejected_reason") if self.status == "REJECTED" else None
        said = [f"rejected for {reason}"] if reason and reason != "NONE" else []
        said += [f"differs in {', '.join(self.differs)}"] if self.differs else []
        said += ["quality RED: it may be paused"] if self.quality == "RED" else []
        return "; ".join(said)


@dataclass(frozen=True)
class Plan:
    """What to do about one template. changes: what an edit would replace; why: what is to be known of it."""

    standing: Standing
    do: Do
    changes: dict[str, Any]
    why: str = ""


def compare(wanted: Iterable[dict[str, Any]], held: Iterable[dict[str, Any]]) -> list[Standing]:
    """Each template of the catalogue against Meta's of that name and language; the account may have others."""
    known = {(one.get("name"), one.get("language")): one for one in held}
    found = [(one, known.get((one["name"], one["language"]))) for one in wanted]
    return [Standing(one, there, _differences(one, there) if there else ()) for one, there in found]


def plan(standing: Standing) -> Plan:
    """What would bring it in step. A template is never deleted: its name could not be used again for 30 days."""
    if standing.held is None:
        return Plan(standing, Do.CREATE, standing.wanted)
    if standing.status == "REJECTED" and not {"words", "category"} & set(standing.differs):
        return Plan(standing, Do.CANNOT, {}, "Meta rejected these very words: appeal in WhatsApp Manager, or change them")
    if not standing.differs:
        return Plan(standing, Do.NOTHING, {}, _waiting(standing.status))
    if standing.status not in _EDITABLE:
        return Plan(standing, Do.CANNOT, {}, f"what is {standing.status} cannot be edited; run it again later")
    changes = _changes(standing)
    if not changes:
        return Plan(
            standing, Do.CANNOT, {}, "the category of an approved template cannot be changed here: WhatsApp Manager, appeal"
        )
    left = (
        "; its category stays, which cannot be changed here"
        if "category" in standing.differs and "category" not in changes
        else ""
    )
    return Plan(standing, Do.EDIT, changes, f"{', '.join(standing.differs)}{left}")


def _waiting(status: str) -> str:
    match status:
        case "APPROVED":
            return ""
        case "PAUSED":
            return "Meta takes it back by itself: after 3 hours the first time, 6 the second"
        case "PENDING" | "IN_APPEAL":
            return "Meta is looking at it"
    return "only Meta can help: WhatsApp Manager, appeal"


def _changes(standing: Standing) -> dict[str, Any]:
    """What an edit replaces; components are always replaced as a whole."""
    changes: dict[str, Any] = {}
    if "words" in standing.differs:
        changes["components"] = standing.wanted["components"]
    if "time to live" in standing.differs:
        changes["message_send_ttl_seconds"] = standing.wanted.get("message_send_ttl_seconds", _EVER_S)
    if "category" in standing.differs and standing.status != _USABLE:
        changes["category"] = CATEGORY
    return changes


def _differences(wanted: dict[str, Any], held: dict[str, Any]) -> tuple[str, ...]:
    ours, theirs = _body(wanted), _body(held)
    found = ["words"] if ours != theirs or len(held.get("components", [])) != 1 else []
    if ours.count("{{") != theirs.count("{{"):
        found.append("places")
    if wanted["category"] != held.get("category"):
        found.append("category")
    if _lifetime_s(wanted) != _lifetime_s(held):
        found.append("time to live")
    return tuple(found)


def _body(template: dict[str, Any]) -> str:
    bodies = [one.get("text", "") for one in template.get("components", []) if one.get("type") == "BODY"]
    return str(bodies[0]) if bodies else ""


def _lifetime_s(template: dict[str, Any]) -> int:
    seconds = template.get("message_send_ttl_seconds")
    return _WHATSAPPS_OWN_S if seconds in {None, _EVER_S} else int(str(seconds))
