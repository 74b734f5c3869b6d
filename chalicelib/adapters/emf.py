"""Figures as CloudWatch's embedded metric format: one JSON line on standard output, which Lambda's log carries to CloudWatch.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
from typing import TextIO

from chalicelib.ports import Clock

NAMESPACE = "Kabar"


class EmbeddedMetrics:
    """Writes each figure twice: for the whole stage, which alarms watch, and by its labels, for the dashboard."""

    def __init__(self, stage: str, clock: Clock, out: TextIO | None = None) -> None:
        self._stage = stage
        self._clock = clock
        self._out = out

    def count(self, name: str, value: float = 1, *, unit: str = "Count", **labels: str) -> None:
        """Adds to a figure."""
        dimensions = [["stage"], ["stage", *sorted(labels)]] if labels else [["stage"]]
        about = {
            "Timestamp": int(self._clock().timestamp() * 1000),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": [{"Name": name, "Unit": unit}]}
            ],
        }
        line = {"_aws": about, "stage": self._stage, **labels, name: value}
        # One write a line: several threads share the stream.
        (self._out or sys.stdout).write(json.dumps(line, separators=(",", ":")) + "\n")
