"""What a WhatsApp message can say, with Meta's limits: text, template, interactive buttons and lists."""

from devstack.simulator.content import Content, Menu, Section
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_params import INVALID, NOT_VALID, Param
from devstack.simulator.templates import Templates

_LONGEST_TEXT = 4096
_LONGEST_BUTTONS_BODY = 1024
_MOST_BUTTONS, _MOST_ROWS = 3, 10
_FORMAT_MISMATCH = 132012
_NAMES_AND_CODES = 512


def text(message: Param) -> Content:
    """`text`. Raises GraphError."""
    return Content("text", message.nested("text", "body", "preview_url").text("body", _LONGEST_TEXT, INVALID))


def template(message: Param, templates: Templates) -> Content:
    """`template`, filled in. Raises GraphError."""
    given = message.nested("template", "name", "language", "components", "namespace")
    name = given.text("name", _NAMES_AND_CODES)
    language = given.nested("language", "code", "policy").text("code", _NAMES_AND_CODES)
    components = given.list_of("components", "type", "sub_type", "index", "parameters") if given.has("components") else []
    parameters = [parameter for component in components for parameter in _parameters(component)]
    return Content("template", templates.fill(name, language, parameters), template=name)


def _parameters(component: Param) -> list[str]:
    """The texts of a body; every template here is a body only."""
    if component.one_of("type", "header", "body", "button") != "body":
        raise GraphError(_FORMAT_MISMATCH, "component: the template has a body only")
    parameters = component.list_of("parameters", "type", "text") if component.has("parameters") else []
    return [_parameter(parameter) for parameter in parameters]


def _parameter(parameter: Param) -> str:
    if parameter.text("type", _NAMES_AND_CODES) != "text":
        raise GraphError(_FORMAT_MISMATCH, "body: Format mismatch, expected TEXT")
    return parameter.text("text", 32_768, shortest=0) if parameter.has("text") else ""


def interactive(message: Param) -> Content:
    """`interactive`: reply buttons or a list. Raises GraphError."""
    given = message.nested("interactive", "type", "header", "body", "footer", "action")
    header, footer = _header(given), _footer(given)
    if given.one_of("type", "button", "list") == "button":
        body = given.nested("body", "text").text("text", _LONGEST_BUTTONS_BODY)
        buttons = _buttons(given.nested("action", "buttons"))
        return Content("interactive", body, header=header, footer=footer, buttons=buttons)
    body = given.nested("body", "text").text("text", _LONGEST_TEXT)
    menu = _menu(given.nested("action", "button", "sections"))
    buttons = _counted(menu.rows(), "rows", _MOST_ROWS)
    return Content("interactive", body, header=header, footer=footer, buttons=buttons, menu=menu)


def _header(given: Param) -> str | None:
    if not given.has("header"):
        return None
    header = given.nested("header", "type", "text")
    header.one_of("type", "text")
    return header.text("text", 60)


def _footer(given: Param) -> str | None:
    return given.nested("footer", "text").text("text", 60) if given.has("footer") else None


def _buttons(action: Param) -> tuple[dict[str, str], ...]:
    buttons = action.list_of("buttons", "type", "reply")
    for button in buttons:
        button.one_of("type", "reply")
    replies = [button.nested("reply", "id", "title") for button in buttons]
    pressed = tuple({"id": reply.text("id", 256), "title": reply.text("title", 20)} for reply in replies)
    return _counted(pressed, "buttons", _MOST_BUTTONS)


def _menu(action: Param) -> Menu:
    button = action.text("button", 20)
    sections = action.list_of("sections", "title", "rows")
    return Menu(button, tuple(_section(section, titled=len(sections) > 1) for section in sections))


def _section(section: Param, *, titled: bool) -> Section:
    """titled: whether it needs a title, which a single section does not."""
    title = section.text("title", 24) if titled or section.has("title") else None
    return Section(title, tuple(_row(row) for row in section.list_of("rows", "id", "title", "description")))


def _row(row: Param) -> dict[str, str]:
    description = {"description": row.text("description", 72)} if row.has("description") else {}
    return {"id": row.text("id", 200), "title": row.text("title", 24), **description}


def _counted(pressed: tuple[dict[str, str], ...], what: str, most: int) -> tuple[dict[str, str], ...]:
    if not 1 <= len(pressed) <= most:
        raise GraphError(NOT_VALID, f"Invalid {what} count. Min allowed {what}: 1, Max allowed {what}: {most}")
    if len({button["id"] for button in pressed}) < len(pressed):
        raise GraphError(NOT_VALID, f"Duplicated {what} ids")
    return pressed
