"""Measurements. Nothing here asserts: a machine's speed is no property of the code."""
