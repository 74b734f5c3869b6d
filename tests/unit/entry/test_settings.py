"""Settings: read once from the environment, and named when they are missing or wrong."""

import pytest

from chalicelib.domain.errors import Misconfigured
from chalicelib.settings import Settings, read_settings

NEEDED = {"KABAR_STAGE": "dev", "KABAR_TABLE": "kabar-dev", "KABAR_QUEUE_URL": "https://queue.invalid/notices"}


def test_what_a_stage_must_set_is_enough() -> None:
    assert read_settings(NEEDED) == Settings("dev", "kabar-dev", "https://queue.invalid/notices")
    assert read_settings(NEEDED).graph_url == "https://graph.facebook.com"
    assert read_settings(NEEDED).graph_version == "v24.0"


def test_everything_can_be_set() -> None:
    more = {"KABAR_GRAPH_URL": "http://127.0.0.1:1", "KABAR_GRAPH_VERSION": "v25.0", "KABAR_SENDS_PER_S": "20"}

    settings = read_settings(NEEDED | more | {"KABAR_SENDS_AT_ONCE": "5", "PATH": "/bin"})

    assert (settings.graph_url, settings.graph_version) == ("http://127.0.0.1:1", "v25.0")
    assert (settings.sends_per_s, settings.sends_at_once) == (20, 5)


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_is_named(name: str, value: str | None) -> None:
    environment = {one: text for one, text in NEEDED.items() if one != name} | ({name: value} if value is not None else {})

    with pytest.raises(Misconfigured, match=f"^{name} is not set"):
        read_settings(environment)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "1e3", " 5", "\u0665"])
def test_number_that_is_none_is_named(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"^KABAR_SENDS_PER_S is not a number"):
        read_settings(NEEDED | {"KABAR_SENDS_PER_S": text})


def test_environment_of_the_process_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)

    assert read_settings().table == "kabar-dev"


def test_empty_optional_setting_is_its_default() -> None:
    assert read_settings(NEEDED | {"KABAR_GRAPH_URL": "", "KABAR_SENDS_PER_S": ""}) == read_settings(NEEDED)
