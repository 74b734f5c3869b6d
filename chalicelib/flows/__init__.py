"""Use cases over ports: one flow, one module."""
