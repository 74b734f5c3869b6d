"""This tier has a stack of its own, started and judged as that of the system tests is."""

from tests.system.conftest import devstack

__all__ = ["devstack"]
