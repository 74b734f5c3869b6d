"""What Meta takes for a message template, and what it refuses.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview and …/template-management. The
subcodes are those seen in practice. The proportion of words to variables is nowhere documented: 2n + 1 words beside n variables
is what several providers have found.
"""

import re
from dataclasses import dataclass

from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_params import INVALID, Param

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
FIELDS = frozenset({"name", "language", "category", "components", "message_send_ttl_seconds", "allow_category_change",
                    "parameter_format"})  # fmt: skip
EDITABLE = FIELDS - {"name", "language"}

_NAME, _LANGUAGE = re.compile(r"[a-z0-9_]{1,512}"), re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_VARIABLE, _BRACES = re.compile(r"\{\{([0-9]+)\}\}"), re.compile(r"\{\{|\}\}")
_LONGEST_BODY = 1024
_EVER = -1
_LIFETIMES_S = {"UTILITY": (30, 43_200), "AUTHENTICATION": (30, 900), "MARKETING": (43_200, 2_592_000)}
_TOO_LONG, _MISSING, _BAD_FORMAT, _TOO_DENSE, _DANGLING = 2388040, 2388043, 2388072, 2388293, 2388299


@dataclass(frozen=True)
class Body:
    """The one component that templates here have."""

    text: str
    example: tuple[str, ...]


def name_and_language(given: Param) -> tuple[str, str]:
    """Raises GraphError."""
    name, language = given.text("name", 512, INVALID), given.text("language", 10, INVALID)
    if not _NAME.fullmatch(name):
        raise GraphError(INVALID, "Param name must be of lowercase letters, digits and underscores.")
    if not _LANGUAGE.fullmatch(language):
        raise GraphError(INVALID, "Param language must be one of the supported languages.")
    return name, language


def lifetime_s(given: Param, category: str) -> int | None:
    """`message_send_ttl_seconds`, None for the 30 days that -1 stands for. Raises GraphError."""
    seconds = given.whole_number("message_send_ttl_seconds")
    least, most = _LIFETIMES_S[category]
    if seconds != _EVER and not least <= seconds <= most:
        raise GraphError(INVALID, f"message_send_ttl_seconds must be between {least} and {most} for {category}, or -1.")
    return None if seconds == _EVER else seconds


def body(given: Param) -> Body:
    """`components`: exactly one body. Raises GraphError."""
    components = given.list_of("components", "type", "text", "example")
    kinds = [one.one_of("type", "HEADER", "BODY", "FOOTER", "BUTTONS") for one in components]
    if kinds != ["BODY"]:
        raise GraphError(INVALID, "the simulator takes templates of one BODY only")
    [component] = components
    text = component.text("text", 100_000, INVALID)
    if len(text) > _LONGEST_BODY:
        raise _refusal(_TOO_LONG, "Message body is too long", f"{len(text)} characters, at most {_LONGEST_BODY}.")
    return Body(text, _example(component, _variables(text)))


def _variables(text: str) -> int:
    """How many variables a text has."""
    numbers = [int(number) for number in _VARIABLE.findall(text)]
    if _BRACES.search(_VARIABLE.sub("", text)) or sorted(set(numbers)) != list(range(1, len(set(numbers)) + 1)):
        raise _refusal(_BAD_FORMAT, "Message body format is incorrect", "Variables are {{1}}, {{2}}, …, without gaps.")
    bare = _VARIABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    ends = re.sub(r"[^\w\N{REPLACEMENT CHARACTER}]", "", bare)
    if numbers and "\N{REPLACEMENT CHARACTER}" in (ends[:1], ends[-1:]):
        raise _refusal(_DANGLING, "Leading or trailing params", "Variables can't be at the start or end of the template.")
    words = [word for word in bare.split() if re.search(r"\w", word.replace("\N{REPLACEMENT CHARACTER}", ""))]
    if numbers and len(words) < 2 * len(numbers) + 1:
        raise _refusal(_TOO_DENSE, "Too many params", "Too many variables for the length of the message.")
    return len(set(numbers))


def _example(component: Param, variables: int) -> tuple[str, ...]:
    if not variables and not component.has("example"):
        return ()
    if not component.has("example"):
        raise _refusal(_MISSING, "Missing sample", "component of type BODY is missing expected field(s) (example)")
    rows = component.nested("example", "body_text").texts_of_texts("body_text")
    if len(rows) != 1 or len(rows[0]) != variables or not all(one.strip() for one in rows[0]):
        raise _refusal(_MISSING, "Missing sample", f"body_text needs one list of {variables} samples, none of them empty.")
    return tuple(rows[0])


def _refusal(subcode: int, title: str, why: str) -> GraphError:
    return GraphError(INVALID, why, subcode=subcode, user=(title, why))
