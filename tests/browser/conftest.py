from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, headless
from tests.browser.phone import DESK, Phone

Opener = Callable[..., Phone]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium.path()
    if program is None:
        pytest.skip("browser: this machine has no Chromium")
    with headless.running(program) as browser:
        yield browser


@pytest.fixture
def phone_at(browser: Browser) -> Iterator[Opener]:
    """Makes phones, each in a browser that knows nothing yet; at the end none of them may have a complaint."""
    made: list[Phone] = []

    def make(url: str, size: tuple[int, int] = DESK) -> Phone:
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID")
        made.append(Phone(context.new_page(), url))
        return made[-1]

    yield make
    for phone in made:
        phone.page.context.close()
    assert [phone.complaints for phone in made] == [[] for _ in made]
