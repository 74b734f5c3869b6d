"""What a message by the office shows on the phone that gets it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "template", "interactive", "sms"]


@dataclass(frozen=True)
class Section:
    """A part of a menu. rows: `{"id","title","description"?}`."""

    title: str | None
    rows: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Menu:
    """A list that opens. button: what opens it."""

    button: str
    sections: tuple[Section, ...]

    def rows(self) -> tuple[dict[str, str], ...]:
        """Everything that can be chosen, as `{"id","title"}`."""
        return tuple({"id": row["id"], "title": row["title"]} for section in self.sections for row in section.rows)

    def told(self) -> dict[str, object]:
        """The menu as JSON."""
        sections = [{"title": section.title, "rows": list(section.rows)} for section in self.sections]
        return {"button": self.button, "sections": sections}


@dataclass(frozen=True)
class Content:
    """A message's words. buttons: `{"id","title"}` of everything that can be pressed, the rows of a menu included."""

    kind: Kind
    body: str
    template: str | None = None
    header: str | None = None
    footer: str | None = None
    buttons: tuple[dict[str, str], ...] = ()
    menu: Menu | None = None

    def parts(self) -> dict[str, object]:
        """Everything but kind and body, as far as it is there."""
        parts = {
            "template": self.template,
            "header": self.header,
            "footer": self.footer,
            "buttons": list(self.buttons),
            "menu": self.menu and self.menu.told(),
        }
        return {name: part for name, part in parts.items() if part}
