"""What the live table must have beside its items: a stream, a time to live, backups of every second, protection."""

import time
from typing import Any

from ops.failure import Failure

TTL_ATTRIBUTE = "expires_at"
_STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


def equip(client: Any, table: str) -> list[str]:
    """Gives a table what it lacks of these; a restored one lacks them all. Returns what was added.

    client: DynamoDB's.
    """
    described = client.describe_table(TableName=table)["Table"]
    lacking = [(name, wanted) for name, wanted, there in _settings(described) if not there]
    for _, wanted in lacking:
        client.update_table(TableName=table, **wanted)
        wait_until_active(client, table)
    added = [name for name, _ in lacking]
    ttl = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if ttl["TimeToLiveStatus"] not in {"ENABLED", "ENABLING"}:
        wanted = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
        added.append("time to live")
    if not backed_up(client, table):
        wanted = {"PointInTimeRecoveryEnabled": True}
        client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)
        added.append("point-in-time backups")
    return added


def _settings(table: dict[str, Any]) -> list[tuple[str, dict[str, Any], bool]]:
    """What UpdateTable gives, one at a time: its name, how to ask for it, and whether it is there."""
    return [
        ("stream", {"StreamSpecification": _STREAM}, table.get("StreamSpecification", {}).get("StreamEnabled", False)),
        ("deletion protection", {"DeletionProtectionEnabled": True}, table.get("DeletionProtectionEnabled", False)),
    ]


def backed_up(client: Any, table: str) -> bool:
    """Whether the table can be restored to any second of the last 35 days."""
    backups = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return bool(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED")


def stream_arn(client: Any, table: str) -> str:
    """The table's stream."""
    return str(client.describe_table(TableName=table)["Table"]["LatestStreamArn"])


def wait_until_active(client: Any, table: str, timeout_s: float = 3600.0, pause_s: float = 2.0) -> None:
    """Waits for a table that is being made or changed.

    Raises:
        Failure: it takes longer.
    """
    deadline = time.monotonic() + timeout_s
    while client.describe_table(TableName=table)["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise Failure(f"The table {table} was not active after {timeout_s:g} s; run the same command again later.")
        time.sleep(pause_s)
