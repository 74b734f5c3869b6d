"""Where this machine's Chromium is."""

import shutil


def path() -> str | None:
    """The browser's program; None where there is none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((program for program in found if program), None)
