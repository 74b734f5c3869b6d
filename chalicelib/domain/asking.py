"""What a message asks: by a button, a number, a command, or in words."""

import re
from dataclasses import dataclass, replace

from chalicelib.domain import ids, spelling
from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import MistypedId
from chalicelib.domain.intents import understand
from chalicelib.domain.message import Message
from chalicelib.domain.phone import mask_numbers
from chalicelib.domain.rules import Wish

OPENING_MEDIA = frozenset({"image", "document", "video", "audio"})
# The ids of our buttons and rows: a verb, and what it is about.
BUTTONS = {
    "OPEN": Wish.OPEN,
    "NEW": Wish.ANOTHER,
    "HELP": Wish.HELP,
    "PICK": Wish.STATUS,
    "DROP": Wish.CANCEL,
    "CANCEL": Wish.YES,
    "KEEP": Wish.NO,
    "CEK": Wish.STATUS,
    "HUMAN": Wish.HUMAN,
}
_WITHOUT_OBJECT = frozenset({"CEK", "HUMAN", "KEEP", "HELP"})
_ABOUT_REQUESTS = frozenset({"PICK", "DROP", "CANCEL"})
# What a caption can ask besides showing what is in the picture.
_IN_CAPTIONS = frozenset(
    {Wish.OPEN, Wish.ANOTHER, Wish.STATUS, Wish.OPT_OUT, Wish.OPT_IN, Wish.HUMAN, Wish.COMPLAINT, Wish.REAL}
)
_COMMANDS = frozenset({Wish.OPT_OUT, Wish.OPT_IN, Wish.ANOTHER, Wish.OPEN})
CHECK = frozenset({"cek", "status", "check"})
_CALLED = re.compile(r"\b(?:a\.?\s?/?n\.?|atas\s+nama)[\s:]+([^\W\d_][^\d,;:!?()\n]{1,80})", re.IGNORECASE)
_BEFORE_NAMES = frozenset(
    {"saya", "kami", "warga", "bapak", "ibu", "pak", "bu", "almarhum", "almarhumah", "alm", "anak", "istri", "suami", "sdr"}
    | {"sdri", "saudara", "yth", "tn", "ny"}
)
_MOST_NAMES = 4


@dataclass(frozen=True)
class Asked:
    """What a message asks. services: those that it asks for or names; found: the request id in it; name: of whom it speaks."""

    wish: Wish
    services: tuple[str, ...] = ()
    found: ids.ParsedId | MistypedId | None = None
    name: str | None = None


def ask(message: Message, office: Office, *, has_open: bool) -> Asked:
    """What a message asks. has_open: whether there is a request that it could be about."""
    pressed = _pressed(message, office)
    if pressed is not None:
        return pressed
    text = message.text or ""
    asked = replace(_in_words(message, office), name=called(text))
    found = ids.find(text)
    if found is not None:
        wish = asked.wish if asked.wish in {Wish.REAL, Wish.CANCEL} else Wish.STATUS
        return replace(asked, wish=wish, found=found)
    if message.kind in OPENING_MEDIA and not _heard(asked.wish, text, has_open=has_open):
        return replace(asked, wish=Wish.ELSE)
    return asked


def _pressed(message: Message, office: Office) -> Asked | None:
    """A button of ours. What templates' buttons and typed commands say is in words."""
    verb, colon, rest = (message.button_id or message.text or "").strip().partition(":")
    typed = message.button_id is None and verb.upper() != "OPEN"
    wish = None if typed else BUTTONS.get(verb.upper())
    if wish is None or (not colon and verb not in _WITHOUT_OBJECT):
        return None
    if not colon:
        return Asked(wish)
    if verb in _ABOUT_REQUESTS:
        found = ids.find(rest)
        return Asked(wish, found=found) if isinstance(found, ids.ParsedId) else Asked(Wish.ELSE)
    return Asked(wish, (rest,)) if rest in office.services else Asked(Wish.ELSE)


def _in_words(message: Message, office: Office) -> Asked:
    text = message.text or ""
    if message.button_id is not None:
        text = message.button_id
    if message.forwarded or len(text) > spelling.MOST_LETTERS:
        return Asked(Wish.ELSE)
    # A name may be a word: "BARU a.n. Indah".
    meaning = understand(_CALLED.sub(" ", text), office.names)
    # A sticker is a nod.
    wish = Wish.GREETING if message.kind == "sticker" else meaning.wish
    return Asked(wish, meaning.services)


def _heard(wish: Wish, text: str, *, has_open: bool) -> bool:
    """Whether a caption asks something. Without a request, what is sent opens one, unless its caption is a command."""
    if wish is Wish.STATUS and spelling.typed(text)[:1] and spelling.typed(text)[0] in CHECK:
        return True
    return wish in (_IN_CAPTIONS if has_open else _COMMANDS)


def called(text: str) -> str | None:
    """The name after "a.n." or "atas nama", without what people put before names; at most four words."""
    match = _CALLED.search(text[: spelling.MOST_LETTERS])
    if match is None:
        return None
    words = re.split(r"\s+", re.split(r"\.(?:\s|$)", match[1])[0].strip())
    while words and words[0].lower().strip(".") in _BEFORE_NAMES:
        words = words[1:]
    name = mask_numbers(" ".join(words[:_MOST_NAMES])).strip(" .-")
    return name if name and name.isprintable() else None
