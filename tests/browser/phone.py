"""The phone page as a person uses it: by what can be seen, pressed and typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Error, FilePayload, Locator, Page, Response, expect

PATIENCE_MS = 15_000
DESK, POCKET = (1280, 860), (360, 640)

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Phone:
    """An open page. complaints: what the browser had to say against it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, phone: str, chat: str = "") -> None:
        """Goes to the page. chat: a phone_number_id; without it, what the page shows by itself."""
        self.page.goto(f"{self.url}/#{phone}{f'/{chat}' if chat else ''}")
        expect(self.chats.get_by_role("button", include_hidden=True)).not_to_have_count(0)

    @property
    def chats(self) -> Locator:
        return self.page.locator("nav[aria-label=Obrolan]")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Pesan")

    @property
    def office(self) -> Locator:
        """What the office said in the open chat."""
        return self.log.locator(".message.office")

    @property
    def resident(self) -> Locator:
        """What the resident said in the open chat."""
        return self.log.locator(".message.resident")

    @property
    def text(self) -> Locator:
        return self.page.get_by_label("Ketik pesan")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def entry(self, title: str) -> Locator:
        """A chat in the list, by its own title and not by what was said in it; the first office's where several have one."""
        titled = self.page.locator("strong").get_by_text(title, exact=True)
        return self.chats.get_by_role("button").filter(has=titled).first

    def enter(self, title: str) -> None:
        """Opens a chat from the list."""
        self.entry(title).click()

    def say(self, words: str) -> None:
        self.text.fill(words)
        self.text.press("Enter")

    def choose_files(self, files: Sequence[FilePayload]) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.button("Kirim foto").click()
        chooser.value.set_files(files)

    def drawer(self) -> Locator:
        """The testers' drawer, opened if need be."""
        drawer = self.page.get_by_role("dialog", name="Alat uji")
        if not drawer.is_visible():
            self.button("Alat uji").locator("visible=true").first.click()
        return drawer


def expect_state(message: Locator, words: str) -> None:
    """Waits until a bubble says how far its message came."""
    expect(message.locator(".meta")).to_contain_text(re.compile(words))
