"""A scripted day at the office, through real HTTP, with every outcome checked."""

from devstack.demo.play import run

__all__ = ["run"]
