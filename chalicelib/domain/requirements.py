"""The office's checklist on a request: what is there, what is not, and what nobody can read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.domain import wording
from chalicelib.domain.catalogue import Office, Requirement
from chalicelib.domain.errors import IllegalChange, Malformed
from chalicelib.domain.request import Met, Request, Status

_MOST_OF_A_LIST = 240


@dataclass(frozen=True)
class Line:
    """One line of the checklist."""

    code: str
    name: str
    state: Met


def checklist(request: Request, office: Office | None, language: str) -> list[Line]:
    """Every requirement in the catalogue's order; then those that the catalogue has no more, by their codes."""
    needs = _needs(request, office)
    named = {one.code: one.name[language] for one in needs}
    codes = [*named, *sorted(request.requirements.keys() - named.keys())]
    return [Line(code, named.get(code, code), request.requirements.get(code, Met.OPEN)) for code in codes]


def missing(request: Request, office: Office | None, language: str) -> list[str]:
    """What a resident should still send, in words. Nothing while nobody knows: before an officer has looked."""
    if not _known(request):
        return []
    form = {Met.OPEN: "{name}", Met.UNREADABLE: wording.UNREADABLE[language]}
    lines = checklist(request, office, language)
    return [form[one.state].format(name=one.name) for one in lines if one.state is not Met.RECEIVED]


def in_a_line(names: list[str], language: str) -> str:
    """What is missing, one after the other, as much as there is room for; empty when nothing is."""
    shown = list(names)
    while len(shown) > 1 and len(", ".join(shown)) > _MOST_OF_A_LIST:
        shown.pop()
    left = len(names) - len(shown)
    more = [wording.MORE[language].format(count=left)] if left else []
    return ", ".join([*shown, *more])


def marked(request: Request, office: Office, states: Mapping[str, Met]) -> Request:
    """The request with these requirements as an officer saw them; it is the same one when that is how they were.

    Raises:
        Malformed: a code that neither the catalogue nor the request knows.
        IllegalChange: the request is closed.
    """
    known = [one.code for one in checklist(request, office, "id")]
    if not states.keys() <= set(known):
        raise Malformed(f"This request has the requirements {', '.join(known)}.")
    after = {**request.requirements, **states}
    if after == request.requirements and (request.checked_version == request.version or request.closed):
        return request
    if request.closed:
        raise IllegalChange(f"The request is {request.status}: nothing is missing any more.")
    return replace(request, requirements=after, checked_version=request.version)


def _known(request: Request) -> bool:
    """Whether an officer has looked since the request came before the office, or came back to it with what was missing.

    Once it is verified, the office has said that all is there.
    """
    if request.status is Status.SUBMITTED:
        return request.checked_version == request.version
    return request.status is Status.INCOMPLETE and bool(request.requirements)


def _needs(request: Request, office: Office | None) -> tuple[Requirement, ...]:
    service = office.services.get(request.service) if office else None
    return service.needs if service else ()
