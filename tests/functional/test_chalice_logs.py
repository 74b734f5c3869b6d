"""Chalice logs a view's traceback with what it says, and that may quote a person."""

from app import app


def test_what_chalice_logs_goes_the_way_of_all_logs_where_an_errors_text_is_left_out() -> None:
    assert app.log.handlers == []
    assert app.log.propagate
