import re
from pathlib import Path

import pytest

from devstack.simulator import phone_page
from tests.unit.simulator.stand import Stand

FOLDER = Path(phone_page.__file__).parent / "page"
FILES = sorted(file.name for file in FOLDER.iterdir())
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def test_the_page_is_at_the_root_and_in_indonesian(stand: Stand) -> None:
    page = stand.http.request("GET", stand.url + "/")
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b'<html lang="id">' in page.data


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_as_what_it_is_under_a_strict_policy(stand: Stand, name: str) -> None:
    answer = stand.http.request("GET", f"{stand.url}/page/{name}")
    assert answer.data == (FOLDER / name).read_bytes()
    assert answer.headers["Content-Type"].startswith(KINDS[Path(name).suffix])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "require-trusted-types-for 'script'"} <= set(policy)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/page/nothing.js", "/page/..%2Fsimulator.py", "/page/%2Fetc%2Fpasswd", "/page/../stack.py"])
def test_nothing_else_is_served(stand: Stand, path: str) -> None:
    assert stand.http.request("GET", stand.url + path).status in {404, 405}


@pytest.mark.parametrize("name", FILES)
def test_the_page_needs_nobody_else_and_has_no_code_in_its_markup(name: str) -> None:
    text = (FOLDER / name).read_text().replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|//[a-z]+\.", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    assert not re.search(r"\s(on[a-z]+|style)=[\"']|javascript:|<script>|<style", text)


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"(?:href|src)=\"page/([^\"]+)\"", (FOLDER / "index.html").read_text()))
    for file in FOLDER.glob("*.js"):
        named |= set(re.findall(r"from \"\./([^\"]+)\"", file.read_text()))
    assert named == set(FILES) - {"index.html"}
