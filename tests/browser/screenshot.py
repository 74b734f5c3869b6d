"""`python -m tests.browser.screenshot`: takes the picture of the phone page that the README shows.

It needs Chromium, and looks best with Noto Sans or Roboto on the machine.
"""

import signal
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import chromium, headless
from tests.browser.phone import Phone, expect_state
from tests.browser.story import KTP, PHOTO, ask, make_ready
from tests.system.client import Devstack
from tests.system.process import Process

PICTURE = Path(__file__).parents[2] / "docs" / "phone.png"
LARGEST_KB = 200  # it is part of the repository
SITI = "6281200000001"


def play(phone: Phone, stack: Devstack) -> None:
    """A resident's card gets lost, and a new one is ready."""
    phone.open(SITI, KTP)
    request = ask(phone)
    phone.choose_files([PHOTO])
    phone.page.get_by_label("Keterangan").fill("surat kehilangan dari polsek")
    phone.page.get_by_label("Keterangan").press("Enter")
    expect_state(phone.resident.last, "diterima Kabar")
    phone.button("Tandai dibaca").click()
    stack.settle()
    stack.sim("advance", seconds=3 * 3600)
    make_ready(stack, request)
    expect_state(phone.office.filter(has_text="SIAP DIAMBIL"), "sampai")
    expect(phone.drawer().get_by_role("button", name="+1 jam")).to_be_visible()
    phone.text.focus()


def main() -> None:
    """Writes the picture."""
    program = chromium.path()
    if program is None:
        sys.exit("this machine has no Chromium")
    with Process("--json", "--port", "0") as process, headless.running(program) as browser:
        stack = Devstack(process.first_line())
        page = browser.new_page(viewport={"width": 1180, "height": 800}, locale="id-ID")
        play(Phone(page, stack.graph_url), stack)
        page.screenshot(path=PICTURE, animations="disabled", caret="hide")
        stack.close()
        process.ends_after(signal.SIGTERM)
    if PICTURE.stat().st_size > LARGEST_KB * 1024:
        sys.exit(f"{PICTURE} has become larger than {LARGEST_KB} KB")


if __name__ == "__main__":
    main()
