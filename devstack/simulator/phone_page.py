"""`GET /`: a phone in the browser, for a person to be the resident.

The page is plain HTML, CSS and JavaScript in `page/`, as the browser gets it. It runs nothing but its own files, and makes no
markup out of words.
"""

from pathlib import Path

from flask import Blueprint, send_from_directory
from werkzeug.wrappers import Response

_FOLDER = Path(__file__).parent / "page"
_MIME_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",  # blob: what is about to be sent
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",  # innerHTML and its like throw
    "trusted-types 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def routes() -> Blueprint:
    """The routes."""
    page = Blueprint("phone_page", __name__)

    @page.get("/")
    def home() -> Response:
        return _file("index.html")

    @page.get("/page/<name>")
    def part(name: str) -> Response:
        return _file(name)

    @page.after_request
    def guard(answer: Response) -> Response:
        answer.headers.update(_HEADERS)
        return answer

    return page


def _file(name: str) -> Response:
    mime_type = _MIME_TYPES.get(Path(name).suffix, "application/octet-stream")
    return send_from_directory(_FOLDER, name, mimetype=mime_type)
