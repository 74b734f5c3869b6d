"""Where commands speak: what was asked for on standard output, everything else on standard error."""

from rich.console import Console

# Off a terminal rich would cut lines at 80 columns; what reads a pipe can take longer ones.
_WIDE = 200


def results() -> Console:
    """Standard output, as it is now."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)


def remarks() -> Console:
    """Standard error, as it is now."""
    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal else Console(stderr=True, highlight=False, width=_WIDE)


def say(text: str) -> None:
    """One remark. Square brackets in it are square brackets."""
    remarks().print(text, markup=False)
