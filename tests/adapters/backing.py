"""The table of .chalice/backing.yaml, as arguments of CreateTable, so that tests run on the table of production."""

from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / ".chalice" / "backing.yaml"

_OF_CREATE_TABLE = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their arguments: `!Ref Stage` is "Stage"."""


def _argument(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    return loader.construct_object(yaml.ScalarNode("tag:yaml.org,2002:str", node.value))


_TemplateLoader.add_multi_constructor("!", _argument)


def template() -> dict[str, Any]:
    """The whole template."""
    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _TemplateLoader)  # noqa: S506 - a SafeLoader
    return loaded


def create_table_arguments(table: str) -> dict[str, Any]:
    """What CreateTable takes to make the template's table under another name. Time to live and backups are not in it."""
    properties = template()["Resources"]["Table"]["Properties"]
    stream = {"StreamEnabled": True, **properties["StreamSpecification"]}
    return {"TableName": table, "StreamSpecification": stream} | {name: properties[name] for name in _OF_CREATE_TABLE}
