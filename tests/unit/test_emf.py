"""Figures in CloudWatch's embedded metric format."""

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from chalicelib.adapters.emf import EmbeddedMetrics

NOW = datetime(2026, 11, 24, 3, 0, 0, 500_000, tzinfo=UTC)


def written(*figures: tuple[str, float, str, dict[str, str]]) -> list[dict[str, Any]]:
    out = StringIO()
    metrics = EmbeddedMetrics("test", lambda: NOW, out)
    for name, value, unit, labels in figures:
        metrics.count(name, value, unit=unit, **labels)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_figure_is_one_line_for_the_stage_and_for_its_labels() -> None:
    [line] = written(("NoticeDelivered", 1, "Count", {"office": "1801", "channel": "whatsapp"}))

    assert line == {
        "_aws": {
            "Timestamp": 1795489200500,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Kabar",
                    "Dimensions": [["stage"], ["stage", "channel", "office"]],
                    "Metrics": [{"Name": "NoticeDelivered", "Unit": "Count"}],
                }
            ],
        },
        "stage": "test",
        "office": "1801",
        "channel": "whatsapp",
        "NoticeDelivered": 1,
    }


def test_without_labels_it_is_the_stages_alone() -> None:
    [line] = written(("OldestDue", 12.5, "Seconds", {}))

    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["stage"]]
    assert line["OldestDue"] == 12.5


def test_each_figure_has_a_line_of_its_own_whose_dimensions_all_have_values() -> None:
    lines = written(("A", 1, "Count", {"office": "1801"}), ("B", 2, "None", {"kind": "ready"}))

    for line in lines:
        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert all(isinstance(line[name], str) for names in directive["Dimensions"] for name in names)
        assert all(isinstance(line[metric["Name"]], int | float) for metric in directive["Metrics"])
