"""What moto's CloudFormation makes of a template's alarms and metric filters, of which it knows neither by itself."""

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.logs.models import logs_backends


class _Made(CloudFormationModel):
    """A resource that its service keeps; the stack only needs to know its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def physical_resource_id(self) -> str:
        return self.name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        del attr
        return False

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> Any:
        del original_resource
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        """Leaves it be: no test looks at it afterwards."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "none"

    def is_created(self) -> bool:
        return True


class AlarmOfTemplate(_Made, CloudFormationModel):
    """`AWS::CloudWatch::Alarm`; of one on an expression, all but the expression."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "AlarmName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "AlarmOfTemplate":
        said = cloudformation_json["Properties"]
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=said.get("Namespace", ""),
            metric_name=said.get("MetricName", ""),
            comparison_operator=said["ComparisonOperator"],
            evaluation_periods=int(said["EvaluationPeriods"]),
            period=int(said.get("Period", 0)),
            threshold=float(said["Threshold"]),
            statistic=said.get("Statistic", ""),
            description=said["AlarmDescription"],
            dimensions=said.get("Dimensions", []),
            alarm_actions=said["AlarmActions"],
            ok_actions=said.get("OKActions"),
            treat_missing_data=said["TreatMissingData"],
        )
        return cls(resource_name)


class MetricFilterOfTemplate(_Made, CloudFormationModel):
    """`AWS::Logs::MetricFilter`."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Logs::MetricFilter"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "MetricFilterOfTemplate":
        said = cloudformation_json["Properties"]
        made = [{name[0].lower() + name[1:]: value for name, value in one.items()} for one in said["MetricTransformations"]]
        logs_backends[account_id][region_name].put_metric_filter(
            resource_name,
            said["FilterPattern"],
            said["LogGroupName"],
            made,  # type: ignore[arg-type]
        )
        return cls(resource_name)
