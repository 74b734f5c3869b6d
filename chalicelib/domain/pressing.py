"""What a resident can press under an answer: up to three buttons, or a list of up to ten rows. `asking` reads their ids."""

from chalicelib.domain import wording
from chalicelib.domain.delivery import Button, Buttons, Choice, Choices, FreeText
from chalicelib.domain.occasion import Occasion
from chalicelib.domain.placeholders import standing
from chalicelib.domain.request import Request

MOST_BUTTON = 20
MOST_ROWS = 10
MOST_ROW_TITLE = 24
MOST_ROW_DESCRIPTION = 72


def pressable(  # noqa: PLR0911  # one return for each text that has something to press
    occasion: Occasion, name: str, body: str
) -> FreeText | Buttons | Choices:
    """The text of that name with what can be pressed under it."""
    words = wording.BUTTONS[occasion.language]
    check, about = Button("CEK", words["check"]), Button("HELP", words["help"])
    match name:
        case "menu" | "elsewhere" | "elsewhere_office" if occasion.service:
            return Buttons(body, (_apply(occasion, occasion.service), check, about))
        case "menu":
            rows = _services(occasion, "OPEN")[: MOST_ROWS - 1]
            return Choices(body, words["services"], (*rows, Choice("CEK", words["check"])))
        case "another":
            return Choices(body, words["services"], _services(occasion, "NEW"))
        case "help_all":
            return Choices(body, words["services"], _services(occasion, "HELP"))
        case "help" if occasion.topic:
            return Buttons(body, (_apply(occasion, occasion.topic.code), check, Button("HUMAN", words["human"])))
        case "confirm" if occasion.subject:
            yes = Button(f"CANCEL:{occasion.subject.id}", words["yes"])
            return Buttons(body, (yes, Button("KEEP", words["no"])))
        case "which":
            return Choices(body, words["requests"], _requests(occasion, "DROP"))
        case "status" if len(occasion.requests) > 1:
            return Choices(body, words["requests"], _requests(occasion, "PICK"))
        case "rating" if occasion.subject:
            return Choices(body, words["rate"], _scores(occasion, occasion.subject.id))
    return FreeText(body)


def _apply(occasion: Occasion, code: str) -> Button:
    return Button(f"OPEN:{code}", wording.BUTTONS[occasion.language]["open"].format(code=code)[:MOST_BUTTON])


def _services(occasion: Occasion, verb: str) -> tuple[Choice, ...]:
    services = [occasion.office.services[code] for code in sorted(occasion.office.services)]
    named = [(service.code, service.name[occasion.language]) for service in services]
    return tuple(Choice(f"{verb}:{code}", name[:MOST_ROW_TITLE]) for code, name in named[:MOST_ROWS])


def _requests(occasion: Occasion, verb: str) -> tuple[Choice, ...]:
    shown = occasion.requests[:MOST_ROWS]
    return tuple(Choice(f"{verb}:{one.id}", one.id[:MOST_ROW_TITLE], _told(occasion, one)) for one in shown)


def _scores(occasion: Occasion, request_id: str) -> tuple[Choice, ...]:
    named = enumerate(wording.SCORES[occasion.language], start=1)
    return tuple(Choice(f"RATE:{request_id}:{score}", f"{score} {name}") for score, name in named)


def _told(occasion: Occasion, request: Request) -> str:
    service = occasion.office.services[request.service].name[occasion.language]
    return f"{service}: {standing(occasion.office, request, occasion.language)}"[:MOST_ROW_DESCRIPTION]
