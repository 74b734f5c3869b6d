"""Chromium without a window, driven by Playwright, which downloads no browser of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = (
    "--no-sandbox",  # it refuses to have one as root, and it sees nothing but this machine's own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running(program: str) -> Iterator[Browser]:
    """A browser with a profile of its own, which is thrown away with it. program: where it is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS), timeout=60_000)
        try:
            yield browser
        finally:
            browser.close()
