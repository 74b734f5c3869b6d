"""JSON Schemas by which one member too many is a fault: the document leaves room for more, its tests do not."""

from typing import Any


def exact(schema: Any) -> Any:
    """The schema, and all within it, with no members but those that it names. One that says itself what else may come stays."""
    if isinstance(schema, list):
        return [exact(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: exact(one) for name, one in schema.items()}
    lists_its_members = schema.get("type") == "object" and "properties" in schema
    return {"additionalProperties": False, **closed} if lists_its_members else closed
