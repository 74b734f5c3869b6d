"""An office's message templates in the form in which Meta's API takes them: words, examples, time to live."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office, Output
from chalicelib.domain.notice import TIME_TO_LIVE, Kind, Notice
from chalicelib.domain.placeholders import values
from chalicelib.domain.request import Request, Status
from chalicelib.domain.texts import Occasion, TemplateText, templates

CATEGORY = "UTILITY"
_PREFIX = "kabar_"
# What an example tells of never happened. A fixed day, so that the same words are submitted again.
_DAY = datetime(2026, 11, 24, 3, tzinfo=UTC)
_INVENTED = {
    "id": {"reason": "foto Kartu Keluarga buram", "body": "Kartu Keluarga Anda dapat dilihat di loket 2"},
    "en": {"reason": "the photo of the family card is blurred", "body": "please ask for your family card at counter 2"},
}


def time_to_live(name: str) -> timedelta | None:
    """How long WhatsApp may try to deliver a template before the SMS goes; None where no SMS follows."""
    said = name.removeprefix(_PREFIX)
    return next((live for kind, live in TIME_TO_LIVE.items() if said == kind or said.startswith(f"{kind}_")), None)


def submissions(office: str) -> list[dict[str, Any]]:
    """Each template in the form of Meta's `POST /{account}/message_templates`.

    https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates
    """
    known = load_offices()[office]
    made = []
    for one in templates(known):
        live = time_to_live(one.name)
        whole: dict[str, Any] = {"name": one.name, "language": one.language, "category": CATEGORY}
        if live is not None:
            whole["message_send_ttl_seconds"] = int(live.total_seconds())
        made.append({**whole, "components": [_component(known, one)]})
    return made


def _component(office: Office, template: TemplateText) -> dict[str, Any]:
    """The body, with an example for each of its places: Meta's reviewers see it so, and take none without."""
    example = {"example": {"body_text": [list(_example(office, template))]}} if template.places else {}
    return {"type": "BODY", "text": template.body, **example}


def _example(office: Office, template: TemplateText) -> list[str]:
    filling = values(_occasion(office, template), separator="; ")
    return [" ".join(filling[place].split()) or "-" for place in template.places]


def _occasion(office: Office, template: TemplateText) -> Occasion:
    """An invented request, about a document that is downloaded where the template says so."""
    output = Output.PDF if template.name.startswith(f"{_PREFIX}ready_pdf") else Output.CARD
    fitting = [one for one in office.services.values() if one.output is output] or list(office.services.values())
    service, said = fitting[0].code, _INVENTED[template.language]
    request = Request(
        id=ids.draw(service, Random(1)), office=office.code, service=service, status=Status.INCOMPLETE, version=2,  # noqa: S311
        contact_id=None, phone_number_id=None, language=template.language, opened_at=_DAY, opened_by=_DAY, updated_at=_DAY,
        due_at=_DAY + timedelta(days=1), reason=said["reason"],
    )  # fmt: skip
    notice = Notice(
        id=f"{request.id}.2", kind=Kind.INCOMPLETE, answer=False, office=office.code, contact_id="", phone_number_id=None,
        caused_at=_DAY, due_at=None, request_id=request.id, version=2, body=said["body"],
    )  # fmt: skip
    return Occasion(notice, office, service, template.language, request)
