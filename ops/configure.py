"""What the backing stack's outputs mean for Chalice: the stage's environment in config.json, and a policy for each function."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from ops.failure import Failure
from ops.project import CHALICE, FUNCTIONS, SMS_REPORTS, SOCIAL, read_json, write_json

_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):dynamodb:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):table/")
_OF_CHOICE = frozenset({"KABAR_SMS_ENGINE", "KABAR_SMS_TOPIC", "KABAR_SMS_CONFIGURATION_SET", "KABAR_SOCIAL_TOPIC"})
"""Variables of those stages alone that chose what they are for."""


@dataclass(frozen=True)
class Outputs:
    """What Chalice must know of the backing stack.

    sms: the variables of an office that sends by End User Messaging SMS. social_topic: where End User Messaging Social tells
    what residents write, empty where all numbers are Meta's own.
    """

    table: str
    stream_arn: str
    queue_name: str
    queue_url: str
    media_queue_name: str
    media_queue_url: str
    media_bucket: str
    sms: Mapping[str, str] = field(default_factory=dict)
    social_topic: str = ""

    @classmethod
    def of(cls, outputs: Mapping[str, str]) -> "Outputs":
        """From the template's outputs."""
        sms = {}
        if outputs["SmsEngine"] == "eum":
            sms["KABAR_SMS_ENGINE"] = "eum"
            sms["KABAR_SMS_TOPIC"] = outputs["SmsReportsTopic"]
            sms["KABAR_SMS_CONFIGURATION_SET"] = outputs["SmsConfigurationSet"]
        return cls(
            table=outputs["TableName"],
            stream_arn=outputs["StreamArn"],
            queue_name=outputs["QueueName"],
            queue_url=outputs["QueueUrl"],
            media_queue_name=outputs["MediaQueueName"],
            media_queue_url=outputs["MediaQueueUrl"],
            media_bucket=outputs["MediaBucket"],
            sms=sms,
            social_topic=outputs["SocialTopic"] if outputs["SocialMessaging"] == "yes" else "",
        )

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that there are then."""
        return (*FUNCTIONS, *([SMS_REPORTS] if self.sms else []), *([SOCIAL] if self.social_topic else []))

    @property
    def choices(self) -> frozenset[str]:
        """What a policy's statement may be for alone: the engine for SMS, and `social`."""
        return frozenset({"eum" if self.sms else "sns", *(["social"] if self.social_topic else [])})


def configure(stage: str, outputs: Outputs, chalice: Path = CHALICE) -> list[str]:
    """Writes the stage into config.json and its policy files; returns what was changed, by file.

    Of a stage that is there, only what follows from the outputs is set; all else that a person wrote stays.
    """
    changed = []
    for function, policy in policies(stage, outputs, chalice).items():
        if write_json(chalice / _policy_file(stage, function), policy):
            changed.append(f".chalice/{_policy_file(stage, function)}")
    config = read_json(chalice / "config.json")
    if write_json(chalice / "config.json", with_stage(config, stage, outputs)):
        changed.append(".chalice/config.json")
    return changed


def environment(stage: str, outputs: Outputs) -> dict[str, str]:
    """The stage's environment variables that follow from the outputs."""
    return {
        "KABAR_STAGE": stage,
        "KABAR_TABLE": outputs.table,
        "KABAR_QUEUE_URL": outputs.queue_url,
        "KABAR_QUEUE_NAME": outputs.queue_name,
        "KABAR_STREAM_ARN": outputs.stream_arn,
        "KABAR_MEDIA_QUEUE_URL": outputs.media_queue_url,
        "KABAR_MEDIA_QUEUE_NAME": outputs.media_queue_name,
        "KABAR_MEDIA_BUCKET": outputs.media_bucket,
        **outputs.sms,
        **({"KABAR_SOCIAL_TOPIC": outputs.social_topic} if outputs.social_topic else {}),
    }


def with_stage(config: Mapping[str, Any], stage: str, outputs: Outputs) -> dict[str, Any]:
    """The configuration with the stage in it; nothing else is touched."""
    stages = dict(config.get("stages", {}))
    known = dict(stages.get(stage, {}))
    # By its own name, since CloudWatch tells APIs apart by name and stage, and all of Kabar's are called "kabar".
    known.setdefault("api_gateway_stage", stage)
    known["autogen_policy"] = False
    written = {name: value for name, value in known.get("environment_variables", {}).items() if name not in _OF_CHOICE}
    known["environment_variables"] = {**written, **environment(stage, outputs)}
    functions = dict(known.get("lambda_functions", {}))
    for name in outputs.functions:
        functions[name] = {**functions.get(name, {}), "iam_policy_file": _policy_file(stage, name)}
    known["lambda_functions"] = functions
    return {**config, "stages": {**stages, stage: known}}


def policies(stage: str, outputs: Outputs, chalice: Path = CHALICE) -> dict[str, Any]:
    """Each function's policy, from its template in .chalice/policies.

    A statement with `When` is for stages that chose that only.

    Raises:
        Failure: the stream's ARN is none.
    """
    parts = _ARN.match(outputs.stream_arn)
    if parts is None:
        raise Failure(f"{outputs.stream_arn} is not the ARN of a table's stream.")
    words = {
        "stage": stage,
        "table": outputs.table,
        "stream": outputs.stream_arn,
        "queue": outputs.queue_name,
        "media_queue": outputs.media_queue_name,
        "media_bucket": outputs.media_bucket,
    }
    return {
        name: _chosen(json.loads(_template(name, chalice).substitute(words, **parts.groupdict())), outputs.choices)
        for name in outputs.functions
    }


def _chosen(policy: dict[str, Any], choices: frozenset[str]) -> dict[str, Any]:
    statements = [one for one in policy["Statement"] if "When" not in one or one["When"] in choices]
    return {**policy, "Statement": [{key: value for key, value in one.items() if key != "When"} for one in statements]}


def _template(function: str, chalice: Path) -> Template:
    return Template((chalice / "policies" / f"{function}.json").read_text(encoding="utf-8"))


def _policy_file(stage: str, function: str) -> str:
    return f"policies/{stage}/{function}.json"
