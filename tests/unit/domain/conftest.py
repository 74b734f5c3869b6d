"""How well residents are understood, at the end of every run."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from chalicelib.adapters.catalogue import load_offices
from tests.unit.domain import intent_list
from tests.unit.domain.intent_list import Figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints precision and recall for each intent, of the part that rules were written on and of the one held out."""
    names = dict(load_offices()["9171"].names)
    listed = intent_list.messages()
    held_out = intent_list.figures([one for one in listed if one.held_out], names)
    written_on = intent_list.figures([one for one in listed if not one.held_out], names)
    table = Table("intent", "held out", "precision", "recall", "written on", "precision", "recall")
    for one, other in zip(held_out, written_on, strict=True):
        table.add_row(one.intent, *_cells(one), *_cells(other))
    table.add_row("all right", *_all(held_out), *_all(written_on))
    printed = io.StringIO()
    Console(width=100, file=printed).print(table)
    terminalreporter.section("how well residents are understood")
    terminalreporter.write_line(printed.getvalue().rstrip())


def _cells(figures: Figures) -> tuple[str, str, str]:
    return str(figures.there), f"{figures.precision:.1%}", f"{figures.recall:.1%}"


def _all(figures: list[Figures]) -> tuple[str, str, str]:
    there = sum(one.there for one in figures)
    return str(there), "", f"{sum(one.right for one in figures) / there:.1%}"
